/** Reads a sealed segment: its head stays in memory, everything else is read when a query needs it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import type { HourCounts } from './hour-counts.ts'
import { CompactRange, sha256 } from './merkle.ts'
import { lookupPostings, termHash } from './postings.ts'
import {
  type SealedBlock,
  type SealedHead,
  checkOf,
  decodeDirectory,
  decodeHead,
  decodeTrailer,
  magic,
  rowBytes,
  trailerBytes,
} from './sealed-format.ts'
import type { Segment } from './segment.ts'
import type { TermField } from './terms.ts'

/** A sealed segment is not what it was when it was sealed. */
export class DamagedSegment extends Error {
  override readonly name = 'DamagedSegment'
}

export class SealedSegment implements Segment {
  readonly file: string
  readonly first: number
  readonly count: number
  readonly blocks: readonly SealedBlock[]
  readonly hours: HourCounts
  readonly range: CompactRange
  readonly #descriptor: number
  readonly #head: SealedHead
  /** Where the lists begin: behind the blocks; and their length with table and tags. */
  readonly #indexOffset: number
  readonly #indexLength: number

  /** @throws DamagedSegment */
  constructor(path: string, file: string) {
    this.file = file
    this.#descriptor = openSync(path, 'r')
    try {
      const { size } = fstatSync(this.#descriptor)
      const { head, blocks, indexOffset, indexLength } = this.#open(size)
      this.#head = head
      this.#indexOffset = indexOffset
      this.#indexLength = indexLength
      this.first = head.first
      this.count = head.count
      this.blocks = blocks
      this.hours = head.hours
      this.range = new CompactRange(head.first, head.nodes)
    } catch (error) {
      closeSync(this.#descriptor)
      throw error instanceof DamagedSegment ? error : new DamagedSegment(`segment ${file}: its head cannot be read`, { cause: error })
    }
  }

  lookup(field: TermField, value: string): readonly number[] {
    const { listsLength, tableLength } = this.#head
    const tableOffset = this.#indexOffset + listsLength
    const readTable = (offset: number, length: number): Buffer => this.#read(tableOffset + offset, length)
    const readLists = (offset: number, length: number): Buffer => this.#read(this.#indexOffset + offset, length)
    return lookupPostings(readTable, tableLength, readLists, listsLength, termHash(field, value))
  }

  readBlock(block: number): Buffer {
    const { check, rawLength } = this.blocks[block] ?? missing(block)
    const bytes = this.#compressed(block)
    if (checkOf(bytes) !== check) throw new DamagedSegment(`segment ${this.file}: block ${block} was changed`)
    // One chunk for all of it, and room to see that it is all.
    return zstdDecompressSync(bytes, { maxOutputLength: rawLength, chunkSize: rawLength + 64 })
  }

  /** The records of a block that fails its check, if it unpacks all the same: to see what was changed. */
  salvageBlock(block: number): Buffer | undefined {
    try {
      return zstdDecompressSync(this.#compressed(block), { maxOutputLength: 2 * (this.blocks[block]?.rawLength ?? 0) })
    } catch {
      return undefined
    }
  }

  #compressed(block: number): Buffer {
    const { offset, length } = this.blocks[block] ?? missing(block)
    return this.#read(offset, length)
  }

  /** Lists and table as they are stored, and the tag of each record; undefined when they are not what they were when it was sealed. */
  storedIndex(): { readonly postings: Buffer; readonly tags: Buffer } | undefined {
    const { listsLength, tableLength, indexDigest } = this.#head
    const index = this.#read(this.#indexOffset, this.#indexLength)
    if (sha256(index) !== indexDigest) return undefined
    return { postings: index.subarray(0, listsLength + tableLength), tags: index.subarray(listsLength + tableLength) }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #open(size: number): { head: SealedHead; blocks: SealedBlock[]; indexOffset: number; indexLength: number } {
    const trailer = decodeTrailer(this.#read(size - trailerBytes, trailerBytes))
    if (trailer === undefined || !this.#read(0, magic.length).equals(magic))
      throw new DamagedSegment(`segment ${this.file}: not a whole sealed segment`)
    const { directoryLength, headLength, digest } = trailer
    const directoryOffset = size - trailerBytes - headLength - directoryLength
    const both = this.#read(directoryOffset, directoryLength + headLength)
    if (directoryLength % rowBytes !== 0 || sha256(both) !== digest) throw new DamagedSegment(`segment ${this.file}: its head was changed`)
    const head = decodeHead(both.subarray(directoryLength))
    const blocks = decodeDirectory(both.subarray(0, directoryLength))
    const last = blocks.at(-1)
    const indexOffset = last === undefined ? magic.length : last.offset + last.length
    const indexLength = directoryOffset - indexOffset
    const counted = blocks.reduce((sum, { count }) => sum + count, 0)
    if (indexLength < head.listsLength + head.tableLength || counted !== head.count) {
      throw new DamagedSegment(`segment ${this.file}: its parts do not fit together`)
    }
    return { head, blocks, indexOffset, indexLength }
  }

  #read(offset: number, length: number): Buffer {
    if (offset < 0) throw new DamagedSegment(`segment ${this.file}: too short`)
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length;) {
      const read = readSync(this.#descriptor, bytes, done, length - done, offset + done)
      if (read === 0) throw new DamagedSegment(`segment ${this.file}: too short`)
      done += read
    }
    return bytes
  }
}

function missing(block: number): never {
  throw new RangeError(`no block ${block}`)
}
