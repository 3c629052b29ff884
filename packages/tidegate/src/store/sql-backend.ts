/** State in SQL, the same for SQLite and PostgreSQL: what differs is in `Database`. */
import type { Backend, News } from './backend.ts'
import { DatabaseError, databaseError } from './database-error.ts'
import { frozenParse } from './json-value.ts'
import type { Change } from './memory.ts'
import { migrate } from './migrate.ts'
import { type Connection, type Row, rowsBetween, sql, type SqlValue, type Statement } from './statement.ts'

/** A database that was opened. */
export interface Database {
  /** Hands out a connection that nobody else uses until `work` has ended. */
  readonly connected: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>
  /** For messages: never with credentials. */
  readonly place: string
  /** Begin a transaction that writes, one that sees one state of all tables, and one that runs alone. */
  readonly begin: { readonly write: Statement; readonly read: Statement; readonly migrate: readonly Statement[] }
  /** Selects `version` of `meta`, and takes the lock of all commits. */
  readonly lock: Statement
  /** Tells other gateways of a version, inside of the transaction that makes it. */
  readonly announce?: (connection: Connection, version: number) => Promise<unknown>
  readonly watch: (onHint: () => void) => void
  readonly close: () => Promise<void>
}

export async function sqlBackend(database: Database): Promise<Backend> {
  const { place, begin, lock } = database

  /** Every failure leaves as a `DatabaseError`, and what is not committed is rolled back. */
  async function inTransaction<T>(how: readonly Statement[], work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await database.connected(async (connection) => {
        try {
          for (const statement of how) await connection.ask(statement)
          const result = await work(connection)
          await connection.ask(sql`commit`)
          return result
        } catch (error) {
          await connection.ask(sql`rollback`).catch(() => {}) // SQLite may have done so; a broken connection has
          throw error
        }
      })
    } catch (error) {
      throw databaseError(error, place)
    }
  }

  await inTransaction(begin.migrate, (connection) => migrate(connection, place))

  return {
    load: () => inTransaction([begin.read], async (connection) => loaded(connection, await versionOf(connection), place)),

    commit: (known, work) =>
      inTransaction([begin.write], async (connection) => {
        const present = countIn(await connection.ask(lock), place)
        const changes = work(present === known ? undefined : await newsBetween(connection, known, present, place))
        if (changes.length === 0) return present
        await write(connection, changes, present + 1)
        await database.announce?.(connection, present + 1)
        return present + 1
      }),

    newsSince: async (known) => {
      try {
        if ((await database.connected(versionOf)) === known) return undefined
      } catch (error) {
        throw databaseError(error, place)
      }
      return inTransaction([begin.read], async (connection) => newsBetween(connection, known, await versionOf(connection), place))
    },

    watch: database.watch,
    close: database.close,
  }

  async function versionOf(connection: Connection): Promise<number> {
    return countIn(await connection.ask(sql`select version from meta where id = 1`), place)
  }
}

async function newsBetween(connection: Connection, known: number, present: number, place: string): Promise<News> {
  const [meta] = await connection.ask(sql`select collected from meta`)
  // A version behind ours is a database that was restored from a backup.
  if (present < known || known < Number(meta?.['collected'])) return loaded(connection, present, place)
  const rows = await connection.ask(sql`select collection, account, key, value from records where version > ${known}`)
  return { version: present, changes: rows.map((row) => changeOf(row, place)), isComplete: false }
}

async function loaded(connection: Connection, version: number, place: string): Promise<News> {
  const rows = await connection.ask(sql`select collection, account, key, value from records where value is not null`)
  return { version, changes: rows.map((row) => changeOf(row, place)), isComplete: true }
}

async function write(connection: Connection, changes: readonly Change[], version: number): Promise<void> {
  for (let i = 0; i < changes.length; i += rowsAtOnce) {
    const rows = changes.slice(i, i + rowsAtOnce).map((change) => rowOf(change, version))
    await connection.ask(rowsBetween('insert into records (collection, account, key, value, version) values', rows, upserted))
  }
  await connection.ask(sql`update meta set version = ${version} where id = 1`)
  if (version % collectEvery === 0) await collect(connection, version - keptVersions)
}

/** Forgets what was deleted long ago; a gateway that knows less than `upTo` loads everything again. */
async function collect(connection: Connection, upTo: number): Promise<void> {
  if (upTo <= 0) return
  await connection.ask(sql`delete from records where value is null and version <= ${upTo}`)
  await connection.ask(sql`update meta set collected = ${upTo}`)
}

function rowOf({ collection, accountId, key, value }: Change, version: number): readonly SqlValue[] {
  return [collection, accountId, key, value === undefined ? null : JSON.stringify(value), version]
}

function changeOf(row: Row, place: string): Change {
  const { collection, account: accountId, key, value } = row as Record<'collection' | 'account' | 'key', string> & { value: string | null }
  try {
    return { collection, accountId, key, value: value === null ? undefined : frozenParse(value) }
  } catch (cause) {
    throw new DatabaseError(
      'corrupt',
      place,
      `is corrupt: \`${collection}\` holds a value that is not JSON; restore it from a backup`,
      cause,
    )
  }
}

/** PostgreSQL gives 64-bit integers as strings. */
function countIn([row]: readonly Row[], place: string): number {
  const version = Number(row?.['version'])
  if (!Number.isSafeInteger(version)) throw new DatabaseError('corrupt', place)
  return version
}

const upserted = 'on conflict (collection, account, key) do update set value = excluded.value, version = excluded.version'

/** 5 parameters each; SQLite takes 32,766 in a statement, PostgreSQL 65,535. */
const rowsAtOnce = 1000

const collectEvery = 1000

const keptVersions = 10_000
