import { test } from 'vitest'
import { stopTaskCheck, updateServiceCheck } from './checks.ts'
import { verdictOf } from './use-verdict.ts'

const result = (Effect: string, { keys = [], reason = `it is ${Effect}` }: { keys?: readonly string[]; reason?: string } = {}) => ({
  Effect,
  Reason: reason,
  DependsOn: keys.map((Key) => ({ Conditions: [{ Key, Operator: 'IpAddress', Expected: [] }] })),
})
const explicit = result('deny', { reason: 'with an explicit deny in an identity-based policy' })

test('nothing that allows is a denial, with its reason', ({ expect }) => {
  expect(verdictOf([result('deny'), result('deny')])).toEqual({ state: 'denied', reason: 'it is deny' })
  expect(verdictOf([])).toEqual({ state: 'denied', reason: 'No policy allows it.' })
})

test('one explicit deny is enough, one Allow is where there is none', ({ expect }) => {
  expect(verdictOf([result('allow'), explicit])).toEqual({ state: 'denied', reason: explicit.Reason })
  expect(verdictOf([result('deny'), result('allow')])).toEqual({ state: 'allowed' })
})

test('what depends on something is no verdict, and says on what', ({ expect }) => {
  expect(verdictOf([result('deny'), result('conditional', { keys: ['aws:SourceIp', 'aws:SourceIp'] })])).toEqual({
    state: 'unknown',
    reason: 'Whether it is allowed depends on aws:SourceIp.',
  })
  expect(verdictOf([result('conditional')]).reason).toBe('Whether it is allowed depends on what is only known when it is tried.')
})

const service = { serviceArn: 'arn:s', clusterArn: 'arn:c', desiredCount: 2, tags: [{ key: 'Department', value: 'Accounting' }] }

test('a restart is judged by what it changes, and has no count', ({ expect }) => {
  const { context, absent } = updateServiceCheck(service, { forceNewDeployment: true })
  expect(context).toEqual({
    'ecs:cluster': ['arn:c'],
    'aws:ResourceTag/Department': ['Accounting'],
    'ecs:ResourceTag/Department': ['Accounting'],
    'tidegate:ChangedFields': ['forceNewDeployment'],
  })
  expect(absent).toContain('tidegate:desiredcount*')
})

test('scaling is judged by the count once it is chosen, and until then the count is not known', ({ expect }) => {
  expect(updateServiceCheck(service, { desiredCount: 5 }).context).toMatchObject({
    'tidegate:ChangedFields': ['desiredCount'],
    'tidegate:DesiredCount': ['5'],
    'tidegate:DesiredCountDelta': ['3'],
  })
  const open = updateServiceCheck(service, { desiredCount: undefined })
  expect(open.context).not.toHaveProperty('tidegate:DesiredCount')
  expect(open.absent).not.toContain('tidegate:desiredcount*')
})

test('a task is stopped by an Allow on itself or on its task definition', ({ expect }) => {
  expect(stopTaskCheck({ taskArn: 'arn:t', taskDefinitionArn: 'arn:d' }).resources).toEqual(['arn:t', 'arn:d'])
})
