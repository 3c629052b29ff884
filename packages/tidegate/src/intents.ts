/**
 * No change without a record: each transaction of a request carries the request's audit record along, in the same commit. When the record
 * is in the audit log, the copy goes; what a crash leaves behind is appended at the next start.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuditLog } from './audit/log.ts'
import type { AuditRecord } from './audit/record.ts'
import type { Exchange } from './gateway/exchange.ts'
import { collection, type State } from './kernel/state.ts'

/** Records that are not known to be in their audit log yet, by the log and the event id. */
const intents = collection<AuditRecord>('audit.intents')

export class Intents {
  readonly #state: State
  readonly #log: string
  readonly #current = new AsyncLocalStorage<Exchange>()
  /** Requests that changed something and whose own record is not known to be durable. */
  readonly #unrecorded = new Map<string, 'running' | 'ended'>()

  /** @param log name of the audit log: gateways on one database have a log each, and their own records in it */
  constructor(state: State, log: string) {
    this.#state = state
    this.#log = log
  }

  /** The state as operations get it. */
  get state(): State {
    return {
      read: (work) => this.#state.read(work),
      transact: (work) => {
        const exchange = this.#current.getStore()
        if (exchange === undefined) return this.#state.transact(work)
        const record = exchange.record({ output: undefined })
        this.#unrecorded.set(exchange.eventId, 'running')
        return this.#state.transact((tx) => {
          const result = work(tx)
          tx.put(intents, this.#log, record.eventID, record)
          return result
        })
      },
    }
  }

  /** Runs the work of a request: transactions in it are the request's. */
  async within<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#current.run(exchange, work)
    } finally {
      if (this.#unrecorded.has(exchange.eventId)) this.#unrecorded.set(exchange.eventId, 'ended')
    }
  }

  /** The request's own record is durable. */
  async recorded(exchange: Exchange): Promise<void> {
    if (!this.#unrecorded.delete(exchange.eventId)) return
    await this.#state.transact((tx) => tx.delete(intents, this.#log, exchange.eventId))
  }

  /**
   * Appends the records of requests that changed something and came to no record of their own: what a crash left behind, or what could not
   * be written while the log was not to be written. Answers how many.
   */
  async recover(audit: Pick<AuditLog, 'get' | 'append'>): Promise<number> {
    const left = this.#state.read((view) => view.list(intents, this.#log))
    let recovered = 0
    for (const { key, value } of left) {
      if (this.#unrecorded.get(key) === 'running') continue
      this.#unrecorded.delete(key)
      if ((await audit.get(key)) === undefined) {
        await audit.append({ ...value, additionalEventData: { ...value.additionalEventData, isRecovered: true } })
        recovered++
      }
      await this.#state.transact((tx) => tx.delete(intents, this.#log, key))
    }
    return recovered
  }
}
