import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { OutputWriter, parseOutput, readOutput } from './output-file.ts'

test('law: whatever stands in a file, reading it throws nothing and gives lines only', ({ expect }) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(1000), (bytes, offset) => {
      for (const { at, stream, text, position } of parseOutput(Buffer.from(bytes), 0, offset)) {
        expect(Number.isSafeInteger(at)).toBe(true)
        expect(['stdout', 'stderr']).toContain(stream)
        expect(text).not.toContain('\n')
        expect(position).toMatch(/^0:\d+$/)
      }
    }),
  )
})

test('law: what was written is read, in whatever pieces it came and was read', (context) => {
  const { expect } = context
  const root = temporaryFolder(context)
  const text = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\n', ' '))
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const folder = temporaryFolder({ onTestFinished: context.onTestFinished })
      const writer = new OutputWriter(folder)
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      for (let at = 0; at < bytes.length; at += size) writer.write('stdout', bytes.subarray(at, at + size), 5)
      writer.end(6)
      const read: string[] = []
      for (let next = readOutput(folder); next.length > 0; next = readOutput(folder, next[0]?.position)) read.push(next[0]?.text ?? '')
      expect(read).toEqual(lines.map((line) => Buffer.from(line).toString()))
    }),
    { numRuns: 30 },
  )
  expect(readdirSync(root)).toEqual([])
})

test('a line without an end is a line at the end', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const writer = new OutputWriter(folder)
  expect(writer.write('stderr', Buffer.from('no line feed'), 1)).toBe(false)
  expect(readOutput(folder)).toEqual([])
  writer.end(2)
  expect(readOutput(folder)).toMatchObject([{ at: 2, stream: 'stderr', text: 'no line feed' }])
})

test('what a task writes without end takes a bounded part of the disk, and the newest lines are there', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const writer = new OutputWriter(folder)
  const chunk = Buffer.from(`${'x'.repeat(1_048_575)}\n`)
  for (let i = 0; i < 40; i++) writer.write('stdout', chunk, i)
  writer.write('stdout', Buffer.from('last\n'), 99)
  writer.end(100)
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
  expect(sizes.length).toBeLessThanOrEqual(3)
  expect(Math.max(...sizes)).toBeLessThan(9_500_000)
  let last: string | undefined
  for (let next = readOutput(folder); next.length > 0; next = readOutput(folder, next.at(-1)?.position)) last = next.at(-1)?.text
  expect(last).toBe('last')
})

test('a position that makes no sense is the beginning', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'output.0'), '1 1 first\n')
  expect(readOutput(folder, 'nonsense')).toMatchObject([{ text: 'first' }])
})
