import fc from 'fast-check'
import { test } from 'vitest'
import { Glob } from './glob.ts'
import { literalPattern, plainPattern } from './pattern.ts'

const matches = (pattern: string, text: string): boolean => new Glob(plainPattern(pattern)).matches(text)

test.for([
  // pattern, text that does not match
  ['', 'a'],
  ['a', ''],
  ['a', 'ab'],
  ['a', 'ba'],
  ['?', ''],
  ['?', 'ab'],
  ['a?', 'a'],
  ['a*', 'ba'],
  ['*a', 'ab'],
  ['a*a', 'a'], // the two ends may not share a character
  ['ab*bc', 'abc'],
  ['*ab*ba*', 'aba'],
  ['*ab*ba*', 'xxxxab'], // what comes after the last place is not looked for before it
  ['a*b*c', 'acb'],
  ['a*b*c', 'abbc1'],
  ['*?', ''],
  ['a.c', 'abc'],
  ['[a]', 'a'],
  ['A', 'a'],
  ['*a?c*', 'xabdx'],
  ['a*?b', 'ab'],
])('%s does not match %s', ([pattern = '', text = ''], { expect }) => {
  expect(matches(pattern, text)).toBe(false)
})

test.for([
  ['', ''],
  ['*', ''],
  ['*', 'a:b/c\nd'],
  ['**', 'a'],
  ['a', 'a'],
  ['?', '\n'],
  ['a*', 'a'],
  ['*a', 'ba'],
  ['a*a', 'aa'],
  ['a**a', 'aba'],
  ['*ab*ba*', 'abba'],
  ['a*b*c', 'a1b2b3c'],
  ['a?c', 'a?c'],
  ['*?', 'a'],
  ['a.c', 'a.c'],
  ['*a?c*', 'xabcx'],
  ['*aab*', 'aaab'], // the first a is not the beginning of the needle's place
  ['*a?b', 'aaxb'],
  ['x*??*y', 'xaby'],
])('%s matches %s', ([pattern = '', text = ''], { expect }) => {
  expect(matches(pattern, text)).toBe(true)
})

test('a literal pattern has no wildcards', ({ expect }) => {
  const glob = new Glob(literalPattern('a*?'))
  expect(glob.matches('a*?')).toBe(true)
  expect(glob.matches('abc')).toBe(false)
})

test('a part of a text is matched as if it stood alone', ({ expect }) => {
  const glob = new Glob(plainPattern('b*c'))
  expect(glob.matchesBetween('abxca', 1, 4)).toBe(true)
  expect(glob.matchesBetween('abxca', 1, 5)).toBe(false)
  expect(glob.matchesBetween('bxbc', 0, 3)).toBe(false) // the c behind the end does not count
  expect(new Glob(plainPattern('*x*c')).matchesBetween('acxc', 0, 2)).toBe(false)
})

test('it agrees with the definition by recursion', ({ expect }) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 9 })
  fc.assert(
    fc.property(text, text, (pattern, value) => {
      expect(matches(pattern, value)).toBe(definition(pattern, value))
    }),
    { numRuns: 5_000 },
  )
})

function definition(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text === ''
  if (first === '*') return definition(rest.join(''), text) || (text !== '' && definition(pattern, text.slice(1)))
  return text !== '' && (first === '?' || first === text[0]) && definition(rest.join(''), text.slice(1))
}

// A matcher that backtracks would not come back from this one.
test('T-52 many stars over a long text end at once', ({ expect }) => {
  expect(matches('*a'.repeat(50_000) + 'b', 'a'.repeat(1_000_000))).toBe(false)
  expect(matches(`${'*a'.repeat(1_000)}*`, 'a'.repeat(1_000_000))).toBe(true)
})
