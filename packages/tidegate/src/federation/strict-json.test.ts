import fc from 'fast-check'
import { test } from 'vitest'
import { parseStrictObject } from './strict-json.ts'

test.for([
  '',
  '[]',
  'null',
  '1',
  '"x"',
  '{',
  '{"a":1,}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":2}',
  '{"a":{"b":1,"b":2}}',
  '{"a":[{"b":1},{"b":1,"b":2}]}',
  '{"a" : 1 , "b" : {} , "a"\n:2}',
  '{"\\"":1,"\\u0022":2}',
  '{"__proto__":1,"__proto__":2}',
])('T-29 `%s` is refused', (text, { expect }) => {
  expect(parseStrictObject(text)).toBeUndefined()
})

test.for([
  '{}',
  '{"a":"a","b":"a"}',
  '{"a":{"a":{"a":1}}}',
  '{"a":[{"b":1},{"b":1}],"b":1}',
  '{"a":"\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
])('`%s` is taken', (text, { expect }) => {
  expect(parseStrictObject(text)).toEqual(JSON.parse(text))
})

test('law: what JSON.stringify writes is read as JSON.parse does', ({ expect }) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value)
      expect(parseStrictObject(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('law: an object with one name twice is refused wherever it stands', ({ expect }) => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), fc.nat({ max: 5 }), (name, one, two, depth) => {
      const twice = `{${JSON.stringify(name)}:${JSON.stringify(one)},${JSON.stringify(name)}:${JSON.stringify(two)}}`
      expect(parseStrictObject(`${'{"a":[1,'.repeat(depth)}${twice}${']}'.repeat(depth)}`)).toBeUndefined()
    }),
  )
})
