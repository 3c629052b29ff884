/** State in SQL, the same for SQLite and PostgreSQL: what differs is in `Database`. */
import { CompiledQuery, sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Backend, News } from './backend.ts'
import { DatabaseError, databaseError } from './database-error.ts'
import { frozenParse } from './json-value.ts'
import type { Change } from './memory.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './tables.ts'

/** A database that was opened. */
export interface Database {
  readonly db: Kysely<Tables>
  /** For messages: never with credentials. */
  readonly place: string
  /** Begin a transaction that writes, one that sees one state of all tables, and one that runs alone. */
  readonly begin: { readonly write: string; readonly read: string; readonly migrate: readonly string[] }
  /** Goes behind the `select` that takes the lock of all commits. */
  readonly forUpdate: string
  /** Tells other gateways of a version, inside of the transaction that makes it. */
  readonly announce?: (db: Kysely<Tables>, version: number) => Promise<unknown>
  readonly watch: (onHint: () => void) => void
  readonly close: () => Promise<void>
}

export async function sqlBackend(database: Database): Promise<Backend> {
  const { db, place, begin } = database
  const lock = CompiledQuery.raw(`select version from meta where id = 1${database.forUpdate}`)

  /** Every failure leaves as a `DatabaseError`, and what is not committed is rolled back. */
  async function inTransaction<T>(how: readonly string[], work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      return await db.connection().execute(async (connection) => {
        try {
          for (const statement of how) await run(connection, statement)
          const result = await work(connection)
          await run(connection, 'commit')
          return result
        } catch (error) {
          await run(connection, 'rollback').catch(() => {}) // SQLite may have done so; a broken connection has
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
        const present = countIn(await connection.executeQuery(lock), place)
        const changes = work(present === known ? undefined : await newsBetween(connection, known, present, place))
        if (changes.length === 0) return present
        await write(connection, changes, present + 1)
        await database.announce?.(connection, present + 1)
        return present + 1
      }),

    newsSince: async (known) => {
      try {
        if ((await versionOf(db)) === known) return undefined
      } catch (error) {
        throw databaseError(error, place)
      }
      return inTransaction([begin.read], async (connection) => newsBetween(connection, known, await versionOf(connection), place))
    },

    watch: database.watch,
    close: database.close,
  }

  async function versionOf(connection: Kysely<Tables>): Promise<number> {
    return countIn(await connection.executeQuery(version), place)
  }
}

async function newsBetween(db: Kysely<Tables>, known: number, present: number, place: string): Promise<News> {
  const { collected } = await db.selectFrom('meta').select('collected').executeTakeFirstOrThrow()
  // A version behind ours is a database that was restored from a backup.
  if (present < known || known < Number(collected)) return loaded(db, present, place)
  const rows = await db.selectFrom('records').select(columns).where('version', '>', known).execute()
  return { version: present, changes: rows.map((row) => changeOf(row, place)), isComplete: false }
}

async function loaded(db: Kysely<Tables>, version: number, place: string): Promise<News> {
  const rows = await db.selectFrom('records').select(columns).where('value', 'is not', null).execute()
  return { version, changes: rows.map((row) => changeOf(row, place)), isComplete: true }
}

async function write(db: Kysely<Tables>, changes: readonly Change[], version: number): Promise<void> {
  for (let i = 0; i < changes.length; i += rowsAtOnce) {
    const rows = changes.slice(i, i + rowsAtOnce).map((change) => rowOf(change, version))
    await db
      .insertInto('records')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['collection', 'account', 'key'])
          .doUpdateSet((to) => ({ value: to.ref('excluded.value'), version: to.ref('excluded.version') })),
      )
      .execute()
  }
  await sql`update meta set version = ${version} where id = 1`.execute(db)
  if (version % collectEvery === 0) await collect(db, version - keptVersions)
}

/** Forgets what was deleted long ago; a gateway that knows less than `upTo` loads everything again. */
async function collect(db: Kysely<Tables>, upTo: number): Promise<void> {
  if (upTo <= 0) return
  await db.deleteFrom('records').where('value', 'is', null).where('version', '<=', upTo).execute()
  await db.updateTable('meta').set({ collected: upTo }).execute()
}

function rowOf({ collection, accountId, key, value }: Change, version: number) {
  return { collection, account: accountId, key, value: value === undefined ? null : JSON.stringify(value), version }
}

function changeOf(row: { collection: string; account: string; key: string; value: string | null }, place: string): Change {
  const { collection, account: accountId, key } = row
  try {
    return { collection, accountId, key, value: row.value === null ? undefined : frozenParse(row.value) }
  } catch (cause) {
    throw new DatabaseError(
      'corrupt',
      place,
      `is corrupt: \`${collection}\` holds a value that is not JSON; restore it from a backup`,
      cause,
    )
  }
}

function countIn({ rows }: { rows: readonly unknown[] }, place: string): number {
  const [row] = rows as { version?: unknown }[]
  const version = Number(row?.version)
  if (!Number.isSafeInteger(version)) throw new DatabaseError('corrupt', place)
  return version
}

function run(db: Kysely<Tables>, statement: string): Promise<unknown> {
  return db.executeQuery(CompiledQuery.raw(statement))
}

const version = CompiledQuery.raw('select version from meta where id = 1')

const columns = ['collection', 'account', 'key', 'value'] as const

/** 5 parameters each; SQLite takes 32,766 in a statement, PostgreSQL 65,535. */
const rowsAtOnce = 1000

const collectEvery = 1000

const keptVersions = 10_000
