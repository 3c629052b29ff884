/** The committed state, in memory: for every collection and account the values by key, and the keys in order. */
import type { Collection, Entry, KeyRange, Snapshot } from '../kernel/state.ts'
import { SortedKeys } from './sorted-keys.ts'

/** What one commit makes of one record; `undefined` says that it is deleted. */
export interface Change {
  readonly collection: string
  readonly accountId: string
  readonly key: string
  readonly value: unknown
}

/** What views are stacked on. */
export interface Source {
  find(collection: string, accountId: string, key: string): unknown
  scan(collection: string, accountId: string, range: KeyRange): Iterable<Entry<unknown>>
  accountsOf(collection: string): readonly string[]
}

export class Memory implements Snapshot, Source {
  #version = 0
  readonly #tables = new Map<string, Map<string, Table>>()
  readonly #changedAt = new Map<string, number>()

  get version(): number {
    return this.#version
  }

  /** Values are frozen copies already. */
  apply(changes: Iterable<Change>, version: number): void {
    for (const { collection, accountId, key, value } of changes) {
      const table = this.#tableFor(collection, accountId)
      if (value === undefined) table.delete(key)
      else table.set(key, value)
      this.#changedAt.set(collection, version)
    }
    this.#version = version
  }

  /** Forgets everything first: for when changes since the version of memory can't be told. */
  replace(contents: readonly Change[], version: number): void {
    for (const name of this.#tables.keys()) this.#changedAt.set(name, version)
    this.#tables.clear()
    this.apply(
      contents.toSorted((a, b) => byOrder(a.key, b.key)), // so that every key goes to the end of its table
      version,
    )
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

  changedAt(collection: Collection<unknown>): number {
    return this.#changedAt.get(collection.name) ?? 0
  }

  find(collection: string, accountId: string, key: string): unknown {
    return this.#tables.get(collection)?.get(accountId)?.get(key)
  }

  scan(collection: string, accountId: string, range: KeyRange): Iterable<Entry<unknown>> {
    return this.#tables.get(collection)?.get(accountId)?.scan(range) ?? []
  }

  accountsOf(collection: string): readonly string[] {
    const accounts = [...(this.#tables.get(collection) ?? [])].flatMap(([accountId, table]) => (table.size > 0 ? [accountId] : []))
    return accounts.toSorted(byOrder)
  }

  #tableFor(collection: string, accountId: string): Table {
    let accounts = this.#tables.get(collection)
    if (accounts === undefined) this.#tables.set(collection, (accounts = new Map()))
    let table = accounts.get(accountId)
    if (table === undefined) accounts.set(accountId, (table = new Table()))
    return table
  }
}

export function take<T>(entries: Iterable<T>, limit = Infinity): T[] {
  const taken: T[] = []
  if (limit <= 0) return taken
  for (const entry of entries) {
    taken.push(entry)
    if (taken.length >= limit) break
  }
  return taken
}

export function isInRange(key: string, { prefix = '', after }: KeyRange): boolean {
  return key.startsWith(prefix) && (after === undefined || key > after)
}

/** As `<` compares: by UTF-16 code units, whatever the locale. */
export function byOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

class Table {
  readonly #values = new Map<string, unknown>()
  readonly #keys = new SortedKeys()

  get size(): number {
    return this.#keys.size
  }

  get(key: string): unknown {
    return this.#values.get(key)
  }

  set(key: string, value: unknown): void {
    if (!this.#values.has(key)) this.#keys.add(key)
    this.#values.set(key, value)
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.remove(key)
  }

  *scan(range: KeyRange): Generator<Entry<unknown>> {
    const { prefix = '', after = '' } = range
    for (const key of this.#keys.from(after > prefix ? after : prefix)) {
      if (!key.startsWith(prefix)) return
      if (isInRange(key, range)) yield { key, value: this.#values.get(key) }
    }
  }
}
