/**
 * State in a SQLite file of this process alone: WAL, and a commit is on the disk before it is acknowledged.
 * The exclusive lock is the operating system's, so it ends with the process however that ends.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { DatabaseError, databaseError } from './database-error.ts'
import type { Database } from './sql-backend.ts'
import { type Connection, sql, textOf } from './statement.ts'

export function openSqlite(path: string): Database {
  const file = openFile(path)
  const connection = connectionTo(file)
  let last: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  return {
    // There is one connection: transactions wait for each other.
    connected(work) {
      const mine = last.then(() => work(connection))
      last = mine.catch(() => {})
      return mine
    },
    place: path,
    begin: { write: sql`begin immediate`, read: sql`begin`, migrate: [sql`begin immediate`] },
    lock: sql`select version from meta where id = 1`,
    watch(onHint) {
      // Nobody else writes; asking shows that the file can still be read, so that an idle instance stays ready.
      timer = setInterval(onHint, askEveryMs).unref()
    },
    async close() {
      clearInterval(timer)
      file.close()
    },
  }
}

function openFile(path: string): DatabaseSync {
  createPrivately(path)
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
    // The lock comes first: in this mode it is taken by the first access and kept, and WAL needs no memory shared with other processes.
    file.exec('pragma locking_mode = exclusive')
    const [mode] = file.prepare('pragma journal_mode = wal').all()
    if (mode?.['journal_mode'] !== 'wal') throw new DatabaseError('failed', path, 'is on a file system that cannot hold it (no WAL)')
    file.exec('pragma synchronous = full; begin exclusive; commit')
    const [check] = file.prepare('pragma quick_check(1)').all()
    if (check?.['quick_check'] !== 'ok') throw new DatabaseError('corrupt', path)
    return file
  } catch (error) {
    file?.close()
    throw databaseError(error, path)
  }
}

/** SQLite gives its journal the mode of the database, but would make the database itself readable to all. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
    if (process.platform === 'win32') return
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw databaseError(error, path)
  }
}

function connectionTo(file: DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = file.prepare(text)
    if (prepared.size >= keptStatements) prepared.clear()
    prepared.set(text, statement)
    return statement
  }
  return { ask: async (statement) => prepare(textOf(statement, () => '?')).all(...statement.values) }
}

const askEveryMs = 1000

/** Long enough for a process that is just ending to let go. */
const busyTimeoutMs = 2000

const keptStatements = 100
