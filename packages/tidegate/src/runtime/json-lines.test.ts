import fc from 'fast-check'
import { test } from 'vitest'
import { JsonLines } from './json-lines.ts'

test('a line that is no JSON and a line without an end are refused', ({ expect }) => {
  expect(() => new JsonLines().push('{"a":\n')).toThrow(SyntaxError)
  expect(() => new JsonLines().push('x'.repeat(17 * 1_048_576))).toThrow('a line has no end')
})

test('law: values are the same in whatever pieces they come', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.integer({ min: 1, max: 7 }), (values, size) => {
      const text = values.map((value) => `${JSON.stringify(value)}\n`).join('')
      const lines = new JsonLines()
      const read: unknown[] = []
      for (let at = 0; at < text.length; at += size) read.push(...lines.push(text.slice(at, at + size)))
      expect(JSON.stringify(read)).toEqual(JSON.stringify(values))
    }),
  )
})
