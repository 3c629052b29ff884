/** The tables of the database, and how they came about. */
import { type Connection, sql } from './statement.ts'

export interface Migration {
  readonly name: string
  readonly up: (connection: Connection) => Promise<void>
}

/** Only ever appended to: the place in the list is the schema version. */
export const migrations: readonly Migration[] = [{ name: 'records and their versions', up: createRecords }]

/**
 * `records` has a row for each value, and for each value that was deleted until all gateways know: `value` is null then.
 * `meta` has one row. Its lock is what orders commits; `collected` is the version up to which deleted rows are gone.
 */
async function createRecords(connection: Connection): Promise<void> {
  await connection.ask(sql`create table records (
    collection text not null,
    account text not null,
    key text not null,
    value text,
    version bigint not null,
    constraint records_pk primary key (collection, account, key)
  )`)
  await connection.ask(sql`create index records_by_version on records (version)`)
  await connection.ask(sql`create table meta (
    id integer primary key check (id = 1),
    version bigint not null,
    collected bigint not null
  )`)
  await connection.ask(sql`insert into meta (id, version, collected) values (1, 0, 0)`)
}
