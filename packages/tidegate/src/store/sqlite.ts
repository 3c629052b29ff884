/**
 * State in a SQLite file of this process alone: WAL, and a commit is on the disk before it is acknowledged.
 * The exclusive lock is the operating system's, so it ends with the process however that ends.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { DatabaseError, databaseError } from './database-error.ts'
import type { Database } from './sql-backend.ts'
import type { Tables } from './tables.ts'

export function openSqlite(path: string): Database {
  const file = openFile(path)
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: kyselyDatabase(file) }) })
  let timer: NodeJS.Timeout | undefined
  return {
    db,
    place: path,
    begin: { write: 'begin immediate', read: 'begin', migrate: ['begin immediate'] },
    forUpdate: '',
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

/** What Kysely's SQLite dialect expects, made of Node's SQLite. */
function kyselyDatabase(file: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  const prepare = (text: string): SqliteStatement => {
    const statement = file.prepare(text)
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
    }
  }
  return {
    prepare(text) {
      const known = prepared.get(text)
      if (known !== undefined) return known
      const statement = prepare(text)
      if (prepared.size >= keptStatements) prepared.clear()
      prepared.set(text, statement)
      return statement
    },
    close: () => file.close(),
  }
}

const askEveryMs = 1000

/** Long enough for a process that is just ending to let go. */
const busyTimeoutMs = 2000

const keptStatements = 100
