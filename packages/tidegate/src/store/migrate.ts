import { DatabaseError } from './database-error.ts'
import { type Connection, sql } from './statement.ts'
import { migrations } from './tables.ts'

/**
 * Brings the schema up to date, inside of a transaction of the caller that no other process runs beside. Refuses a database that has
 * migrations which this version of Tidegate does not know.
 */
export async function migrate(connection: Connection, place: string): Promise<void> {
  await connection.ask(sql`create table if not exists migrations (
    id integer primary key,
    name text not null,
    applied_at text not null default current_timestamp
  )`)
  const [row] = await connection.ask(sql`select max(id) as last from migrations`)
  const present = Number(row?.['last'] ?? 0)
  if (present > migrations.length) {
    const versions = `(its schema is version ${present}, this one knows ${migrations.length})`
    throw new DatabaseError('newer', place, `was written by a newer tidegate ${versions}: use that version or a newer one`)
  }
  for (const [i, { name, up }] of migrations.entries()) {
    if (i < present) continue
    await up(connection)
    await connection.ask(sql`insert into migrations (id, name) values (${i + 1}, ${name})`)
  }
}
