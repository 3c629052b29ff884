import fc from 'fast-check'
import { test } from 'vitest'
import { PrefixTrie } from './prefix-trie.ts'

function collect(prefixes: readonly string[], text: string): number[] {
  const found: number[] = []
  const count = new PrefixTrie(prefixes.map((prefix, item) => ({ prefix, item }))).collect(text, found)
  return found.slice(0, count).toSorted((a, b) => a - b)
}

/** What a caller has left after comparing. */
function collectPrefixes(prefixes: readonly string[], text: string): number[] {
  return collect(prefixes, text).filter((item) => text.startsWith(prefixes[item] ?? ''))
}

test('an empty trie holds nothing', ({ expect }) => {
  expect(collect([], 'abc')).toEqual([])
})

test('it finds what is filed under any prefix of the text', ({ expect }) => {
  const prefixes = ['', 'a', 'ab', 'abd', 'b', 'ab', 'abcd', 'abc']
  expect(collect(prefixes, 'abc')).toEqual([0, 1, 2, 5, 7])
  expect(collect(prefixes, 'ab')).toEqual([0, 1, 2, 5])
  expect(collect(prefixes, '')).toEqual([0])
  expect(collect(prefixes, 'x')).toEqual([0])
})

test('it agrees with startsWith', ({ expect }) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ':', '\0', '\uffff'), maxLength: 6 })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), text, (prefixes, value) => {
      const expected = [...prefixes.keys()].filter((item) => value.startsWith(prefixes[item] ?? ''))
      expect(collectPrefixes(prefixes, value)).toEqual(expected)
      // What it finds beyond them are prefixes of one text, as long as the value or shorter.
      const others = collect(prefixes, value)
        .filter((item) => !expected.includes(item))
        .map((item) => prefixes[item] ?? '')
      const longest = others.reduce((long, one) => (one.length > long.length ? one : long), '')
      expect(others.every((one) => longest.startsWith(one)) && longest.length <= value.length).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('what it found for an earlier text does not show', ({ expect }) => {
  const trie = new PrefixTrie([
    { prefix: 'a', item: 7 },
    { prefix: 'ab', item: 9 },
  ])
  const found: number[] = []
  expect(trie.collect('abc', found)).toBe(2)
  expect(trie.collect('ac', found)).toBe(1)
  expect(found[0]).toBe(7)
})
