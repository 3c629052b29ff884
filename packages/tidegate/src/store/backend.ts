/** Where state is durable: what a database does for `DurableState`, and nothing more. */
import type { Change } from './memory.ts'

export interface Backend {
  /** Everything that is stored. */
  load(): Promise<News>
  /**
   * Takes the lock that all commits take, gives `work` what was committed since version `known` (`undefined` when nothing was), and stores
   * the changes that it returns as the next version. Resolves to that version when it is durable; without changes to the present version.
   * Rejects with a `DatabaseError` where nothing was stored, or where that can't be known.
   */
  commit(known: number, work: (news: News | undefined) => readonly Change[]): Promise<number>
  /** What was committed since version `known`; `undefined` when nothing was. */
  newsSince(known: number): Promise<News | undefined>
  /** Calls `onHint` when there may be news, and at least twice a second where others can write. */
  watch(onHint: () => void): void
  close(): Promise<void>
}

export interface News {
  readonly version: number
  readonly changes: readonly Change[]
  /** Whether the changes are everything that is stored, and not only what changed. */
  readonly isComplete: boolean
}

/** For tests and for instances that may forget: durable as long as the process. */
export function memoryBackend(): Backend {
  return {
    load: () => Promise.resolve({ version: 0, changes: [], isComplete: true }),
    commit: async (known, work) => (work(undefined).length > 0 ? known + 1 : known),
    newsSince: () => Promise.resolve(undefined),
    watch: () => {},
    close: () => Promise.resolve(),
  }
}
