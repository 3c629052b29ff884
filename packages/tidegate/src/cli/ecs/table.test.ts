import fc from 'fast-check'
import { test } from 'vitest'
import { table } from './table.ts'

test('what has to be copied is never cut, the widest of the others is', ({ expect }) => {
  const id = '0123456789abcdef0123456789abcdef'
  const lines = table([{ title: 'TASK', isWhole: true }, { title: 'GROUP' }, { title: 'N', isNumber: true }], [[id, 'g'.repeat(200), '7']])
  expect(lines[1]).toBe(`${id}  ${'g'.repeat(61)}..  7`)
})

test('a line never moves the cursor of a terminal', ({ expect }) => {
  expect(table([{ title: 'A' }], [['\u001b[2J\n\u202e']])[1]).toBe(String.raw`\u001b[2J\n\u202e`)
})

test('lines fit into 100 columns whatever is in the cells', ({ expect }) => {
  const cell = fc.string({ maxLength: 150 })
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 5 }), (rows) => {
      const lines = table([{ title: 'A' }, { title: 'B', isNumber: true }, { title: 'C' }, { title: 'D' }], rows)
      expect(lines).toHaveLength(rows.length + 1)
      expect(lines.every((line) => line.length <= 100)).toBe(true)
    }),
  )
})
