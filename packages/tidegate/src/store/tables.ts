/** The tables of the database, as Kysely's types, and how they came about. */
import { sql } from 'kysely'
import type { ColumnType, Kysely } from 'kysely'

export interface Tables {
  /** One row for each value, and for each value that was deleted until all gateways know: `value` is null then. */
  records: {
    collection: string
    account: string
    key: string
    value: string | null
    version: Count
  }
  /** One row. Its lock is what orders commits; `collected` is the version up to which deleted rows are gone. */
  meta: {
    id: number
    version: Count
    collected: Count
  }
  migrations: {
    id: number
    name: string
    applied_at: string
  }
}

/** PostgreSQL gives 64-bit integers as strings. */
type Count = ColumnType<number | string, number, number>

export interface Migration {
  readonly name: string
  readonly up: (db: Kysely<Tables>) => Promise<void>
}

/** Only ever appended to: the place in the list is the schema version. */
export const migrations: readonly Migration[] = [{ name: 'records and their versions', up: createRecords }]

async function createRecords(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('records')
    .addColumn('collection', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('records_pk', ['collection', 'account', 'key'])
    .execute()
  await db.schema.createIndex('records_by_version').on('records').column('version').execute()
  await db.schema
    .createTable('meta')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('collected', 'bigint', (column) => column.notNull())
    .execute()
  await db.insertInto('meta').values({ id: 1, version: 0, collected: 0 }).execute()
}
