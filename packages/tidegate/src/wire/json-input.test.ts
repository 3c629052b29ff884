import fc from 'fast-check'
import { describe, test } from 'vitest'
import { AwsError } from '../kernel/aws-error.ts'
import { parseJson, readJsonInput } from './json-input.ts'
import { structureOf } from './shape.ts'
import { everything } from '../../test/support/schemas.ts'

const shape = structureOf(everything)
const read = (text: string | Uint8Array) => readJsonInput(shape, typeof text === 'string' ? Buffer.from(text) : text)
const refusal = (text: string | Uint8Array) => {
  try {
    return { parsed: read(text) }
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
}

describe('a JSON input', () => {
  test.for([
    ['is cut off', '{"Text":"a'],
    ['is empty but for a space', ' '],
    ['has a comment', '{/**/}'],
    ['has a byte order mark', '\ufeff{}'],
    ['has two values', '{}{}'],
    ['is a list', '[]'],
    ['is null', 'null'],
    ['is a string', '"{}"'],
    ['has NaN', '{"Number":NaN}'],
    ['has a leading zero', '{"Number":01}'],
    ['has a number for a string', '{"Text":1}'],
    ['has a list for a string', '{"Text":["a"]}'],
    ['has a structure for a string', '{"Text":{}}'],
    ['has a string for a number', '{"Number":"1"}'],
    ['has a number beyond all doubles', '{"Number":1e999}'],
    ['has a whole number that a double cannot hold', '{"Number":9007199254740993}'],
    ['has a number for a boolean', '{"Flag":1}'],
    ['has a string for a boolean', '{"Flag":"true"}'],
    ['has a string for a list', '{"List":"a"}'],
    ['has a structure for a list', '{"List":{}}'],
    ['has a list for a structure', '{"Nested":[]}'],
    ['has a list for a map', '{"Map":[]}'],
    ['has base64 that is none', '{"Blob":"a$=="}'],
    ['has base64 without its end', '{"Blob":"YWI"}'],
    ['has a string for a timestamp', '{"Time":"2025-01-01T00:00:00Z"}'],
    ['has a timestamp beyond all dates', '{"Time":1e15}'],
    ['has half a character', '{"Text":"\\ud800"}'],
    ['has half a character in a key', '{"Map":{"\\udc00":"a"}}'],
    ['has two members of a union', '{"Union":{"A":"a","B":"b"}}'],
    ['has no member of a union', '{"Union":{}}'],
    ['has a member twice', '{"Text":"a","Text":"b"}'],
    ['has a member twice, once escaped', '{"Text":"a","\\u0054ext":"b"}'],
    ['has an unknown member twice, deep inside', '{"x":[{"y":{"z":1,"z":2}}]}'],
    ['has __proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['is nested too deeply', `{"x":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['is nested very deeply', '['.repeat(500_000)],
  ])('that %s is refused', ([, text], { expect }) => {
    expect(refusal(text ?? '')).toBe('SerializationException')
  })

  test.for([
    ['Latin-1', Buffer.from('{"Text":"\u00e4"}', 'latin1')],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ] as const)('in %s is refused', ([, bytes], { expect }) => {
    expect(refusal(bytes)).toBe('SerializationException')
  })

  test('has the types of the SDK', ({ expect }) => {
    const text =
      '{"Text":"\\u00e4\\ud83d\\ude00","Number":-1.5e2,"Flag":false,"Blob":"AP8=","Time":1.5,"List":["a",""],"Nested":{"Required":"x"},"Map":{"a":"b"},"Union":{"A":"a"}}'
    expect(read(text)).toEqual({
      Text: 'ä😀',
      Number: -150,
      Flag: false,
      Blob: new Uint8Array([0, 255]),
      Time: new Date(1500),
      List: ['a', ''],
      Nested: { Required: 'x' },
      Map: { a: 'b' },
      Union: { A: 'a' },
    })
  })

  test('may be empty, and null is absent', ({ expect }) => {
    expect(read('')).toEqual({})
    expect(read('{"Text":null,"Nested":null}')).toEqual({})
  })

  test('loses members that the schema does not name', ({ expect }) => {
    expect(read('{"Other":{"a":[1,{"b":null}]},"text":"x"}')).toEqual({})
  })

  test('T-53 has keys that are nothing but keys', ({ expect }) => {
    const input = read('{"__proto__":{"Text":"x"},"constructor":{},"Map":{"__proto__":"p","constructor":"c","toString":"t"}}')
    expect(Reflect.get(input, 'Text')).toBeUndefined()
    const map: unknown = Reflect.get(input, 'Map')
    expect(Object.getPrototypeOf(map)).toBeNull()
    expect(Object.entries(map as object)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
    ])
    expect(Reflect.get({}, 'Text')).toBeUndefined()
  })

  test('keeps colons in strings and members of empty names', ({ expect }) => {
    expect(parseJson(Buffer.from('{"a:b":"c:\\"d:","":{"":":"}}'))).toEqual({ 'a:b': 'c:"d:', '': { '': ':' } })
  })

  test('law: any JSON value is read as JSON.parse reads it', ({ expect }) => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
        expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('takes time in proportion to its length', ({ expect }) => {
    const texts = [
      `{"List":[${'"a",'.repeat(300_000)}"a"]}`,
      `{"x":"${'\\\\'.repeat(500_000)}"}`,
      `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join(',')}}`,
    ]
    // In more than that, this test would not end in its time.
    for (const text of texts) expect(refusal(text)).toBeDefined()
  })
})
