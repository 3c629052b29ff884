/** A segment as queries, proofs and exports see it, open or sealed. */
import type { HourCounts } from './hour-counts.ts'
import { type CompactRange, type Hash, leafHash } from './merkle.ts'
import type { Block } from './segment-index.ts'
import type { TermField } from './terms.ts'

export interface Segment {
  /** For messages. */
  readonly file: string
  /** Index of its first record within the log. */
  readonly first: number
  readonly count: number
  readonly blocks: readonly Block[]
  readonly hours: HourCounts
  readonly range: CompactRange
  /** Blocks that may hold records with this term, ascending. */
  lookup(field: TermField, value: string): readonly number[]
  /** The records of a block, each with a line feed behind it. */
  readBlock(block: number): Buffer
  close(): void
}

/** The leaf hashes of a segment's records. */
export function leavesOf(segment: Segment): Hash[] {
  return segment.blocks.flatMap((_, block) => recordsOf(segment.readBlock(block)).map(leafHash))
}

/** The lines of a block, without their line feeds. */
export function recordsOf(block: Buffer): Buffer[] {
  const records: Buffer[] = []
  let start = 0
  for (let end = block.indexOf(lineFeed); end !== -1; end = block.indexOf(lineFeed, start)) {
    records.push(block.subarray(start, end))
    start = end + 1
  }
  return records
}

const lineFeed = 0x0a
