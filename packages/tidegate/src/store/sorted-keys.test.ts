import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { test } from 'vitest'
import { SortedKeys } from './sorted-keys.ts'

// Chunks hold 512 keys, so it takes thousands to have some: they are made of two numbers instead of being generated one by one.
const scattered = fc.record({ count: fc.integer({ min: 0, max: 3000 }), step: fc.integer({ min: 1, max: 4999 }) }).map(keysBySteps)
const ordered = scattered.map((keys) => keys.toSorted())
const added = fc.oneof(
  scattered,
  ordered,
  ordered.map((keys) => keys.toReversed()),
)

test('law: thousands of keys, added and removed in any order, are in order from anywhere', ({ expect }) => {
  fc.assert(
    fc.property(added, scattered, fc.integer({ min: 0, max: 5000 }), (all, removed, start) => {
      const sorted = new SortedKeys()
      const there = new Set(all)
      for (const key of there) sorted.add(key)
      for (const key of removed) if (there.delete(key)) sorted.remove(key)
      const want = [...there].toSorted()
      const from = keyOf(start)
      const got = [sorted.size, [...sorted.from('')], [...sorted.from(from)]]
      expect(isDeepStrictEqual(got, [want.length, want, want.filter((key) => key >= from)])).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('every key can be removed, and added again', ({ expect }) => {
  const sorted = new SortedKeys()
  const keys = keysBySteps({ count: 3000, step: 7 })
  for (const key of keys) sorted.add(key)
  for (const key of keys) sorted.remove(key)
  expect([sorted.size, ...sorted.from('')]).toEqual([0])
  sorted.add('a')
  expect([...sorted.from('')]).toEqual(['a'])
})

function keysBySteps({ count, step }: { readonly count: number; readonly step: number }): readonly string[] {
  return Array.from({ length: count }, (_, i) => keyOf((i * step) % 5003))
}

function keyOf(n: number): string {
  return n.toString(36)
}
