/**
 * State over a database: memory serves the reads, and the transactions of one turn of the event loop become one commit.
 *
 * One commit is under way at a time. What is asked for meanwhile waits and is the next group, so the slower the database, the larger the
 * groups. INVARIANT: memory changes only by what the database has committed, and in the order of its versions.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { commonError } from '../kernel/aws-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Snapshot, State, Transaction } from '../kernel/state.ts'
import type { Backend, News } from './backend.ts'
import { Layer } from './layer.ts'
import { Memory } from './memory.ts'
import type { Change } from './memory.ts'

export interface OpenState extends State {
  /** When memory was last known to be what the database holds, in milliseconds since 1970: grows old while the database can't be reached. */
  readonly freshAt: number
  /** Resolves when memory holds what was committed, by any gateway, before the call. */
  refresh(): Promise<void>
  /** Finishes the transactions that were asked for; later ones are rejected. */
  close(): Promise<void>
}

export async function durableState(backend: Backend, clock: Clock): Promise<OpenState> {
  const state = new DurableState(backend, clock)
  await state.load()
  backend.watch(() => void state.refresh().catch(ignore)) // told by `freshAt`
  return state
}

class DurableState implements OpenState {
  readonly #backend: Backend
  readonly #clock: Clock
  readonly #memory = new Memory()
  #freshAt = 0
  #queue: Pending[] = []
  #refreshes: Settlement[] = []
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
  }

  get freshAt(): number {
    return this.#freshAt
  }

  async load(): Promise<void> {
    const now = this.#clock()
    this.#learn(await this.#backend.load(), now)
  }

  read<T>(work: (snapshot: Snapshot) => T): T {
    return work(this.#memory)
  }

  transact<T>(work: (tx: Transaction) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(unavailable(new Error('the state is closed')))
      this.#queue.push(pending(work, resolve, reject))
      this.#run()
    })
  }

  refresh(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(unavailable(new Error('the state is closed')))
      this.#refreshes.push({ resolve, reject })
      this.#run()
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#running
    await this.#backend.close()
  }

  #run(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      if (this.#queue.length > 0 || this.#refreshes.length > 0) this.#run()
    })
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0 || this.#refreshes.length > 0) {
      await nextTurn()
      const [group, refreshes] = [this.#queue, this.#refreshes]
      this.#queue = []
      this.#refreshes = []
      if (group.length > 0) await this.#commit(group)
      if (refreshes.length > 0) await this.#refresh(refreshes)
    }
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    let settlements: readonly (() => void)[] = []
    let changes: readonly Change[] = []
    const now = this.#clock()
    try {
      const version = await this.#backend.commit(this.#memory.version, (news) => {
        if (news !== undefined) this.#learn(news, now)
        const layer = new Layer(this.#memory)
        settlements = group.map(({ run }) => run(layer))
        changes = [...layer.changes()]
        return changes
      })
      this.#learn({ version, changes, isComplete: false }, now)
      for (const settle of settlements) settle()
    } catch (cause) {
      const failure = unavailable(cause)
      for (const { reject } of group) reject(failure)
      // A connection that broke during the commit does not tell whether it happened: the database does.
      await this.#refresh([])
    }
  }

  async #refresh(waiting: readonly Settlement[]): Promise<void> {
    const now = this.#clock()
    try {
      const news = await this.#backend.newsSince(this.#memory.version)
      this.#learn(news ?? { version: this.#memory.version, changes: [], isComplete: false }, now)
      for (const { resolve } of waiting) resolve()
    } catch (cause) {
      for (const { reject } of waiting) reject(unavailable(cause))
    }
  }

  #learn({ version, changes, isComplete }: News, asOf: number): void {
    if (isComplete) this.#memory.replace(changes, version)
    else this.#memory.apply(changes, version)
    this.#freshAt = asOf
  }
}

interface Settlement {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Pending {
  /** Runs over the changes of the group so far; gives back how to tell the caller once these are durable. */
  readonly run: (group: Layer) => () => void
  readonly reject: (error: unknown) => void
}

function pending<T>(work: (tx: Transaction) => T, resolve: (value: T) => void, reject: (error: unknown) => void): Pending {
  const run = (group: Layer) => {
    const tx = new Layer(group)
    try {
      const result = work(tx)
      assertSynchronous(result)
      group.absorb(tx.changes())
      return () => resolve(result)
    } catch (error) {
      // Even a failure is told after the commit: it may be due to changes of the group that are not durable before.
      return () => reject(error)
    } finally {
      tx.close()
    }
  }
  return { run, reject }
}

function assertSynchronous(result: unknown): void {
  if (!(result instanceof Promise)) return
  result.catch(ignore)
  throw new TypeError('the work of a transaction is synchronous: it must not return a promise')
}

function unavailable(cause: unknown) {
  const detail = cause instanceof Error ? cause.message : 'the database failed'
  return commonError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', { detail, cause })
}

function ignore(): void {}
