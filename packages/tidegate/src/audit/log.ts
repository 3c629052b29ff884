/**
 * The audit log: one record for each request, durable before it is acknowledged, found in milliseconds, and provable to whoever keeps a
 * checkpoint. Files are the truth; all that is in memory is made of them.
 */
import { join } from 'node:path'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { type ProofBundle, proofBundle } from './bundle.ts'
import { signCheckpoint } from './checkpoint.ts'
import { CheckpointsFile } from './checkpoints-file.ts'
import { type HourCount, countByHour } from './count.ts'
import { type FilePort, diskFiles } from './file-port.ts'
import type { AuditFilter } from './filter.ts'
import { plainName, sealedName } from './folder.ts'
import { type AuditKey, openKey } from './key.ts'
import { lockFolder } from './lock.ts'
import { CompactRange, type Hash } from './merkle.ts'
import { type OpenedFolder, openFolder } from './open-folder.ts'
import { type Page, type PageOptions, page } from './page.ts'
import { PlainSegment } from './plain-segment.ts'
import { type FoundRecord, type Order, search } from './query.ts'
import type { AuditRecord } from './record.ts'
import { sealSegment } from './seal.ts'
import { SealedSegment } from './segment-reader.ts'
import { type DurableRecord, SegmentWriter } from './segment-writer.ts'
import type { Segment } from './segment.ts'

export interface AuditLogOptions {
  /** Made where it is absent. */
  readonly folder: string
  readonly clock?: Clock
  /** The key of the folder where absent. */
  readonly key?: AuditKey
  readonly files?: FilePort
  /** A checkpoint is signed this often while records come; 60 where absent. */
  readonly checkpointSeconds?: number
  /** A segment is sealed when it has these many records or bytes. */
  readonly segmentRecords?: number
  readonly segmentBytes?: number
  /** Sealing or a checkpoint failed; it is tried again. Records are not concerned. */
  readonly onProblem?: (error: unknown) => void
}

export interface AppendedRecord {
  readonly eventId: string
  /** Index within the log. */
  readonly index: number
}

/** @throws AuditLogDamaged when the files are not what was signed; Error when another process has the log open */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const files = options.files ?? diskFiles(options.folder)
  const unlock = lockFolder(options.folder)
  try {
    const key = options.key ?? openKey(options.folder)
    return new AuditLog({ ...options, files, key, unlock, opened: await openFolder(options.folder, files, key) })
  } catch (error) {
    unlock()
    throw error
  }
}

interface OpenedLog extends AuditLogOptions {
  readonly files: FilePort
  readonly key: AuditKey
  readonly unlock: () => void
  readonly opened: OpenedFolder
}

export class AuditLog {
  /** What verifiers pin: `name+hash+key`. */
  readonly verifierKey: string
  readonly #options: AuditLogOptions
  readonly #files: FilePort
  readonly #unlock: () => void
  readonly #clock: Clock
  readonly #key: AuditKey
  readonly #segments: Segment[]
  /** Over the segments before the open one, which has its own. */
  readonly #closed = new CompactRange(0)
  readonly #writer: SegmentWriter
  readonly #checkpoints: CheckpointsFile
  readonly #timer: NodeJS.Timeout
  #open: PlainSegment
  #last: { readonly note: string; readonly size: number } | undefined
  /** Sealing and checkpoints, one after the other. */
  #background: Promise<unknown> = Promise.resolve()

  constructor(options: OpenedLog) {
    const { files, key, unlock, clock = systemClock, opened } = options
    const { segments, open, lastCheckpoint, checkpointsLength } = opened
    this.#options = options
    this.#files = files
    this.#unlock = unlock
    this.#clock = clock
    this.#key = key
    this.verifierKey = key.verifierKey
    this.#segments = segments
    this.#open = open
    this.#last = lastCheckpoint
    for (const { range } of segments.slice(0, -1)) this.#closed.join(range)
    this.#writer = new SegmentWriter(files, { name: open.file, length: open.bytes, chain: open.chain }, (records) => this.#take(records))
    this.#checkpoints = new CheckpointsFile(files, checkpointsLength)
    this.#timer = setInterval(() => this.#tend(), (options.checkpointSeconds ?? 60) * 1000)
    this.#timer.unref()
    this.#tend()
  }

