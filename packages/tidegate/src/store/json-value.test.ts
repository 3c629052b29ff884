import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { test } from 'vitest'
import { frozenCopy, frozenParse } from './json-value.ts'

const unstorable: readonly [string, unknown][] = [
  ['a date', { at: new Date(0) }],
  ['a map', new Map()],
  ['an instance', new (class Point {})()],
  ['NaN', [NaN]],
  ['infinity', { n: Infinity }],
  ['a function', { f: () => 1 }],
  ['a bigint', 1n],
  ['a symbol', [Symbol('s')]],
  ['undefined in a list', [undefined]],
  ['undefined', undefined],
]

test.for(unstorable)('%s is refused', ([, value], { expect }) => {
  expect(() => frozenCopy(value)).toThrow(/^not storable: /)
})

test('a cycle is refused', ({ expect }) => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  expect(() => frozenCopy(cycle)).toThrow(/^not storable: nested deeper/)
})

test('the message names the place', ({ expect }) => {
  expect(() => frozenCopy({ a: [1, { b: 1n }] })).toThrow('not storable: bigint at `/a/1/b`')
})

test('law: a copy is what its JSON text says, frozen all the way down', ({ expect }) => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const made = frozenCopy(value)
      const again = frozenParse(JSON.stringify(value))
      expect([isDeepStrictEqual(made, again), isDeeplyFrozen(made), isDeeplyFrozen(again), frozenCopy(made) === made]).not.toContain(false)
    }),
  )
})

test('a copy does not follow its original', ({ expect }) => {
  const original = { tags: ['a'], note: undefined as string | undefined }
  const made = frozenCopy(original)
  original.tags.push('b')
  expect(made).toStrictEqual({ tags: ['a'] })
})

test('a member named __proto__ is a member', ({ expect }) => {
  const made = frozenCopy(JSON.parse('{"__proto__":{"isAdmin":true}}'))
  expect(JSON.stringify(made)).toBe('{"__proto__":{"isAdmin":true}}')
  expect((made as { isAdmin?: boolean }).isAdmin).toBeUndefined()
})

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}
