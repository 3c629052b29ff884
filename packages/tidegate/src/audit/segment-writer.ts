/**
 * Appends records durably. Records of one turn of the event loop are one group: written together, made durable by one fdatasync, and only
 * then acknowledged. While a group is on its way the next one gathers.
 *
 * INVARIANT: behind the last acknowledged byte there is nothing, or what a failure left. Before anything is written again that is cut off; as
 * long as it can't be, every record is refused.
 */
import type { FilePort, WritableFile } from './file-port.ts'
import { firstChain, lineHead, lineTail, writeChain, writeLine } from './line.ts'
import type { Hash } from './merkle.ts'
import { recordText } from './record-text.ts'
import type { AuditRecord } from './record.ts'

/** The record is not in the log, so what it is about must not happen. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable'
}

export interface DurableRecord {
  readonly record: AuditRecord
  /** Bytes of its text. */
  readonly bytes: number
  readonly leaf: Hash
}

interface Waiting extends DurableRecord {
  readonly acknowledge: (index: number) => void
  readonly refuse: (error: Error) => void
}

export class SegmentWriter {
  readonly #files: FilePort
  readonly #onDurable: (records: readonly DurableRecord[]) => number
  #name: string
  #file: WritableFile | undefined
  #isListed = false
  /** Bytes that are acknowledged. */
  #length: number
  #isDirty: boolean
  /** Of the last acknowledged line. */
  #chain: number
  #group = new Group()
  #spare = new Group()
  #writing: Promise<void> | undefined
  #isClosed = false

  /**
   * @param file its name; its first `length` bytes are known to be whole and end with `chain`; what is behind them is cut off
   * @param onDurable gets the records in their order before they are acknowledged, and may `rotate`; returns the index of the first
   */
  constructor(
    files: FilePort,
    file: { readonly name: string; readonly length: number; readonly chain: number },
    onDurable: (records: readonly DurableRecord[]) => number,
  ) {
    this.#files = files
    this.#name = file.name
    this.#length = file.length
    this.#chain = file.chain
    this.#isDirty = true
    this.#onDurable = onDurable
  }

  /** Resolves to the record's index when it is durable. @throws AuditUnavailable */
  append(record: AuditRecord): Promise<number> {
    return new Promise((acknowledge, refuse) => {
      if (this.#isClosed) throw new AuditUnavailable('the audit log is closed')
      if (this.#group.length > maxGroupBytes) throw new AuditUnavailable('the audit log cannot keep up')
      const time = Date.parse(record.eventTime)
      if (!(time >= 0 && time < maxTime)) throw new RangeError(`no event time: \`${record.eventTime}\``)
      this.#group.add(record, acknowledge, refuse)
      if (this.#group.entries.length === 1 && this.#writing === undefined) setImmediate(() => this.#start())
    })
  }

  /** What comes next goes to another file. @param first index of the next record */
  rotate(name: string, first: number): void {
    this.#file?.close()
    this.#file = undefined
    this.#isListed = false
    this.#name = name
    this.#length = 0
    this.#chain = firstChain(first)
    this.#isDirty = true
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#start()
    while (this.#writing !== undefined) await this.#writing
    this.#file?.close()
    this.#file = undefined
  }

  #start(): void {
    if (this.#writing !== undefined || this.#group.entries.length === 0) return
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined
      this.#start()
    })
  }

  async #write(): Promise<void> {
    const group = this.#group
    this.#group = this.#spare
    let chain: number
    try {
      const file = await this.#ready()
      chain = group.chain(this.#chain)
      this.#isDirty = true
      file.write(group.bytes(), this.#length)
      await file.sync()
      this.#isDirty = false
    } catch (error) {
      this.#cutOff()
      this.#refuse(group, `the audit log cannot be written: ${messageOf(error)}`, error)
      return
    }
    this.#length += group.length
    this.#chain = chain
    this.#acknowledge(group)
  }

  #acknowledge(group: Group): void {
    let first: number
    try {
      first = this.#onDurable(group.entries)
    } catch (error) {
      // The file has records that memory knows nothing of: only opening the log anew brings the two together.
      this.#isClosed = true
      this.#refuse(group, 'the audit log is broken until it is opened again', error)
      return
    }
    for (const [offset, { acknowledge }] of group.entries.entries()) acknowledge(first + offset)
    this.#reuse(group)
  }

  #refuse(group: Group, message: string, cause: unknown): void {
    const refusal = new AuditUnavailable(message, { cause })
    for (const { refuse } of group.entries) refuse(refusal)
    this.#reuse(group)
  }

  #reuse(group: Group): void {
    group.clear()
    this.#spare = group
  }

  /** The file, with nothing behind what is acknowledged. */
  async #ready(): Promise<WritableFile> {
    const file = (this.#file ??= this.#files.open(this.#name))
    if (!this.#isListed) {
      await this.#files.syncFolder()
      this.#isListed = true
    }
    if (this.#isDirty) {
      file.truncate(this.#length)
      this.#isDirty = false
    }
    return file
  }

  /** A refused record should not stay; where it can't be removed now it is before the next write. */
  #cutOff(): void {
    if (!this.#isDirty) return
    try {
      this.#file?.truncate(this.#length)
    } catch {
      // Stays dirty.
    }
  }
}

/** The lines of a turn, ready to be written. */
class Group {
  entries: Waiting[] = []
  length = 0
  #buffer = Buffer.allocUnsafeSlow(64 * 1024)

  add(record: AuditRecord, acknowledge: (index: number) => void, refuse: (error: Error) => void): void {
    const text = recordText(record)
    // Three bytes of UTF-8 are the most that one character of a string takes.
    const most = text.length * 3 + lineHead + lineTail
    if (this.#buffer.length - this.length < most) this.#grow(most)
    const bytes = Buffer.byteLength(text)
    const leaf = writeLine(this.#buffer, this.length, text, bytes)
    this.length += lineHead + bytes + lineTail
    this.entries.push({ record, bytes, leaf, acknowledge, refuse })
  }

  /** Writes the chain into the lines, which begins with that of the line before. @returns the chain of the last */
  chain(before: number): number {
    let [chain, offset] = [before, 0]
    for (const { bytes, leaf } of this.entries) {
      chain = writeChain(this.#buffer, offset, chain, leaf)
      offset += lineHead + bytes + lineTail
    }
    return chain
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  clear(): void {
    this.entries = []
    this.length = 0
    // One burst does not hold its memory for ever.
    if (this.#buffer.length > keptBytes) this.#buffer = Buffer.allocUnsafeSlow(64 * 1024)
  }

  #grow(most: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.length + most))
    this.#buffer.copy(larger, 0, 0, this.length)
    this.#buffer = larger
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const maxGroupBytes = 64 * 1024 * 1024
const keptBytes = 8 * 1024 * 1024
/** The index keeps seconds in 32 bits. */
const maxTime = 2 ** 32 * 1000
