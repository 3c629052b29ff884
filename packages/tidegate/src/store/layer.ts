/** Changes that are not committed, over a source that they don't touch: a transaction over its group, and the group over memory. */
import type { Collection, Entry, KeyRange, Transaction } from '../kernel/state.ts'
import { frozenCopy } from './json-value.ts'
import { byOrder, isInRange, take } from './memory.ts'
import type { Change, Source } from './memory.ts'

export class Layer implements Transaction, Source {
  readonly #below: Source
  /** Collection → account id → key → value, `undefined` for what is deleted. */
  readonly #changes = new Map<string, Map<string, Map<string, unknown>>>()
  #isOpen = true

  constructor(below: Source) {
    this.#below = below
  }

  /** What is kept of a transaction may still be read, but not written. */
  close(): void {
    this.#isOpen = false
  }

  *changes(): Generator<Change> {
    for (const [collection, accounts] of this.#changes)
      for (const [accountId, values] of accounts) for (const [key, value] of values) yield { collection, accountId, key, value }
  }

  absorb(changes: Iterable<Change>): void {
    for (const change of changes) this.#set(change)
  }

  get<T>(collection: Collection<T>, accountId: string, key: string): T | undefined {
    return this.find(collection.name, accountId, key) as T | undefined
  }

  list<T>(collection: Collection<T>, accountId: string, range: KeyRange = {}): readonly Entry<T>[] {
    return take(this.scan(collection.name, accountId, range), range.limit) as Entry<T>[]
  }

  accounts(collection: Collection<unknown>): readonly string[] {
    return this.accountsOf(collection.name)
  }

  put<T>(collection: Collection<T>, accountId: string, key: string, value: T): void {
    for (const text of [collection.name, accountId, key]) assertStorable(text)
    this.#set({ collection: collection.name, accountId, key, value: frozenCopy(value) })
  }

  delete(collection: Collection<unknown>, accountId: string, key: string): void {
    if (this.find(collection.name, accountId, key) === undefined) return
    this.#set({ collection: collection.name, accountId, key, value: undefined })
  }

  find(collection: string, accountId: string, key: string): unknown {
    const own = this.#changes.get(collection)?.get(accountId)
    return own?.has(key) ? own.get(key) : this.#below.find(collection, accountId, key)
  }

  /** Merges two ordered sequences; where both have a key, ours counts. */
  *scan(collection: string, accountId: string, range: KeyRange): Generator<Entry<unknown>> {
    const own = [...(this.#changes.get(collection)?.get(accountId) ?? [])]
      .filter(([key]) => isInRange(key, range))
      .toSorted(([a], [b]) => byOrder(a, b))
    let next = 0
    for (const entry of this.#below.scan(collection, accountId, range)) {
      let change = own[next]
      for (; change !== undefined && change[0] < entry.key; change = own[++next]) yield* present(change)
      if (change?.[0] !== entry.key) yield entry
      else {
        yield* present(change)
        next++
      }
    }
    for (const change of own.slice(next)) yield* present(change)
  }

  accountsOf(collection: string): readonly string[] {
    const candidates = new Set([...this.#below.accountsOf(collection), ...(this.#changes.get(collection)?.keys() ?? [])])
    return [...candidates].filter((accountId) => take(this.scan(collection, accountId, {}), 1).length > 0).toSorted(byOrder)
  }

  #set({ collection, accountId, key, value }: Change): void {
    if (!this.#isOpen) throw new Error('the transaction is over: its changes are made before `work` returns')
    let accounts = this.#changes.get(collection)
    if (accounts === undefined) this.#changes.set(collection, (accounts = new Map()))
    let values = accounts.get(accountId)
    if (values === undefined) accounts.set(accountId, (values = new Map()))
    values.set(key, value)
  }
}

function present([key, value]: readonly [string, unknown]): Entry<unknown>[] {
  return value === undefined ? [] : [{ key, value }]
}

/** Both databases hold UTF-8 text, and PostgreSQL no NUL in it: a key that they would change must not get in. */
function assertStorable(text: string): void {
  if (!text.isWellFormed() || text.includes('\0')) throw new TypeError(`not storable as a key: ${JSON.stringify(text)}`)
}
