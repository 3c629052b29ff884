import { execFile } from 'node:child_process'
import { mkdirSync, openSync, readdirSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { collection } from '../kernel/state.ts'
import { durableState } from './durable-state.ts'
import { openState } from './open-state.ts'
import { type Database, sqlBackend } from './sql-backend.ts'
import { openSqlite } from './sqlite.ts'
import { type Row, sql, type Statement } from './statement.ts'

const things = collection<string>('test.things')

test('a second process on one file is refused, and told why', async (context) => {
  const { expect } = context
  const database = join(temporaryFolder(context), 'state.db')
  const state = await openState({ database })
  const program = `import { openState } from ${JSON.stringify(join(import.meta.dirname, 'open-state.ts'))}
    await openState({ database: ${JSON.stringify(database)} }).catch((error) => console.log(error.problem, error.message))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@tidegate/source', '--input-type=module', '-e', program])
  expect(stdout).toBe(
    `locked database \`${database}\` is in use by another process: one SQLite file serves one tidegate; stop the other one, or use PostgreSQL for several\n`,
  )
  await state.transact((tx) => tx.put(things, '', 'a', 'still ours'))
  await state.close()
})

test('a file that is no database is refused', async (context) => {
  const { expect } = context
  const database = join(temporaryFolder(context), 'state.db')
  writeFileSync(database, 'not a database, but long enough to be read as the header of one. '.repeat(100))
  await expect(openState({ database })).rejects.toMatchObject({
    problem: 'corrupt',
    message: expect.stringContaining('restore it from a backup'),
  })
})

test.for([
  ['pages overwritten', (path: string) => writeSync(openSync(path, 'r+'), Buffer.alloc(9000, 0xa5), 0, 9000, 4096 * 6)],
  ['its end cut off', (path: string) => truncateSync(path, 4096 * 3)],
] as const)('a database with %s is refused', async ([, damage], context) => {
  const { expect } = context
  const database = join(temporaryFolder(context), 'state.db')
  const state = await openState({ database })
  await state.transact((tx) => {
    for (let i = 0; i < 200; i++) tx.put(things, '', `key ${i}`, 'x'.repeat(200))
  })
  await state.close()
  damage(database)
  await expect(openState({ database })).rejects.toMatchObject({ problem: 'corrupt' })
})

test('a value that is not JSON is refused without being quoted', async (context) => {
  const { expect } = context
  const database = await written(temporaryFolder(context), "update records set value = '{CANARY'")
  const refusal = await openState({ database }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ problem: 'corrupt', message: expect.stringContaining('`test.things` holds a value that is not JSON') })
  expect(String(refusal)).not.toContain('CANARY')
})

test('a database of a newer version is refused', async (context) => {
  const { expect } = context
  const database = await written(temporaryFolder(context), "insert into migrations (id, name) values (99, 'later')")
  await expect(openState({ database })).rejects.toMatchObject({
    problem: 'newer',
    message: `database \`${database}\` was written by a newer tidegate (its schema is version 99, this one knows 1): use that version or a newer one`,
  })
})

test('a folder, and a file in a folder that does not exist, are refused', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  mkdirSync(join(folder, 'sub'))
  for (const name of ['sub', 'none/state.db'])
    await expect(openState({ database: join(folder, name) })).rejects.toMatchObject({ problem: 'unreachable' })
})

test.for([
  ['full', sql`pragma max_page_count = 20`, sql`pragma max_page_count = 100000`, 'is out of space'],
  ['read-only', sql`pragma query_only = 1`, sql`pragma query_only = 0`, 'is read-only'],
] as const)(
  'when the database is %s a write is refused as a whole, reads go on, and so do writes afterwards',
  async ([, breaks, mends, words], context) => {
    const { expect } = context
    const path = join(temporaryFolder(context), 'state.db')
    const database = openSqlite(path)
    const state = await durableState(await sqlBackend(database), () => 0)
    await state.transact((tx) => tx.put(things, '', 'a', 'before'))
    await ask(database, breaks)
    const write = state.transact((tx) => {
      for (let i = 0; i < 100; i++) tx.put(things, '', `large ${i}`, 'x'.repeat(4000))
    })
    await expect(write).rejects.toMatchObject({ code: 'ServiceUnavailable', detail: expect.stringContaining(words) })
    const keys = () => state.read((view) => view.list(things, '').map(({ key }) => key))
    expect(keys()).toEqual(['a'])
    await ask(database, mends)
    await state.transact((tx) => tx.put(things, '', 'b', 'after'))
    await state.close()
    const again = await openState({ database: path })
    expect(again.read((view) => view.list(things, '').map(({ key }) => key))).toEqual(['a', 'b'])
    await again.close()
  },
)

test.skipIf(process.platform === 'win32')('the files are for their owner only', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const state = await openState({ database: join(folder, 'state.db') })
  await state.transact((tx) => tx.put(things, '', 'a', 'x'))
  expect(readdirSync(folder)).toEqual(['state.db', 'state.db-wal'])
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600])
  await state.close()
})

test('commits are flushed to the disk before they are acknowledged', async (context) => {
  const { expect } = context
  const database = openSqlite(join(temporaryFolder(context), 'state.db'))
  const settings = [sql`pragma journal_mode`, sql`pragma synchronous`, sql`pragma foreign_keys`]
  const rows = (await Promise.all(settings.map((setting) => ask(database, setting)))).flat()
  expect(rows.map((row) => Object.values(row))).toEqual([['wal'], [2], [1]])
  await database.close()
})

test('what was deleted long ago is forgotten, and who knows less than that gets everything', async (context) => {
  const { expect } = context
  const database = openSqlite(join(temporaryFolder(context), 'state.db'))
  const backend = await sqlBackend(database)
  const change = (key: string, value: unknown) => ({ collection: 'test.things', accountId: '', key, value })
  await backend.commit(0, () => [change('a', 1), change('b', 1)])
  await backend.commit(1, () => [change('a', undefined)])
  expect(await backend.newsSince(1)).toEqual({ version: 2, changes: [change('a', undefined)], isComplete: false })
  await ask(database, sql`update meta set version = 10999`)
  expect(await backend.commit(10_999, () => [change('c', 1)])).toBe(11_000)
  expect(await ask(database, sql`select key from records order by key`)).toEqual([{ key: 'b' }, { key: 'c' }])
  expect(await backend.newsSince(1)).toEqual({ version: 11_000, changes: [change('b', 1), change('c', 1)], isComplete: true })
  expect(await backend.newsSince(1000)).toEqual({ version: 11_000, changes: [change('c', 1)], isComplete: false })
  expect(await backend.newsSince(11_000)).toBeUndefined()
  await backend.close()
})

test('a database that was restored from a backup, behind what is known, is loaded again', async (context) => {
  const { expect } = context
  const backend = await sqlBackend(openSqlite(join(temporaryFolder(context), 'state.db')))
  await backend.commit(0, () => [{ collection: 'test.things', accountId: '', key: 'a', value: 1 }])
  expect(await backend.newsSince(5)).toMatchObject({ version: 1, isComplete: true })
  await backend.close()
})

function ask(database: Database, statement: Statement): Promise<readonly Row[]> {
  return database.connected((connection) => connection.ask(statement))
}

/** A database with one record, changed by a statement. */
async function written(folder: string, statement: string): Promise<string> {
  const database = join(folder, 'state.db')
  const state = await openState({ database })
  await state.transact((tx) => tx.put(things, '', 'a', 'x'))
  await state.close()
  const file = new DatabaseSync(database)
  file.exec(statement)
  file.close()
  return database
}
