/**
 * What is known of a segment without reading it: its blocks, where each term occurs, how many events an hour had.
 *
 * A block is about 32 KiB of records. Terms are kept by block and not by record: a block is what is read and unpacked anyway, and a
 * list of blocks takes a fraction of the room. What an index says is "perhaps here": a query looks at the records themselves.
 */
import { timeOfEventId } from './event-id.ts'
import { HourCounts } from './hour-counts.ts'
import type { AuditRecord } from './record.ts'
import { termHash } from './postings.ts'
import { TermIndex } from './term-index.ts'
import { type CallerPrint, type TermField, callerPrint, forEachCallerTerm, forEachRequestTerm, isSamePrint } from './terms.ts'

export interface Block {
  /** Records before this block within the segment. */
  readonly ordinal: number
  readonly count: number
  /** Bytes of its records, each with a line feed. */
  readonly rawLength: number
  /** Milliseconds since 1970: nothing in the block happened before or after. Whole seconds. */
  readonly minTime: number
  readonly maxTime: number
}

export class SegmentIndex {
  readonly blocks: Block[] = []
  readonly hours = new HourCounts()
  readonly terms = new TermIndex()
  /** By access key id, the caller it was last seen with. */
  readonly #callers = new Map<string, { readonly print: CallerPrint; readonly ids: readonly number[] }>()
  count = 0

  /** @param length bytes of the record */
  add(record: AuditRecord, length: number): void {
    const time = Date.parse(record.eventTime)
    const idTime = timeOfEventId(record.eventID)
    this.#grow(length + 1, Math.min(time, idTime ?? time), Math.max(time, idTime ?? time))
    this.hours.add(time, record.errorCode)
    const block = this.blocks.length - 1
    this.#addCaller(record, block)
    forEachRequestTerm(record, (field, value) => this.terms.add(termHash(field, value), block))
    // Ids that say when they were made are found by that.
    if (idTime === undefined) this.terms.add(termHash('eventId', record.eventID), block)
  }

  /** A session makes many requests: its terms are looked up once. */
  #addCaller(record: AuditRecord, block: number): void {
    const key = record.userIdentity.accessKeyId ?? ''
    const print = callerPrint(record)
    let caller = this.#callers.get(key)
    if (caller === undefined || !isSamePrint(caller.print, print)) {
      const ids: number[] = []
      forEachCallerTerm(record, (field, value) => ids.push(this.terms.idOf(termHash(field, value))))
      caller = { print, ids }
      this.#callers.set(key, caller)
    }
    for (const id of caller.ids) this.terms.addId(id, block)
  }

  lookup(field: TermField, value: string): number[] {
    return this.terms.lookup(termHash(field, value))
  }

  #grow(length: number, minTime: number, maxTime: number): void {
    const last = this.blocks.at(-1)
    const [from, to] = [Math.floor(minTime / 1000) * 1000, Math.ceil(maxTime / 1000) * 1000]
    if (last === undefined || last.rawLength >= blockBytes) {
      this.blocks.push({ ordinal: this.count, count: 1, rawLength: length, minTime: from, maxTime: to })
    } else {
      this.blocks[this.blocks.length - 1] = {
        ordinal: last.ordinal,
        count: last.count + 1,
        rawLength: last.rawLength + length,
        minTime: Math.min(last.minTime, from),
        maxTime: Math.max(last.maxTime, to),
      }
    }
    this.count += 1
  }
}

/** A block is full as soon as it has these many bytes. */
const blockBytes = 32 * 1024
