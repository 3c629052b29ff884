import { systemClock } from '../kernel/clock.ts'
import type { Clock } from '../kernel/clock.ts'
import { memoryBackend } from './backend.ts'
import { durableState } from './durable-state.ts'
import type { OpenState } from './durable-state.ts'
import { sqlBackend } from './sql-backend.ts'
import type { Database } from './sql-backend.ts'
import { openSqlite } from './sqlite.ts'

export interface StateOptions {
  /** Path of a SQLite file, which is created where it does not exist, or a PostgreSQL URL (`postgres://…`). */
  readonly database: string
  readonly clock?: Clock
}

/**
 * Opens the state of an instance, and creates or migrates its tables.
 * Rejects with a `DatabaseError`, in words for whoever runs it: in use by another process, newer, corrupt, read-only, full, unreachable.
 */
export async function openState({ database, clock = systemClock }: StateOptions): Promise<OpenState> {
  const opened = isPostgresUrl(database) ? await connectTo(database) : openSqlite(database)
  try {
    return await durableState(await sqlBackend(opened), clock)
  } catch (error) {
    await opened.close().catch(() => {}) // the first error says it
    throw error
  }
}

/** State that ends with the process. */
export function memoryState(clock: Clock = systemClock): Promise<OpenState> {
  return durableState(memoryBackend(), clock)
}

/** Loaded when it is used: an instance on SQLite need not wait for the client of another database. */
async function connectTo(url: string): Promise<Database> {
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(url)
}

function isPostgresUrl(database: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(database)
}
