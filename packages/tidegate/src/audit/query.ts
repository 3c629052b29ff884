/** Finds records: which blocks may hold them, from the index; which records they are, from the records. */
import { setImmediate } from 'node:timers/promises'
import { timeOfEventId } from './event-id.ts'
import { type AuditFilter, isMentioned, matches, needleOf, termsOf } from './filter.ts'
import { parseRecord } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import type { Segment } from './segment.ts'

export interface FoundRecord {
  /** Index within the log. */
  readonly index: number
  /** The exact bytes that are stored and hashed, as text. */
  readonly text: string
  readonly record: AuditRecord
}

export type Order = 'newest' | 'oldest'

/**
 * The records that match, in the order of the log or against it. The event loop gets a turn every few milliseconds.
 * @param start index to begin with: the newest, or oldest, that may be found
 */
export async function* search(
  segments: readonly Segment[],
  filter: AuditFilter,
  order: Order,
  start?: number,
): AsyncGenerator<FoundRecord> {
  const needle = needleOf(filter)
  let turn = performance.now()
  for (const segment of order === 'newest' ? segments.toReversed() : segments) {
    if (isBeyond(segment, order, start)) continue
    const blocks = candidates(segment, filter)
    for (const block of order === 'newest' ? blocks.toReversed() : blocks) {
      const found = inBlock(segment, block, filter, needle)
      for (const each of order === 'newest' ? found.toReversed() : found) {
        if (start === undefined || (order === 'newest' ? each.index <= start : each.index >= start)) yield each
      }
      if (performance.now() - turn > sliceMs) {
        await setImmediate()
        turn = performance.now()
      }
    }
  }
}

function isBeyond({ first, count }: Segment, order: Order, start: number | undefined): boolean {
  if (start === undefined) return false
  return order === 'newest' ? first > start : first + count <= start
}

/** The blocks of a segment that may hold matching records, ascending. */
function candidates(segment: Segment, filter: AuditFilter): number[] {
  const [from, to] = timesOf(filter)
  let blocks: number[] | undefined
  for (const [field, values] of termsOf(filter)) {
    const lists = values.map((value) => segment.lookup(field, value))
    const list = lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())].toSorted((a, b) => a - b)
    blocks = blocks === undefined ? [...list] : intersection(blocks, list)
    if (blocks.length === 0) return []
  }
  blocks ??= [...segment.blocks.keys()]
  return blocks.filter((block) => {
    const times = segment.blocks[block]
    return times !== undefined && times.minTime < to && times.maxTime >= from
  })
}

/** Ids of events and requests say when they were made. */
function timesOf({ from = -Infinity, to = Infinity, eventId, requestId }: AuditFilter): [number, number] {
  const idTime = timeOfEventId(eventId ?? requestId ?? '')
  return idTime === undefined ? [from, to] : [Math.max(from, idTime - 1000), Math.min(to, idTime + 1000)]
}

function intersection(a: readonly number[], b: readonly number[]): number[] {
  const set = new Set(b)
  return a.filter((each) => set.has(each))
}

function inBlock(segment: Segment, block: number, filter: AuditFilter, needle: Buffer | undefined): FoundRecord[] {
  const bytes = segment.readBlock(block)
  const found: FoundRecord[] = []
  let index = segment.first + (segment.blocks[block]?.ordinal ?? 0)
  let start = 0
  const take = (end: number): void => {
    const text = bytes.toString('utf8', start, end)
    const record = parseRecord(text)
    if (matches(record, filter) && isMentioned(text, filter)) found.push({ index, text, record })
  }
  let next = needle === undefined ? 0 : bytes.indexOf(needle)
  for (let end = bytes.indexOf(lineFeed); end !== -1 && next !== -1; end = bytes.indexOf(lineFeed, start)) {
    if (needle === undefined) take(end)
    else if (next < end) {
      take(end)
      next = bytes.indexOf(needle, end)
    }
    start = end + 1
    index += 1
  }
  return found
}

const sliceMs = 4
const lineFeed = 0x0a
