import { test } from 'vitest'
import { asciiLower, equalsFolded } from './fold.ts'

test('ASCII letters become small, all other characters stay', ({ expect }) => {
  expect(asciiLower('AZaz09@[`{:*')).toBe('azaz09@[`{:*')
  expect(asciiLower('xABxYZ')).toBe('xabxyz')
  expect(asciiLower('\u212A\u0130É')).toBe('\u212A\u0130É')
  expect(asciiLower('ABC')).toBe('abc')
  expect(asciiLower('')).toBe('')
})

test.for([
  ['', ''],
  ['a', 'a'],
  ['AZ', 'az'],
  ['s3:GetObject', 's3:getobject'],
  ['É', 'É'],
])('%j equals %j', ([text = '', folded = ''], { expect }) => {
  expect(equalsFolded(text, folded)).toBe(true)
})

// The neighbours of A and Z are as far from those of a and z as the letters are.
test.for([
  ['a', ''],
  ['', 'a'],
  ['ab', 'a'],
  ['AB', 'ac'],
  ['@', '`'],
  ['[', '{'],
  ['\u212A', 'k'],
  ['É', 'é'],
])('%j does not equal %j', ([text = '', folded = ''], { expect }) => {
  expect(equalsFolded(text, folded)).toBe(false)
})
