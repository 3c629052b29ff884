/** A segment of lines: the open one, and one that waits to be sealed. Its index is in memory. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import type { HourCounts } from './hour-counts.ts'
import { chained, firstChain, lineHead, lineTail, readLine } from './line.ts'
import { CompactRange, type Hash } from './merkle.ts'
import { parseRecord } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import { type Block, SegmentIndex } from './segment-index.ts'
import { DamagedSegment } from './segment-reader.ts'
import type { Segment } from './segment.ts'
import type { TermField } from './terms.ts'

export class PlainSegment implements Segment {
  readonly file: string
  readonly first: number
  readonly index = new SegmentIndex()
  readonly leaves: Hash[] = []
  readonly range: CompactRange
  /** Of the last line. */
  chain: number
  readonly #path: string
  /** Where each block begins in the file. */
  readonly #offsets: number[] = []
  #descriptor: number | undefined
  #bytes = 0
  #sealed: Segment | undefined

  constructor(path: string, file: string, first: number) {
    this.#path = path
    this.file = file
    this.first = first
    this.range = new CompactRange(first)
    this.chain = firstChain(first)
  }

  /** Reads the whole lines of a file. What a crash left behind them is not read: `bytes` says where that begins. */
  static read(path: string, file: string, first: number): PlainSegment {
    const segment = new PlainSegment(path, file, first)
    const buffer = readFileSync(path)
    let start = 0
    for (let end = buffer.indexOf(lineFeed); end !== -1; end = buffer.indexOf(lineFeed, start)) {
      const line = readLine(buffer, start, end)
      if (line === undefined) {
        // Pages that never reached the disk read as zeros; nothing behind them was acknowledged.
        if (buffer.includes(0, start)) break
        throw new DamagedSegment(`segment ${file}: line ${segment.count + 1} was changed`)
      }
      if (line.chain !== chained(segment.chain, line.leaf)) {
        throw new DamagedSegment(`segment ${file}: lines before line ${segment.count + 1} are missing, doubled or moved`)
      }
      const record = buffer.toString('utf8', start + lineHead, end - 1)
      segment.add(parseRecord(record), end + 1 - start - lineHead - lineTail, line.leaf)
      start = end + 1
    }
    return segment
  }

  add(record: AuditRecord, recordBytes: number, leaf: Hash): void {
    this.index.add(record, recordBytes)
    if (this.index.blocks.length > this.#offsets.length) this.#offsets.push(this.#bytes)
    this.range.appendLeaf(leaf)
    this.chain = chained(this.chain, leaf)
    this.leaves.push(leaf)
    this.#bytes += lineHead + recordBytes + lineTail
  }

  get count(): number {
    return this.index.count
  }

  /** Length of the file, as far as it is whole lines. */
  get bytes(): number {
    return this.#bytes
  }

  get blocks(): readonly Block[] {
    return this.index.blocks
  }

  get hours(): HourCounts {
    return this.index.hours
  }

  lookup(field: TermField, value: string): readonly number[] {
    return this.index.lookup(field, value)
  }

  /** From now on its records are read there: a search that is under way goes on when the file is removed. */
  becomes(sealed: Segment): void {
    this.#sealed = sealed
    this.close()
  }

  readBlock(block: number): Buffer {
    if (this.#sealed !== undefined) return this.#sealed.readBlock(block)
    const [begin = this.#bytes, end = this.#bytes] = this.#offsets.slice(block, block + 2)
    this.#descriptor ??= openSync(this.#path, 'r')
    const lines = Buffer.allocUnsafe(end - begin)
    if (readSync(this.#descriptor, lines, 0, lines.length, begin) !== lines.length) {
      throw new DamagedSegment(`segment ${this.file}: shorter than it was`)
    }
    return withoutFrames(lines)
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

/** Leaves the records, each with its line feed; in place. */
function withoutFrames(lines: Buffer): Buffer {
  let [start, length] = [0, 0]
  for (let end = lines.indexOf(lineFeed); end !== -1; end = lines.indexOf(lineFeed, start)) {
    lines.copyWithin(length, start + lineHead, end - 1)
    length += end - 1 - start - lineHead
    lines[length] = lineFeed
    length += 1
    start = end + 1
  }
  return lines.subarray(0, length)
}

const lineFeed = 0x0a
