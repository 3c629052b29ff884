import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { DatabaseError } from './database-error.ts'
import { migrations } from './tables.ts'
import type { Migration, Tables } from './tables.ts'

/**
 * Brings the schema up to date, inside of a transaction of the caller that no other process runs beside. Refuses a database that has
 * migrations which this version of Tidegate does not know.
 */
export async function migrate(db: Kysely<Tables>, place: string, list: readonly Migration[] = migrations): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'text', (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .execute()
  const { last } = await db
    .selectFrom('migrations')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow()
  const present = last ?? 0
  if (present > list.length) {
    const versions = `(its schema is version ${present}, this one knows ${list.length})`
    throw new DatabaseError('newer', place, `was written by a newer tidegate ${versions}: use that version or a newer one`)
  }
  for (const [i, { name, up }] of list.entries()) {
    if (i < present) continue
    await up(db)
    await sql`insert into migrations (id, name) values (${i + 1}, ${name})`.execute(db)
  }
}
