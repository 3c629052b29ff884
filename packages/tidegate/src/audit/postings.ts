/**
 * The terms of a sealed segment on disk: which blocks each occurs in.
 *
 * A table of 8 bytes a term, sorted by a 32-bit hash of field and value, so that a term is found by reading a page where its hash should be.
 * A term in a single block has the block in its entry, others point into the lists; lists that are equal (a person, her ARN and her access
 * key occur in the same blocks) are stored once. The terms themselves are not stored: two with the same hash lead to each other's
 * blocks, where the records tell them apart.
 */
import type { TermIndex } from './term-index.ts'
import { type TermField, termFields } from './terms.ts'

export interface EncodedPostings {
  readonly table: Buffer
  readonly lists: Buffer
}

export function encodePostings(terms: TermIndex): EncodedPostings {
  const lists: Buffer[] = []
  const known = new Map<string, number>()
  const entries: number[] = []
  let length = 0
  terms.forEach((hash, blocks, begin, end) => {
    entries.push(hash)
    if (end - begin === 1) {
      entries.push(inline + (blocks[begin] ?? 0))
      return
    }
    const bytes = encodeList(blocks, begin, end)
    const text = bytes.toString('latin1')
    let offset = known.get(text)
    if (offset === undefined) {
      offset = length
      known.set(text, offset)
      lists.push(bytes)
      length += bytes.length
    }
    entries.push(offset)
  })
  const table = Buffer.alloc(entries.length * 4)
  for (const [at, entry] of entries.entries()) table.writeUInt32LE(entry, at * 4)
  return { table, lists: Buffer.concat(lists) }
}

/** Reads bytes of a section. */
export type ReadAt = (offset: number, length: number) => Buffer

/** The blocks that may have the term, ascending. */
export function lookupPostings(
  readTable: ReadAt,
  tableLength: number,
  readLists: ReadAt,
  listsLength: number,
  hash: number,
): readonly number[] {
  const entry = findEntry(readTable, tableLength / entryBytes, hash)
  if (entry === undefined) return []
  if (entry >= inline) return [entry - inline]
  let bytes = readLists(entry, Math.min(firstRead, listsLength - entry))
  const length = bytes.readUInt16LE(0) + 2
  if (length > bytes.length) bytes = readLists(entry, length)
  return decodeList(bytes.subarray(2, length))
}

export function termHash(field: TermField, value: string): number {
  let hash = 0x811c9dc5 ^ termFields.indexOf(field)
  for (let index = 0; index < value.length; index += 1) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193)
  // FNV leaves the high bits uneven, and the table is entered by these.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hashes are even: the first guess is right to a few entries, else the page says in which half to go on. */
function findEntry(read: ReadAt, count: number, hash: number): number | undefined {
  let [low, high] = [0, count]
  let guess = Math.floor((hash / 2 ** 32) * count)
  while (low < high) {
    const begin = Math.max(low, Math.min(guess - pageEntries / 2, high - pageEntries))
    const entries = Math.min(pageEntries, high - begin)
    const page = read(begin * entryBytes, entries * entryBytes)
    if (hash < page.readUInt32LE(0)) high = begin
    else if (hash > page.readUInt32LE((entries - 1) * entryBytes)) low = begin + entries
    else return entryOfPage(page, entries, hash)
    guess = Math.floor((low + high) / 2)
  }
  return undefined
}

function entryOfPage(page: Buffer, entries: number, hash: number): number | undefined {
  let [low, high] = [0, entries]
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = page.readUInt32LE(middle * entryBytes)
    if (found === hash) return page.readUInt32LE(middle * entryBytes + 4)
    if (found < hash) low = middle + 1
    else high = middle
  }
  return undefined
}

/** Two bytes of length, then the distances between blocks, seven bits a byte. */
function encodeList(blocks: Uint32Array, begin: number, end: number): Buffer {
  const bytes: number[] = [0, 0]
  let previous = -1
  for (let at = begin; at < end; at += 1) {
    const block = blocks[at] ?? 0
    let distance = block - previous - 1
    for (; distance >= 128; distance >>>= 7) bytes.push((distance & 127) | 128)
    bytes.push(distance)
    previous = block
  }
  const list = Buffer.from(bytes)
  list.writeUInt16LE(list.length - 2)
  return list
}

function decodeList(bytes: Buffer): number[] {
  const blocks: number[] = []
  let [previous, distance, shift] = [-1, 0, 0]
  for (const byte of bytes) {
    distance |= (byte & 127) << shift
    shift += 7
    if (byte >= 128) continue
    previous += distance + 1
    blocks.push(previous)
    ;[distance, shift] = [0, 0]
  }
  return blocks
}

const entryBytes = 8
const pageEntries = 256
const firstRead = 256
/** Set in an entry that holds the block itself. */
const inline = 2 ** 31