  /** Number of durable records. */
  get size(): number {
    return this.#open.range.end
  }

  /** Resolves when the record is durable. @throws AuditUnavailable: then the request must be refused */
  async append(record: AuditRecord): Promise<AppendedRecord> {
    return { eventId: record.eventID, index: await this.#writer.append(record) }
  }

  query(filter: AuditFilter, options?: PageOptions): Promise<Page> {
    return page(this.#segments, filter, options)
  }

  search(filter: AuditFilter, order: Order = 'newest'): AsyncGenerator<FoundRecord> {
    return search([...this.#segments], filter, order)
  }

  countByHour(filter: AuditFilter): Promise<HourCount[]> {
    return countByHour([...this.#segments], filter)
  }

  async get(eventId: string): Promise<FoundRecord | undefined> {
    const { records } = await this.query({ eventId }, { limit: 1 })
    return records[0]
  }

  /** Signs what the log has now. The same checkpoint again when nothing was added. */
  checkpoint(): Promise<string> {
    return this.#after(async () => {
      const { size } = this
      if (this.#last?.size === size) return this.#last.note
      const note = signCheckpoint({ origin: this.#key.name, size, root: this.#root(), time: this.#clock() }, this.#key)
      await this.#checkpoints.append(note)
      this.#last = { note, size }
      return note
    })
  }

  /**
   * All that is needed to check, with the public key alone, that the log has this event.
   * @param oldSize size of a checkpoint that the reader has, to show that the log continues it
   */
  async prove(eventId: string, oldSize?: number): Promise<ProofBundle | undefined> {
    const found = await this.get(eventId)
    return found && proofBundle(this.#segments, found, await this.checkpoint(), oldSize)
  }

  /** Waits for what is under way, signs a last checkpoint. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    try {
      await this.#writer.close()
      await this.checkpoint()
    } finally {
      await this.#background
      this.#checkpoints.close()
      for (const segment of this.#segments) segment.close()
      this.#unlock()
    }
  }

  #take(records: readonly DurableRecord[]): number {
    const first = this.size
    for (const { record, bytes, leaf } of records) this.#open.add(record, bytes, leaf)
    const { segmentRecords = 32_768, segmentBytes = 64 * 1024 * 1024 } = this.#options
    if (this.#open.count >= segmentRecords || this.#open.bytes >= segmentBytes) this.#rotate()
    return first
  }

  #root(): Hash {
    const tree = this.#closed.copy()
    tree.join(this.#open.range)
    return tree.root()
  }

  #rotate(): void {
    const { size } = this
    const name = plainName(size)
    this.#closed.join(this.#open.range)
    this.#open = new PlainSegment(join(this.#options.folder, name), name, size)
    this.#segments.push(this.#open)
    this.#writer.rotate(name, size)
    this.#tend()
  }

  /** Seals what waits for it, then signs. */
  #tend(): void {
    void this.#after(async () => {
      for (const segment of this.#segments) if (segment instanceof PlainSegment && segment !== this.#open) await this.#seal(segment)
    })
      .then(() => (this.#last?.size === this.size || this.size === 0 ? undefined : this.checkpoint()))
      .catch((error: unknown) => this.#options.onProblem?.(error))
  }

  async #seal(plain: PlainSegment): Promise<void> {
    const name = sealedName(plain.first)
    // Segments that wait are in memory: when they come faster than they are sealed, the log takes its time from the requests.
    const waiting = this.#segments.filter((segment) => segment instanceof PlainSegment).length
    await sealSegment(this.#files, name, plain, plain.leaves, waiting > mostWaiting ? Infinity : 2)
    const sealed = new SealedSegment(join(this.#options.folder, name), name)
    this.#segments[this.#segments.indexOf(plain)] = sealed
    plain.becomes(sealed)
    await this.#files.remove(plain.file)
  }

  #after<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#background.then(work)
    this.#background = done.catch(() => undefined)
    return done
  }
}

/** The open segment and one that is being sealed are usual. */
const mostWaiting = 3
