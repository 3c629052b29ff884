import { test } from 'vitest'
import { verdictOf } from './use-verdict.ts'

const result = (Effect: string, keys: readonly string[] = []) => ({
  Effect,
  Reason: `it is ${Effect}`,
  DependsOn: keys.length === 0 ? [] : [{ Policy: 'p', Conditions: keys.map((Key) => ({ Key })) }],
})

test('nothing that allows is a denial, with its reason', ({ expect }) => {
  expect(verdictOf([result('deny'), result('deny')])).toEqual({ state: 'denied', reason: 'it is deny' })
  expect(verdictOf([])).toEqual({ state: 'denied', reason: 'No policy allows it.' })
})

test('what depends on something is no verdict, and says on what', ({ expect }) => {
  expect(verdictOf([result('deny'), result('conditional', ['aws:SourceIp', 'aws:SourceIp'])])).toEqual({
    state: 'unknown',
    reason: 'Whether it is allowed depends on aws:SourceIp.',
  })
})

test('one Allow is enough', ({ expect }) => {
  expect(verdictOf([result('deny'), result('allow')])).toEqual({ state: 'allowed' })
})
