/**
 * What the disk has let us know. Full: this write did not fit, the next may. Broken: it could not say that bytes are durable, so nothing is
 * written any more until the store is opened again; an fsync is never repeated, because the system may have dropped what it could not write.
 */
import { StoreRefusal } from '../services/s3/store-refusal.ts'

export class DiskState {
  readonly #onBroken: (cause: unknown) => void
  #cause: unknown

  constructor(onBroken: (cause: unknown) => void) {
    this.#onBroken = onBroken
  }

  get isBroken(): boolean {
    return this.#cause !== undefined
  }

  refusal(): StoreRefusal {
    return new StoreRefusal('read-only', { cause: this.#cause })
  }

  /** What a failed commit is to whoever asked for it. */
  refusalOf({ sqliteCode, message }: { readonly sqliteCode: number | undefined; readonly message: string }): Error {
    const cause = new Error(message)
    if (sqliteCode === undefined) return cause
    const primary = sqliteCode & 0xff
    if (primary === sqliteFull) return new StoreRefusal('disk-full', { cause })
    return brokenCodes.has(primary) ? this.break(cause) : cause
  }

  /** Runs what writes or syncs files. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBroken) throw this.refusal()
    try {
      return await work()
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') throw new StoreRefusal('disk-full', { cause })
      if (code === 'EIO' || code === 'EROFS' || code === 'EUCLEAN') throw this.break(cause)
      throw cause
    }
  }

  /** Runs a sync: whatever makes it fail, what it was to make durable is in doubt. */
  async guardSync(work: () => Promise<void>): Promise<void> {
    if (this.isBroken) throw this.refusal()
    try {
      await work()
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      // With delayed allocation it is the sync that finds no space; the file it is about is thrown away.
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new StoreRefusal('disk-full', { cause })
      throw this.break(cause)
    }
  }

  break(cause: unknown): StoreRefusal {
    if (this.#cause === undefined) {
      this.#cause = cause
      this.#onBroken(cause)
    }
    return this.refusal()
  }
}

/** @see https://www.sqlite.org/rescode.html */
const sqliteFull = 13
/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB */
const brokenCodes: ReadonlySet<number> = new Set([8, 10, 11, 26])
