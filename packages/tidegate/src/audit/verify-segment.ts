/** Examines one segment for itself: what it says that its records are, against the records that it has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Damage, compareTags, countOf } from './damage.ts'
import type { SegmentFile } from './folder.ts'
import { chained, firstChain, lineHead, readLine } from './line.ts'
import { CompactRange, type Hash, leafHash } from './merkle.ts'
import { encodePostings } from './postings.ts'
import { parseRecord } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import { tagBytes } from './sealed-format.ts'
import { SegmentIndex } from './segment-index.ts'
import { SealedSegment } from './segment-reader.ts'
import { recordsOf } from './segment.ts'

export interface Examined {
  /** One for each record, in order; undefined for a record that can't be read, nothing at all when their number is unknown. */
  readonly leaves: readonly (Hash | undefined)[] | undefined
  readonly damage: readonly Damage[]
  /** Bytes behind the last line that are no line: a write that a crash cut off, or one that is under way. */
  readonly unfinished: number
}

export function examineSegment(folder: string, file: SegmentFile): Examined {
  return file.isSealed ? examineSealed(folder, file) : examinePlain(folder, file)
}

function examinePlain(folder: string, { name, first }: SegmentFile): Examined {
  const buffer = readFileSync(join(folder, name))
  const leaves: (Hash | undefined)[] = []
  const damage: Damage[] = []
  const lines = new Map<Hash, number>()
  const index = new SegmentIndex()
  let chain: number | undefined = firstChain(first)
  let start = 0
  for (let end = buffer.indexOf(lineFeed); end !== -1; end = buffer.indexOf(lineFeed, start)) {
    const read = readLine(buffer, start, end)
    const line = leaves.length + 1
    const earlier = read && lines.get(read.leaf)
    if (read === undefined) damage.push({ kind: 'changed', segment: name, line, message: 'this line was changed' })
    else if (earlier !== undefined)
      damage.push({ kind: 'duplicated', segment: name, line, message: `the same record as in line ${earlier}` })
    else if (!isRecord(buffer.toString('utf8', start + lineHead, end - 1), (record) => index.add(record, 0)))
      damage.push(notRecord(name, line))
    else if (chain !== undefined && read.chain !== chained(chain, read.leaf)) damage.push(broken(name, line))
    if (read !== undefined && earlier === undefined) lines.set(read.leaf, line)
    leaves.push(read?.leaf)
    // Behind a changed line the chain is not known: the next line begins anew.
    chain = read?.chain
    start = end + 1
  }
  return { leaves, damage, unfinished: buffer.length - start }
}

function examineSealed(folder: string, { name, first }: SegmentFile): Examined {
  let segment: SealedSegment
  try {
    segment = new SealedSegment(join(folder, name), name)
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^segment \S+: /, '') : String(error)
    return { leaves: undefined, damage: [{ kind: 'unreadable', segment: name, message }], unfinished: 0 }
  }
  try {
    const damage: Damage[] = []
    if (segment.first !== first) {
      damage.push({
        kind: 'segment',
        segment: name,
        message: `it holds the records from ${segment.first} on: it stands in the place of another`,
      })
    }
    const { leaves, index } = readAll(segment, damage)
    const stored = segment.storedIndex()
    if (stored === undefined) damage.push({ kind: 'index', segment: name, message: 'its index was changed' })
    const isUntouched = damage.length === 0
    if (stored !== undefined) {
      const tags = Array.from({ length: stored.tags.length / tagBytes }, (_, at) =>
        stored.tags.toString('latin1', at * tagBytes, (at + 1) * tagBytes),
      )
      // A line that is no record any more is named once.
      const named = new Set(damage.map(({ line, lastLine }) => (lastLine === undefined ? line : undefined)))
      damage.push(...compareTags(name, tags, leaves).filter(({ kind, line }) => kind !== 'changed' || !named.has(line)))
    }
    // What follows is of use only where nothing is known to be wrong: else it is a consequence.
    if (isUntouched && stored !== undefined && damage.length === 0) damage.push(...consequences(segment, leaves, index, stored.postings))
    return { leaves, damage, unfinished: 0 }
  } finally {
    segment.close()
  }
}

function readAll(segment: SealedSegment, damage: Damage[]): { leaves: (Hash | undefined)[]; index: SegmentIndex } {
  const leaves: (Hash | undefined)[] = []
  const index = new SegmentIndex()
  for (const [number, block] of segment.blocks.entries()) {
    const { bytes, isChanged } = readBlock(segment, number)
    const line = leaves.length + 1
    const records = bytes === undefined ? undefined : recordsOf(bytes)
    if (isChanged || records?.length !== block.count) {
      const state = records === undefined ? 'cannot be unpacked' : 'was changed'
      const message = `block ${number} ${state}: ${countOf(block.count, 'record')}`
      damage.push({ kind: 'changed', segment: segment.file, line, lastLine: line + block.count - 1, message })
    }
    if (records === undefined) {
      for (let at = 0; at < block.count; at += 1) leaves.push(undefined)
      continue
    }
    for (const record of records) {
      leaves.push(leafHash(record))
      if (!isRecord(record.toString(), (each) => index.add(each, record.length))) damage.push(notRecord(segment.file, leaves.length))
    }
  }
  return { leaves, index }
}

function readBlock(segment: SealedSegment, block: number): { bytes: Buffer | undefined; isChanged: boolean } {
  try {
    return { bytes: segment.readBlock(block), isChanged: false }
  } catch {
    return { bytes: segment.salvageBlock(block), isChanged: true }
  }
}

/** Searches and proofs trust what a sealed segment says of its records; here that is worked out again. */
function consequences(segment: SealedSegment, leaves: readonly (Hash | undefined)[], index: SegmentIndex, postings: Buffer): Damage[] {
  const { table, lists } = encodePostings(index.terms)
  const range = new CompactRange(segment.range.begin)
  for (const leaf of leaves) range.appendLeaf(leaf ?? '')
  const isTree = range.nodes.map(({ hash }) => hash).join('') === segment.range.nodes.map(({ hash }) => hash).join('')
  const isIndex =
    Buffer.concat([lists, table]).equals(postings) &&
    JSON.stringify(index.hours) === JSON.stringify(segment.hours) &&
    index.blocks.length === segment.blocks.length &&
    index.blocks.every(({ minTime, maxTime, count }, at) => {
      const stored = segment.blocks[at]
      return stored?.minTime === minTime && stored.maxTime === maxTime && stored.count === count
    })
  return [
    ...(isTree ? [] : [{ kind: 'changed', segment: segment.file, message: 'the hashes it gives are not those of its records' } as const]),
    ...(isIndex
      ? []
      : [{ kind: 'index', segment: segment.file, message: 'its index does not fit its records: searches may miss some' } as const]),
  ]
}

/** Whether the text has all that the index asks of a record. */
function isRecord(text: string, add: (record: AuditRecord) => void): boolean {
  try {
    const record = parseRecord(text)
    if (typeof record.eventID !== 'string' || Number.isNaN(Date.parse(record.eventTime))) return false
    add(record)
    return true
  } catch {
    return false
  }
}

function notRecord(segment: string, line: number): Damage {
  return { kind: 'changed', segment, line, message: 'this line is not a record' }
}

function broken(segment: string, line: number): Damage {
  return { kind: 'missing', segment, line, message: 'records before this line are missing, or it was moved here' }
}

const lineFeed = 0x0a
