/**
 * A line of an open segment: `["1f2e3d4c",{…}]`. JSON, so that any tool reads it. What is hashed is the record alone, from brace to brace.
 *
 * The eight digits are no proof, anybody can compute them; they say where something went wrong. The first four are the beginning of the
 * record's leaf hash: a line that was written in part, or changed since, is known by itself. The last four also depend on all lines before:
 * a line that is missing, doubled or moved breaks the chain there.
 */
import { type Hash, prefixedLeafHash } from './merkle.ts'

/** Bytes of a line before and behind its record, the line feed included. */
export const lineHead = 12
export const lineTail = 2

/** Writes the line of a record into `buffer`, which has room for it, and returns its leaf hash. Its chain is written by `writeChain`. */
export function writeLine(buffer: Buffer, offset: number, record: string, recordBytes: number): Hash {
  const start = offset + lineHead
  buffer.write(record, start, 'utf8')
  const leaf = hashInPlace(buffer, start, start + recordBytes)
  buffer.write(`["${ownDigits(leaf)}0000",`, offset, 'latin1')
  buffer.write(']\n', start + recordBytes, 'latin1')
  return leaf
}

/** @returns the chain for the next line */
export function writeChain(buffer: Buffer, offset: number, chain: number, leaf: Hash): number {
  const next = chained(chain, leaf)
  buffer.write(digits(next), offset + 6, 'latin1')
  return next
}

export interface Line {
  readonly leaf: Hash
  /** Its chain, as it is written. */
  readonly chain: number
}

/** The line from `begin` to `end` (its line feed left out); undefined when it is not a whole, unchanged line. */
export function readLine(buffer: Buffer, begin: number, end: number): Line | undefined {
  const [start, stop] = [begin + lineHead, end - 1]
  if (stop - start < 2 || buffer[start] !== 0x7b || buffer[stop - 1] !== 0x7d || buffer[stop] !== 0x5d) return undefined
  const head = buffer.toString('latin1', begin, start)
  const leaf = hashInPlace(buffer, start, stop)
  buffer[start - 1] = head.charCodeAt(lineHead - 1)
  const [, own, chain = ''] = /^\["([0-9a-f]{4})([0-9a-f]{4})",$/.exec(head) ?? []
  return own === ownDigits(leaf) ? { leaf, chain: Number.parseInt(chain, 16) } : undefined
}

/** The chain before the first line of a segment: lines don't move from one segment to another unseen. */
export function firstChain(first: number): number {
  return (first ^ (first / 0x10000)) & 0xffff
}

export function chained(chain: number, leaf: Hash): number {
  return (Math.imul(chain ^ (leaf.charCodeAt(2) << 8) ^ leaf.charCodeAt(3), 0x9e37) + 0x79b9) & 0xffff
}

function ownDigits(leaf: Hash): string {
  return digits((leaf.charCodeAt(0) << 8) | leaf.charCodeAt(1))
}

function digits(value: number): string {
  return (hexBytes[value >>> 8] ?? '') + (hexBytes[value & 0xff] ?? '')
}

/** Hashes with the byte before the record set to 0, which is the prefix of a leaf: no copy. */
function hashInPlace(buffer: Buffer, start: number, end: number): Hash {
  buffer[start - 1] = 0
  return prefixedLeafHash(buffer.subarray(start - 1, end))
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
