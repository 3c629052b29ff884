/** What is wrong with a database, in words for whoever runs it. Never holds a password: places are named without credentials. */

export type DatabaseProblem = 'locked' | 'newer' | 'corrupt' | 'read-only' | 'full' | 'unreachable' | 'failed'

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly problem: DatabaseProblem
  /** Path of the file; host and name of the database. */
  readonly place: string

  constructor(problem: DatabaseProblem, place: string, message = texts[problem], cause?: unknown) {
    super(`database \`${place}\` ${message}`, { cause })
    this.problem = problem
    this.place = place
  }
}

export function databaseError(error: unknown, place: string): DatabaseError {
  if (error instanceof DatabaseError) return error
  const problem = sqliteProblem(error) ?? postgresProblem(error) ?? 'failed'
  const message = problem === 'failed' && error instanceof Error ? `failed: ${error.message}` : texts[problem]
  return new DatabaseError(problem, place, message, error)
}

/** @see https://www.sqlite.org/rescode.html */
function sqliteProblem(error: unknown): DatabaseProblem | undefined {
  if (!isRecord(error) || typeof error['errcode'] !== 'number') return undefined
  return sqliteProblems[error['errcode'] & 0xff] ?? 'failed'
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function postgresProblem(error: unknown): DatabaseProblem | undefined {
  if (!isRecord(error)) return undefined
  const code = typeof error['code'] === 'string' ? error['code'] : ''
  if (code === '53100') return 'full'
  if (code === '25006') return 'read-only'
  if (/^XX00[12]$/.test(code)) return 'corrupt'
  if (/^(?:08|57P|28|3D)/.test(code) || /^E[A-Z]+$/.test(code)) return 'unreachable'
  return error instanceof Error && /connection|timeout/i.test(error.message) ? 'unreachable' : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const sqliteProblems: Readonly<Record<number, DatabaseProblem>> = {
  5: 'locked', // SQLITE_BUSY
  8: 'read-only', // SQLITE_READONLY
  11: 'corrupt', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'unreachable', // SQLITE_CANTOPEN
  26: 'corrupt', // SQLITE_NOTADB
}

const texts: Readonly<Record<DatabaseProblem, string>> = {
  locked: 'is in use by another process: one SQLite file serves one tidegate; stop the other one, or use PostgreSQL for several',
  newer: 'was written by a newer tidegate: use that version or a newer one',
  corrupt: 'is corrupt or not a tidegate database: restore it from a backup',
  'read-only': 'is read-only: nothing can be written to it',
  full: 'is out of space: nothing can be written to it until there is some',
  unreachable: 'cannot be opened or reached',
  failed: 'failed',
}
