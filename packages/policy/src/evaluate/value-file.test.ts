import { test } from 'vitest'
import { type Grant, policy } from '../../test/decide.ts'
import { RequestContext } from '../request.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { compilePolicies } from './policy-set.ts'
import { fileByValue } from './value-file.ts'

/** Files the statements with these conditions; up to two of a kind are few. */
function filed(...conditions: readonly object[]): {
  readonly loose: readonly number[]
  readonly find: (context: object) => readonly number[]
} {
  const grants = conditions.map((Condition): Grant => ({ Condition }))
  const { statements } = compilePolicies({ identity: [policy('identity', ...grants)] })
  const { filed: file, loose } = fileByValue([...statements.keys()], (item) => statements[item], 2)
  const find = (context: object): readonly number[] => {
    const found = [7, 7]
    const end = file?.collect(new RequestContext({ ...context }), found, 1) ?? 0
    return found.slice(0, end)
  }
  return { loose, find }
}
const asks = (key: string, ...values: string[]): object => ({ StringEquals: { [key]: values } })

test('a few items stay loose and are not looked at', ({ expect }) => {
  const unread = (item: number): CompiledStatement | undefined => {
    throw new Error(`item ${item} was looked at`)
  }
  expect(fileByValue([3, 4], unread, 2)).toEqual({ filed: undefined, loose: [3, 4] })
})

test('many of which only a few ask for the same key stay loose', ({ expect }) => {
  const { loose, find } = filed(asks('a', '1'), asks('a', '2'), asks('b', '1'), asks('b', '2'))
  expect(loose).toEqual([0, 1, 2, 3])
  expect(find({ a: '1' })).toEqual([])
  const { filed: file } = fileByValue([0, 1, 2], () => undefined, 2)
  expect(file).toBeUndefined()
})

test('those that ask for the most common key are filed by its values, behind what was found before', ({ expect }) => {
  const { loose, find } = filed(
    asks('b', '1'),
    asks('a', '1'),
    asks('A', '2', '1'),
    asks('a', '3'),
    { Null: { a: 'true' } },
    asks('b', '2'),
  )
  expect(loose).toEqual([0, 4, 5])
  expect(find({ a: '1' })).toEqual([7, 1, 2])
  expect(find({ a: '2' })).toEqual([7, 2])
  expect(find({ a: ['3', '1', 'x'] })).toEqual([7, 3, 1, 2])
  expect(find({ a: 'x' })).toEqual([7])
  expect(find({ b: '1' })).toEqual([7])
})

test('of keys that are equally common it is the first', ({ expect }) => {
  const { loose } = filed(asks('a', '1'), asks('b', '1'), asks('a', '2'), asks('b', '2'), asks('b', '3'), asks('a', '3'))
  expect(loose).toEqual([1, 3, 4])
})
