import fc from 'fast-check'
import { test } from 'vitest'
import { beginsWith } from './begins-with.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\ud83d', '\uffff'), maxLength: 6 })

test('says of any two texts what `startsWith` says', ({ expect }) => {
  fc.assert(
    fc.property(text, text, text, (one, other, tail) => {
      expect(beginsWith(one, other)).toBe(one.startsWith(other))
      expect(beginsWith(one + tail, one)).toBe(true)
    }),
  )
})
