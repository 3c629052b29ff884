import fc from 'fast-check'
import { test } from 'vitest'
import { accountOf, ArnGlob, colonAt, SegmentedGlob } from './arn.ts'
import { literalPattern, plainPattern } from './pattern.ts'

test.for<[string, number, number]>([
  ['', 1, -1],
  ['abc', 1, -1],
  ['a:b', 2, -1],
  ['a:b', 1, 1],
  [':a', 1, 0],
  ['::', 2, 1],
  [':a:b', 2, 2],
  ['arn:aws:s3:::b:c', 5, 12],
  ['arn:aws:s3:::b:c', 6, 14],
  ['arn:aws:s3:::b:c', 7, -1],
])('in %s colon %i stands at %i', ([text, n, at], { expect }) => {
  expect(colonAt(text, n)).toBe(at)
})

test.for([
  ['arn:aws:ecs:us-east-1:111122223333:cluster/a', '111122223333'],
  ['arn:aws:iam::111122223333:role/a:b', '111122223333'],
  ['arn:aws:iam::111122223333:', '111122223333'],
  ['arn:aws:s3:::bucket', ''],
  ['arn:aws:iam::111122223333', ''],
  ['arn:aws:iam', ''],
  ['*', ''],
  ['', ''],
  ['::::1:', '1'],
])('the account of %j is %j', ([arn = '', account = ''], { expect }) => {
  expect(accountOf(arn)).toBe(account)
})

const arnMatches = (pattern: string, value: string): boolean => new ArnGlob(plainPattern(pattern)).matches(value)

test.for([
  ['arn:aws:ecs:*', 'arn:aws:ecs:us-east-1:1:cluster/a'],
  ['*', '*'],
  ['', ''],
  ['*:*:*:*:*', 'a:b:c:d:e'],
  ['*:*:*:*:*', 'a:b:c:d:e:f'],
  ['*:*:*:*:*:*', 'a:b:c:d:e'],
  ['arn:aws:s3:::a', 'arn:aws:s3:::b'],
  ['arn:aws:s3:::ab', 'arn:aws:s3:::b'],
  ['arn:aws:s3:::a', 'arn:aws:s3:::'],
  ['arn:aws:s3:::', 'arn:aws:s3:::a'],
  ['arn:aws:s3:::*b', 'arn:aws:s3:::ba'],
  ['arn:aws:ecs:u*t:1:a', 'arn:aws:ecs:u:t:1:a'],
  ['arn:aws:ecs:*:1:a', 'arn:aws:ecs:x:y:1:a'],
  ['arn:aws:ecs:?:1:a', 'arn:aws:ecs::1:a'],
])('as an ARN %s does not match %s', ([pattern = '', value = ''], { expect }) => {
  expect(arnMatches(pattern, value)).toBe(false)
})

test.for([
  ['*:*:*:*:*:*', 'a:b:c:d:e:f'],
  ['*:*:*:*:*:*', ':::::'],
  ['arn:aws:s3:::a', 'arn:aws:s3:::a'],
  ['arn:aws:s3:::', 'arn:aws:s3:::'],
  ['arn:aws:s3:::a?', 'arn:aws:s3:::ab'],
  ['arn:aws:s3:::a*', 'arn:aws:s3:::a:b:c'],
  ['arn:aws:s3:::*:c', 'arn:aws:s3:::a:b:c'],
  ['arn:aws:ecs:u*t:*:a', 'arn:aws:ecs:us-east:1:a'],
])('as an ARN %s matches %s', ([pattern = '', value = ''], { expect }) => {
  expect(arnMatches(pattern, value)).toBe(true)
})

test('a star that comes from a value is no wildcard at the end of an ARN', ({ expect }) => {
  const literal = new ArnGlob(literalPattern('arn:aws:s3:::a*'))
  expect(literal.matches('arn:aws:s3:::a*')).toBe(true)
  expect(literal.matches('arn:aws:s3:::ab')).toBe(false)
})

test.for<[string, boolean]>([
  ['arn:aws:s3:::a*b?c', false],
  ['arn:aws:ecs:*:*:a', false],
  ['arn:aws:ecs:us-*', false],
  ['arn:aws:ecs:us-*:1:a', false],
  ['*', false],
  ['arn:aws:ecs', false],
  ['arn:aws:ecs:u*t:1:a', true],
  ['arn:aws:ecs:*a', true],
  ['arn:aws:ecs:**', true],
  ['arn:aws:ecs:?', true],
  ['arn:aws:e?s:us:1:a', true],
  ['?', true],
  ['a*b', true],
  ['arn:aws:ecs::?:a', true],
  ['arn:aws:ecs::1:?', false],
])('a wildcard of %s has to stay in its segment: %s', ([pattern, isNeeded], { expect }) => {
  expect(SegmentedGlob.isNeededFor(plainPattern(pattern))).toBe(isNeeded)
})

test('a segmented pattern agrees with its definition', ({ expect }) => {
  const text = (longest: number) => fc.string({ unit: fc.constantFrom('a', 'b', ':', ':', '*', '?'), maxLength: longest })
  fc.assert(
    fc.property(text(9), text(12), (pattern, value) => {
      expect(new SegmentedGlob(plainPattern(pattern)).matches(value), `${pattern} and ${value}`).toBe(definition(pattern, value, 5))
    }),
    { numRuns: 10_000 },
  )
})

/**
 * By recursion: a wildcard takes no colon before the fifth one of the pattern, but for a star that ends its segment, which takes any text.
 * `left` are the colons of the pattern that still count.
 */
function definition(pattern: string, text: string, left: number): boolean {
  const first = pattern[0]
  const rest = pattern.slice(1)
  if (first === undefined) return text === ''
  if (first === '*') {
    const isFree = left === 0 || rest === '' || rest.startsWith(':')
    const takes = text !== '' && (isFree || text[0] !== ':')
    return definition(rest, text, left) || (takes && definition(pattern, text.slice(1), left))
  }
  if (first === '?') return text !== '' && (left === 0 || text[0] !== ':') && definition(rest, text.slice(1), left)
  return text[0] === first && definition(rest, text.slice(1), first === ':' && left > 0 ? left - 1 : left)
}
