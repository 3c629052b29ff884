import fc from 'fast-check'
import { test } from 'vitest'
import { LogFrames, MalformedLogStream, TerminalLines } from './log-frames.ts'

const at = '2026-11-25T16:26:31.123456789Z'

function frame(stream: number, text: string | Uint8Array): Buffer {
  const payload = Buffer.concat([Buffer.from(`${at} `), Buffer.from(text)])
  const head = Buffer.alloc(8)
  head.writeUInt8(stream, 0)
  head.writeUInt32BE(payload.length, 4)
  return Buffer.concat([head, payload])
}

test('law: whatever comes, it is lines or a malformed stream', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      const frames = new LogFrames()
      const terminal = new TerminalLines()
      for (const chunk of chunks) for (const { text } of terminal.push(chunk)) expect(text).not.toContain('\n')
      try {
        for (const chunk of chunks) for (const { stream } of frames.push(chunk)) expect(['stdout', 'stderr']).toContain(stream)
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedLogStream)
      }
    }),
  )
})

test('law: lines are the same in whatever pieces the stream comes', ({ expect }) => {
  const line = fc.record({ stream: fc.constantFrom(1, 2), text: fc.string().map((text) => text.replaceAll('\n', ' ')) })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.integer({ min: 1, max: 11 }), (lines, size) => {
      const bytes = Buffer.concat(lines.map(({ stream, text }) => frame(stream, `${text}\n`)))
      const frames = new LogFrames()
      const read: unknown[] = []
      for (let from = 0; from < bytes.length; from += size) read.push(...frames.push(bytes.subarray(from, from + size)))
      expect(read).toEqual(lines.map(({ stream, text }) => ({ stream: stream === 1 ? 'stdout' : 'stderr', timestamp: at, text })))
    }),
  )
})

test('a long line is one line, also where a character is cut in two, and streams do not mix', ({ expect }) => {
  const euro = Buffer.from('€')
  const frames = new LogFrames()
  expect(frames.push(frame(1, Buffer.concat([Buffer.from('a'), euro.subarray(0, 1)])))).toEqual([])
  expect(frames.push(frame(2, 'in between\n'))).toMatchObject([{ stream: 'stderr', text: 'in between' }])
  expect(frames.push(frame(1, Buffer.concat([euro.subarray(1), Buffer.from('b\n')])))).toMatchObject([{ stream: 'stdout', text: 'a€b' }])
})

test('what has no line feed is a line at the end; what never ends is cut', ({ expect }) => {
  const frames = new LogFrames()
  expect(frames.push(frame(1, 'no end'))).toEqual([])
  expect(frames.end()).toMatchObject([{ text: 'no end' }])
  const lengths = Array.from({ length: 20 }, () => frames.push(frame(1, 'x'.repeat(16_384))))
    .flat()
    .map(({ text }) => text.length)
  expect(lengths).toEqual([262_144])
})
