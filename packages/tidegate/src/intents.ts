/**
 * No change without a record: each transaction of a request carries the request's audit record along, in the same commit. When the record
 * is in the audit log, the copy goes; what a crash leaves behind is appended at the next start.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuditLog } from './audit/log.ts'
import type { AuditRecord } from './audit/record.ts'
import type { Exchange } from './gateway/exchange.ts'
import { collection, type State } from './kernel/state.ts'

/** Changes that are not the state's: who makes them durable keeps the record along with them. */
export interface IntentKeeper {
  /** Those that were kept and not forgotten. */
  intents(): readonly Intent[]
  /** Their records are in the audit log. */
  forgetIntents(ids: readonly string[]): Promise<void>
}

interface Intent {
  readonly id: string
  /** JSON. */
  readonly record: string
}

/** Records that are not known to be in their audit log yet, by the log and the event id. */
const intents = collection<AuditRecord>('audit.intents')

export class Intents {
  readonly #state: State
  readonly #log: string
  readonly #current = new AsyncLocalStorage<Exchange>()
  /** Requests that changed something and whose own record is not known to be durable. */
  readonly #unrecorded = new Map<string, 'running' | 'ended'>()
  /** Of these, the requests whose record is kept by the state, and those whose record is kept by the keeper. */
  readonly #inState = new Set<string>()
  readonly #kept = new Set<string>()
  #keeper: IntentKeeper | undefined

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
        this.#inState.add(exchange.eventId)
        return this.#state.transact((tx) => {
          const result = work(tx)
          tx.put(intents, this.#log, record.eventID, record)
          return result
        })
      },
    }
  }

  /** The store of objects has transactions of its own. */
  keepWith(keeper: IntentKeeper): void {
    this.#keeper = keeper
  }

  /** What the keeper is to keep with a change of the request that is under way. */
  ofRequest(): Intent | undefined {
    const exchange = this.#current.getStore()
    if (exchange === undefined) return undefined
    const id = exchange.eventId
    this.#unrecorded.set(id, 'running')
    this.#kept.add(id)
    return { id, record: JSON.stringify(exchange.record({ output: undefined })) }
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
  async recorded({ eventId }: Exchange): Promise<void> {
    if (!this.#unrecorded.delete(eventId)) return
    if (this.#kept.delete(eventId)) await this.#keeper?.forgetIntents([eventId])
    if (this.#inState.delete(eventId)) await this.#state.transact((tx) => tx.delete(intents, this.#log, eventId))
  }

  /**
   * Appends the records of requests that changed something and came to no record of their own: what a crash left behind, or what could not
   * be written while the log was not to be written. Answers how many.
   */
  async recover(audit: Pick<AuditLog, 'get' | 'append'>): Promise<number> {
    const isOver = ({ id }: { readonly id: string }): boolean => this.#unrecorded.get(id) !== 'running'
    const inState = this.#state
      .read((view) => view.list(intents, this.#log))
      .map(({ key, value }) => ({ id: key, record: value }))
      .filter(isOver)
    const kept = (this.#keeper?.intents() ?? []).filter(isOver)
    const records = [...inState, ...kept.map(({ id, record }) => ({ id, record: JSON.parse(record) as AuditRecord }))]
    let recovered = 0
    for (const { id, record } of records) {
      this.#unrecorded.delete(id)
      if ((await audit.get(id)) !== undefined) continue
      await audit.append({ ...record, additionalEventData: { ...record.additionalEventData, isRecovered: true } })
      recovered++
    }
    if (kept.length > 0) await this.#keeper?.forgetIntents(kept.map(({ id }) => id))
    for (const { id } of inState) await this.#state.transact((tx) => tx.delete(intents, this.#log, id))
    return recovered
  }
}
