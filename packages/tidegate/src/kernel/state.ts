/**
 * Durable state as services see it: named collections of JSON values, each under an account id and a key.
 *
 * All of it is in memory, as a cache of the database in the order of its versions. So reads are synchronous and cost what a map costs;
 * writes are transactions, and their promises resolve when they are durable.
 *
 * INVARIANT: a value is deeply frozen, and it is the same object until it is written again. What is computed from a value can be cached
 * in a WeakMap on it; what is computed from a collection, under `Snapshot.changedAt`.
 */

export interface State {
  /** Reads what is committed. `work` is synchronous and sees one version. */
  read<T>(work: (snapshot: Snapshot) => T): T
  /**
   * Runs `work` over the newest state and its own changes, and resolves to its result once the changes are durable. If it throws, its
   * changes vanish and the promise rejects with what was thrown. Transactions that are asked for in the same turn of the event loop see
   * each other's changes and are committed together.
   *
   * `work` is synchronous and a pure function of the transaction: it may be run again when another gateway has committed in between, so
   * ids, times and secrets are made before it.
   *
   * Rejects with `ServiceUnavailable` when the database does not take the commit; then nothing of it is visible, but where the
   * connection broke in the middle of a commit it may turn out to have happened.
   * @example
   * await state.transact((tx) => {
   *   if (tx.get(users, accountId, name) !== undefined) throw iamError('EntityAlreadyExists', …)
   *   tx.put(users, accountId, name, user)
   * })
   */
  transact<T>(work: (tx: Transaction) => T): Promise<T>
}

export interface View {
  get<T>(collection: Collection<T>, accountId: string, key: string): T | undefined
  /** In the order of keys, as `<` compares strings. */
  list<T>(collection: Collection<T>, accountId: string, range?: KeyRange): readonly Entry<T>[]
  /** Ids of the accounts that have a value in the collection, in order. */
  accounts(collection: Collection<unknown>): readonly string[]
}

export interface Snapshot extends View {
  /** Counts commits, of all gateways on the same database. */
  readonly version: number
  /** Version of the last commit that changed the collection; 0 where there was none. */
  changedAt(collection: Collection<unknown>): number
}

export interface Transaction extends View {
  /** The value is copied; members that are `undefined` are left out. Throws for what is not plain JSON. */
  put<T>(collection: Collection<T>, accountId: string, key: string, value: T): void
  delete(collection: Collection<unknown>, accountId: string, key: string): void
}

export interface KeyRange {
  /** What all keys begin with. */
  readonly prefix?: string
  /** The key that the answer begins behind, whether it exists or not. */
  readonly after?: string
  readonly limit?: number
}

export interface Entry<T> {
  readonly key: string
  readonly value: T
}

/** A name, and the type of what is stored under it. */
export interface Collection<out T> {
  readonly name: string
  readonly [valueType]?: T
}

/**
 * Collections are constants of the service that owns them, and so are their names: `<service>.<things>`.
 * @example
 * const users = collection<User>('iam.users')
 */
export function collection<T>(name: string): Collection<T> {
  return { name }
}

/** Account id of what belongs to the instance itself rather than to an account. */
export const instanceAccount = ''

declare const valueType: unique symbol
