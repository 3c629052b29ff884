/**
 * The file of a sealed segment:
 *
 *   "TIDEAUD1"  blocks (zstd)  lists  table  tags  directory  head (JSON)  trailer
 *
 * `lists` and `table` are postings.ts; `tags` are the first two bytes of each record's leaf hash, so that a verifier can name the record
 * that was changed; the directory has a row for each block. Everything is covered by a digest: a block by its row, lists, table and tags
 * by the head, head and directory by the trailer, which is 64 bytes.
 */
import { HourCounts } from './hour-counts.ts'
import { type Hash, type TreeNode, fromBase64, sha256, toBase64 } from './merkle.ts'
import type { Block } from './segment-index.ts'

export const magic = Buffer.from('TIDEAUD1')

export interface SealedBlock extends Block {
  /** Where its compressed bytes are. */
  readonly offset: number
  readonly length: number
  /** The first 8 bytes of the SHA-256 of the compressed bytes, as hexadecimal digits. */
  readonly check: string
}

export interface SealedHead {
  readonly first: number
  readonly count: number
  readonly nodes: readonly TreeNode[]
  readonly hours: HourCounts
  readonly listsLength: number
  readonly tableLength: number
  /** SHA-256 of lists, table and tags. */
  readonly indexDigest: Hash
}

export const rowBytes = 32
export const tagBytes = 2
export const trailerBytes = 64

export function encodeRow({ length, rawLength, count, minTime, maxTime, check }: SealedBlock): Buffer {
  const row = Buffer.alloc(rowBytes)
  row.writeUInt32LE(length, 0)
  row.writeUInt32LE(rawLength, 4)
  row.writeUInt32LE(count, 8)
  row.writeUInt32LE(minTime / 1000, 12)
  row.writeUInt32LE(maxTime / 1000, 16)
  row.write(check, 24, 'hex')
  return row
}

export function decodeDirectory(directory: Buffer): SealedBlock[] {
  const blocks: SealedBlock[] = []
  let [offset, ordinal] = [magic.length, 0]
  for (let at = 0; at < directory.length; at += rowBytes) {
    const [length, count] = [directory.readUInt32LE(at), directory.readUInt32LE(at + 8)]
    blocks.push({
      offset,
      length,
      rawLength: directory.readUInt32LE(at + 4),
      ordinal,
      count,
      minTime: directory.readUInt32LE(at + 12) * 1000,
      maxTime: directory.readUInt32LE(at + 16) * 1000,
      check: directory.toString('hex', at + 24, at + 32),
    })
    offset += length
    ordinal += count
  }
  return blocks
}

export function checkOf(bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes).slice(0, 8), 'latin1').toString('hex')
}

export function encodeHead({ nodes, hours, indexDigest, ...rest }: SealedHead): Buffer {
  const own = nodes.map(({ level, index, hash }) => [level, index, toBase64(hash)])
  return Buffer.from(JSON.stringify({ ...rest, indexDigest: toBase64(indexDigest), nodes: own, hours }))
}

/** The casts are true because the digest of the head was checked: it is what `encodeHead` wrote. */
export function decodeHead(head: Buffer): SealedHead {
  const { nodes, hours, indexDigest, ...rest } = JSON.parse(head.toString()) as Omit<SealedHead, 'nodes' | 'hours' | 'indexDigest'> & {
    nodes: [number, number, string][]
    hours: ReturnType<HourCounts['toJSON']>
    indexDigest: string
  }
  return {
    ...rest,
    indexDigest: fromBase64(indexDigest) ?? '',
    nodes: nodes.map(([level, index, text]) => ({ level, index, hash: fromBase64(text) ?? '' })),
    hours: HourCounts.from(hours),
  }
}

/** Lengths of directory and head, their digest, and the magic once more. */
export function encodeTrailer(directory: Buffer, head: Buffer): Buffer {
  const trailer = Buffer.alloc(trailerBytes)
  trailer.writeUInt32LE(directory.length, 0)
  trailer.writeUInt32LE(head.length, 4)
  trailer.write(sha256(Buffer.concat([directory, head])), 8, 'latin1')
  magic.copy(trailer, trailerBytes - magic.length)
  return trailer
}

export interface Trailer {
  readonly directoryLength: number
  readonly headLength: number
  readonly digest: Hash
}

export function decodeTrailer(trailer: Buffer): Trailer | undefined {
  const isOurs = trailer.length === trailerBytes && trailer.subarray(trailerBytes - magic.length).equals(magic)
  const isPadded = trailer.subarray(40, trailerBytes - magic.length).every((byte) => byte === 0)
  if (!isOurs || !isPadded) return undefined
  return { directoryLength: trailer.readUInt32LE(0), headLength: trailer.readUInt32LE(4), digest: trailer.toString('latin1', 8, 40) }
}
