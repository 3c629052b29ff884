import fc from 'fast-check'
import { describe, test } from 'vitest'
import { filterPattern } from './filter-pattern.ts'
import { PatternError } from './reader.ts'

const json = '{"level":"ERROR","status":404,"user":{"name":"alice","admin":true},"retry":null,"tags":["a","b"],"x y":{"@z":1.5}}'
const access = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

describe('a message matches, by pattern', () => {
  const cases: readonly [pattern: string, message: string, matches: boolean][] = [
    ['', 'anything', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['error', '[ERROR 400]', false],
    ['ERROR ARGUMENTS', 'ERROR 419 MISSING ARGUMENTS', true],
    ['ERROR ARGUMENTS', 'ERROR 400', false],
    ['?ERROR ?ARGUMENTS', 'WARN ARGUMENTS', true],
    ['?ERROR ?ARGUMENTS', 'INFO', false],
    ['ERROR -ARGUMENTS', 'ERROR 419 MISSING ARGUMENTS', false],
    ['ERROR -ARGUMENTS', 'ERROR 400', true],
    ['INFO ?ERROR', 'INFO', true],
    ['"INTERNAL SERVER"', 'ERROR 500 INTERNAL SERVER ERROR', true],
    ['"INTERNAL SERVER"', 'SERVER INTERNAL', false],
    [String.raw`"say \"hi\""`, 'say "hi"', true],
    ['{ $.level = "ERROR" }', json, true],
    ['{ $.level = ERR* }', json, true],
    ['{ $.level = "*RR*" }', json, true],
    ['{ $.level != "ERROR" }', json, false],
    ['{ $.level != "INFO" }', json, true],
    ['{ $.missing != "INFO" }', json, false],
    ['{ $.status = 404 }', json, true],
    ['{ $.status = 4.04e2 }', json, true],
    ['{ $.status >= 400 && $.status < 500 }', json, true],
    ['{ $.status > 404 }', json, false],
    ['{ $.status = 4* }', json, true],
    ['{ ($.status = 500 || $.user.name = "alice") && $.user.admin IS TRUE }', json, true],
    ['{ $.user.admin IS FALSE }', json, false],
    ['{ $.retry IS NULL }', json, true],
    ['{ $.level IS NULL }', json, false],
    ['{ $.missing NOT EXISTS }', json, true],
    ['{ $.level NOT EXISTS }', json, false],
    ['{ $.tags[0] = "a" }', json, true],
    ['{ $.tags[*] = "b" }', json, true],
    ['{ $.tags[2] = "b" }', json, false],
    ['{ $["x y"].@z = 1.5 }', json, true],
    ['{ $.__proto__.x EXISTS }', json, false],
    ['{ $.level = "ERROR" }', 'level ERROR', false],
    ['[ip, user, username, timestamp, request, status_code, bytes]', access, true],
    ['[ip, user, username, timestamp, request, status_code = 4*, bytes]', access, true],
    ['[ip, user, username, timestamp, request, status_code = 5*, bytes]', access, false],
    ['[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes > 1000]', access, true],
    ['[..., status_code = 404, bytes]', access, true],
    ['[ip, ...]', access, true],
    ['[ip = 127*, ..., bytes < 10]', access, false],
    ['[ip, user]', access, false],
    ['[..., size, status_code = 404 || status_code = 500, bytes]', access, true],
    ['[..., status_code != 404 && status_code != 500, bytes]', access, false],
  ]
  test.for(cases)('%s on %s: %s', ([pattern, message, matches], { expect }) => {
    expect(filterPattern(pattern)(message)).toBe(matches)
  })
})

test.for([
  '{ $.a',
  '{ $.a = }',
  '{ a = 1 }',
  '{ $ = 1 }',
  '{ $.a > x }',
  '[a, b',
  '[..., ...]',
  '%ERR.*%',
  '{ $.a = 1 } x',
  '"open',
  `{ ${'('.repeat(40)}`,
])('%s is no pattern', (pattern, { expect }) => {
  expect(() => filterPattern(pattern)).toThrow(PatternError)
})

test('whatever is given, a pattern is read or refused, and matching answers', ({ expect }) => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '$',
    '.',
    'a',
    '=',
    '!=',
    '<',
    '&&',
    '||',
    '(',
    ')',
    '"',
    '\\',
    '*',
    '?',
    '-',
    '...',
    ',',
    ' ',
    '1',
    'IS NULL',
    '%',
  )
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )
  fc.assert(
    fc.property(texts, texts, (pattern, message) => {
      try {
        expect(typeof filterPattern(pattern)(message)).toBe('boolean')
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError)
      }
    }),
    { numRuns: 5000 },
  )
})

test('a hostile pattern costs no more than its length times that of the message', ({ expect }) => {
  const matches = filterPattern(`{ $.a = "${'a*'.repeat(400)}b" }`)
  expect(matches(JSON.stringify({ a: 'a'.repeat(200_000) }))).toBe(false)
})
