import { isUtf8 } from 'node:buffer'

/** A line of input by its number, from 1: its text, or why it has none. */
export type Line = { readonly number: number; readonly text: string } | { readonly number: number; readonly problem: string }

const maxLineBytes = 4 * 1024 * 1024

/**
 * The lines of `chunks`, those that end in one chunk together: a caller that answers batch by batch answers a slow input at once and
 * a fast one in large writes. Only the unfinished line is kept, and of an over-long one nothing, so memory does not grow with the input.
 *
 * Lines end with LF or CRLF, the last one also without. Blank lines are counted and left out; a byte order mark is ignored.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, { maxBytes = maxLineBytes } = {}): AsyncGenerator<readonly Line[]> {
  const splitter = new Splitter(maxBytes)
  for await (const chunk of chunks) yield splitter.push(chunk)
  yield splitter.end()
}

class Splitter {
  readonly #maxBytes: number
  #number = 0
  /** The beginning of the unfinished line; its first `#length` bytes, as long as these are not more than `#maxBytes`. */
  #pending = new Uint8Array(0)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      this.#finish(chunk.subarray(start, end), lines)
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  end(): readonly Line[] {
    const lines: Line[] = []
    if (this.#length > 0) this.#finish(new Uint8Array(0), lines)
    return lines
  }

  /** Copies: a list of pieces would keep one object alive for each byte of a sender that writes byte by byte. */
  #keep(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (length <= this.#maxBytes) {
      if (length > this.#pending.length) this.#pending = grown(this.#pending, length)
      this.#pending.set(piece, this.#length)
    }
    this.#length = length
  }

  #finish(rest: Uint8Array, lines: Line[]): void {
    const number = ++this.#number
    const isWhole = this.#length === 0
    if (!isWhole) this.#keep(rest)
    const length = isWhole ? rest.length : this.#length
    this.#length = 0
    if (length > this.#maxBytes) {
      lines.push({ number, problem: `longer than ${this.#maxBytes} bytes` })
      return
    }
    const bytes = isWhole ? rest : this.#pending.subarray(0, length)
    if (!isUtf8(bytes)) {
      lines.push({ number, problem: 'not UTF-8 text' })
      return
    }
    const text = textOf(bytes, number === 1)
    if (text.trim() !== '') lines.push({ number, text })
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(length, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

function textOf(bytes: Uint8Array, isFirst: boolean): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const start = isFirst && text.startsWith(byteOrderMark) ? 1 : 0
  return text.slice(start, text.endsWith('\r') ? -1 : undefined)
}

const lineFeed = 0x0a
const byteOrderMark = '\uFEFF'
