import fc from 'fast-check'
import { describe, test } from 'vitest'
import { maxJsonDepth, memberOf, readJson } from './json.ts'
import type { JsonNode } from './json.ts'
import { jsonText } from './json-text.ts'

describe('a text that is not JSON is refused where it goes wrong', () => {
  test.for([
    ['', 'the text ends where a JSON value is expected', 0],
    ['  ', 'the text ends where a JSON value is expected', 2],
    ['{', 'expected a name in double quotes', 1],
    ['{"a"}', 'expected `:` after a name', 4],
    ['{"a":1,}', 'expected a name in double quotes', 7],
    ['{"a":1 "b":2}', 'expected `,` or `}` after a member', 7],
    ['[1,]', 'expected a JSON value', 3],
    ['[1 2]', 'expected `,` or `]` after an item', 3],
    ['{} {}', 'unexpected text after the JSON value', 3],
    ["{'a':1}", 'expected a name in double quotes', 1],
    ['// note', 'expected a JSON value', 0],
    ['\uFEFF{}', 'expected a JSON value', 0],
    ['nul', 'expected a JSON value', 0],
    ['NaN', 'expected a JSON value', 0],
    ['"abc', 'unterminated string', 0],
    ['"a\nb"', 'control character in a string: write it as an escape sequence', 2],
    ['"\\x"', 'not an escape sequence of JSON', 1],
    ['"\\u12g4"', 'not an escape sequence of JSON', 1],
    ['"\\u12', 'not an escape sequence of JSON', 1],
    ['"ab\\', 'not an escape sequence of JSON', 3],
    ['-', 'expected a digit', 1],
    ['01', 'a number has no leading zero', 0],
    ['-01', 'a number has no leading zero', 1],
    ['1.', 'expected a digit after the decimal point', 2],
    ['1e+', 'expected a digit in the exponent', 3],
    ['+1', 'expected a JSON value', 0],
  ] as const)('%j', ([text, message, offset], { expect }) => {
    expect(readJson(text)).toEqual({ ok: false, problem: { message, offset } })
  })

  test('a name that occurs twice in an object, at the second', ({ expect }) => {
    expect(readJson('{"a":1,"b":2,"a":3}')).toEqual({ ok: false, problem: { message: 'duplicate name `a`', offset: 13 } })
    expect(readJson('{"a":1,"\\u0061":3}')).toMatchObject({ ok: false, problem: { offset: 7 } })
  })

  test('T-54 a duplicate among many names', ({ expect }) => {
    const names = Array.from({ length: 5000 }, (_, i) => `"n${i}":0`)
    expect(readJson(`{${names.join(',')},"n17":1}`)).toMatchObject({ problem: { message: 'duplicate name `n17`' } })
    expect(readJson(`{${names.join(',')}}`)).toMatchObject({ ok: true })
  })

  test('T-54 nesting deeper than the cap', ({ expect }) => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(readJson(nested(maxJsonDepth))).toMatchObject({ ok: true })
    expect(readJson(nested(maxJsonDepth + 1))).toEqual({
      ok: false,
      problem: { message: `nested deeper than ${maxJsonDepth} levels`, offset: maxJsonDepth },
    })
    expect(readJson('{"a":'.repeat(200_000))).toMatchObject({ ok: false })
  })
})

test('T-53 names such as `__proto__` are names like any other', ({ expect }) => {
  const result = readJson('{"__proto__":{"constructor":"x"}}')
  expect(result.ok && memberOf(result.node, '__proto__')).toMatchObject({ type: 'object' })
  expect(result.ok && memberOf(result.node, 'constructor')).toBeUndefined()
})

test('each value keeps the offset of its first character, each member that of its name', ({ expect }) => {
  expect(readJson(' {"a" : [true, null]} ')).toEqual({
    ok: true,
    node: {
      type: 'object',
      start: 1,
      members: [
        {
          name: 'a',
          start: 2,
          value: {
            type: 'array',
            start: 8,
            items: [
              { type: 'boolean', start: 9, value: 'true' },
              { type: 'null', start: 15, value: 'null' },
            ],
          },
        },
      ],
    },
  })
})

test('numbers keep the text they were written with', ({ expect }) => {
  for (const text of ['0', '-0', '1E400', '12345678901234567890', '1.50', '-2e-3'])
    expect(readJson(text)).toEqual({ ok: true, node: { type: 'number', start: 0, value: text } })
})

test('escape sequences read as their characters, lone surrogates as themselves', ({ expect }) => {
  expect(readJson(String.raw`"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud800"`)).toMatchObject({
    node: { value: '"\\/\b\f\n\r\tA\u{1F600}\uD800' },
  })
})

test('law: what JSON.parse takes reads alike, and what it refuses is refused', ({ expect }) => {
  const texts = fc.oneof(
    fc.json(),
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'{}[]",:\\ue0123+-. \nabtrnfls'.split('')) }),
    fc.json().chain((text) => fc.nat(text.length).map((at) => text.slice(0, at) + text.slice(at + 1))),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const result = readJson(text)
      const reference = parsed(text)
      // Only duplicate names are refused although JSON.parse takes them.
      if (!result.ok) expect(reference === undefined || result.problem.message.startsWith('duplicate')).toBe(true)
      else {
        expect(plain(result.node)).toEqual(reference?.value)
        expect(JSON.parse(jsonText(result.node))).toEqual(reference?.value)
      }
      if (!result.ok) expect(result.problem.offset).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 1000 },
  )
})

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function plain(node: JsonNode): unknown {
  if (node.type === 'object') return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]))
  if (node.type === 'array') return node.items.map(plain)
  return node.type === 'string' ? node.value : JSON.parse(node.value)
}
