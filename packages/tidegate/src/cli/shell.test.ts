import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'vitest'
import { exportLines } from './shell.ts'

/** What `sh` has in a variable after it has read the lines. */
function read(lines: string): string {
  return execFileSync('/bin/sh', ['-c', `eval "$1"; printf %s "$VALUE"`, 'sh', lines], { encoding: 'utf8', env: {} })
}

test.for(['a; echo b', '$(echo b)', '`echo b`', "'; echo b; '", '"$(echo b)"', 'a\necho b', '\\', '', '~', '*', '!!', "''"])(
  'T-66 `%s` is a value, not a command',
  (value, { expect }) => {
    expect(read(exportLines({ VALUE: value }))).toBe(value)
  },
)

test('T-66 law: every text comes back as it was', ({ expect }) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from(`'"\\$\`;&|<>(){}[]*?~#! \t\nabé`)) })
  fc.assert(
    fc.property(text, (value) => {
      expect(read(exportLines({ VALUE: value }))).toBe(value)
    }),
    { numRuns: 50 },
  )
})

test('what needs no quotes has none', ({ expect }) => {
  expect(exportLines({ A: 'http://127.0.0.1:4780', B: 'us-east-1', C: 'a+b/c==' })).toBe(
    'export A=http://127.0.0.1:4780\nexport B=us-east-1\nexport C=a+b/c==\n',
  )
})
