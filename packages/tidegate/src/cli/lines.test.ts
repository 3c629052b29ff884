import { describe, test } from 'vitest'
import { type Line, readLines } from './lines.ts'

async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function all(chunks: AsyncIterable<Uint8Array>, maxBytes?: number): Promise<Line[]> {
  const lines: Line[] = []
  for await (const batch of readLines(chunks, maxBytes === undefined ? {} : { maxBytes })) lines.push(...batch)
  return lines
}

describe('what cannot be read is a line with a problem, and the next line is read again', () => {
  const cases = [
    { why: 'an over-long line', chunks: ['a\n', '12345', '67890', 'xyz\nb\n'], problem: 'longer than 8 bytes' },
    { why: 'an over-long line within one chunk', chunks: ['a\n123456789\nb\n'], problem: 'longer than 8 bytes' },
    { why: 'an over-long last line', chunks: ['a\n', '123456789'], problem: 'longer than 8 bytes', last: true },
    { why: 'bytes that are not UTF-8', chunks: ['a\n', Uint8Array.of(0xff, 0xfe, 0x41), '\nb\n'], problem: 'not UTF-8 text' },
  ]
  test.for(cases)('$why', async ({ chunks, problem, last }, { expect }) => {
    const after = last === true ? [] : [{ number: 3, text: 'b' }]
    expect(await all(chunksOf(...chunks), 8)).toEqual([{ number: 1, text: 'a' }, { number: 2, problem }, ...after])
  })
})

const readable = [
  { why: 'the last line needs no line feed', chunks: ['a\nb'], want: ['1 a', '2 b'] },
  { why: 'a line may span chunks', chunks: ['a', 'b', '\nc', 'd\n'], want: ['1 ab', '2 cd'] },
  { why: 'a character may span chunks', chunks: [Uint8Array.of(0xc3), Uint8Array.of(0xa9, 0x0a)], want: ['1 é'] },
  { why: 'CRLF ends a line, also when a chunk ends between', chunks: ['a\r', '\nb\r\n'], want: ['1 a', '2 b'] },
  { why: 'blank lines are counted and left out', chunks: ['\n\r\n \t\na\n\n'], want: ['4 a'] },
  { why: 'a byte order mark is ignored', chunks: ['\uFEFF{}\n'], want: ['1 {}'] },
  { why: 'a byte order mark later on is text', chunks: ['a\n\uFEFF{}\n'], want: ['1 a', '2 \uFEFF{}'] },
  { why: 'an empty input has no lines', chunks: [], want: [] },
  { why: 'a line of just the allowed length is read', chunks: ['12345678\n'], want: ['1 12345678'] },
]
test.for(readable)('$why', async ({ chunks, want }, { expect }) => {
  const lines = await all(chunksOf(...chunks), 8)
  expect(lines.map((line) => `${line.number} ${'text' in line ? line.text : line.problem}`)).toEqual(want)
})

test('lines of one chunk come together, and the next chunk is asked for only after them', async ({ expect }) => {
  let asked = 0
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked += 1
      yield Buffer.from('a\nb\n')
    }
  }
  const batches = readLines(chunks())
  for (let round = 1; round <= 3; round += 1) {
    const { value } = await batches.next()
    expect(value).toHaveLength(2)
    expect(asked).toBe(round)
  }
})

test('an endless line takes no memory', async ({ expect }) => {
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 512; count += 1) yield chunk
  }
  const before = process.memoryUsage.rss()
  expect(await all(chunks())).toEqual([{ number: 1, problem: 'longer than 4194304 bytes' }])
  expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024)
})
