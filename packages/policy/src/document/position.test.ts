import { test } from 'vitest'
import { readJson } from './json.ts'
import { pointerAt, Positions } from './position.ts'

test('lines and columns count from 1', ({ expect }) => {
  const positions = new Positions('ab\n\ncd')
  expect([0, 2, 3, 4, 6].map((offset) => positions.at(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 3 },
  ])
})

test.for([
  ['{', ''],
  ['"a/b"', '/a~1b'],
  ['[1', '/a~1b'],
  ['1', '/a~1b/0'],
  ['{"m~n"', '/a~1b/1'],
  ['"m~n"', '/a~1b/1/m~0n'],
  ['true', '/a~1b/1/m~0n'],
  ['"z"', '/z'],
] as const)('the pointer at %s is %s', ([at, pointer], { expect }) => {
  const text = '{"a/b":[1,{"m~n":true}],"z":null}'
  const json = readJson(text)
  expect(json.ok && pointerAt(json.node, text.indexOf(at))).toBe(pointer)
})
