/**
 * State in PostgreSQL, for any number of gateways. Commits are ordered by the lock of the row in `meta`; others learn of them by NOTIFY,
 * and, where that is lost (a dropped connection, a pooler in between), by asking twice a second.
 */
import { Client, DatabaseError as ServerError, Pool } from 'pg'
import type { ClientConfig, PoolClient } from 'pg'
import type { Database } from './sql-backend.ts'
import { type Connection, type Row, sql, textOf } from './statement.ts'

export function openPostgres(url: string): Database {
  const config = configOf(url)
  const pool = new Pool({ ...config, max: 2 })
  // A connection that breaks fails its query, and the pool opens another one; without listeners its event would end the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  const isSet = new WeakSet<PoolClient>()
  let stop = () => Promise.resolve()
  return {
    async connected(work) {
      const client = await pool.connect()
      const { connection, isBroken } = honestConnection(client)
      try {
        if (!isSet.has(client)) await connection.ask(settings)
        isSet.add(client)
        return await work(connection)
      } finally {
        client.release(isBroken())
      }
    },
    place: placeOf(url),
    begin: {
      write: sql`begin`,
      read: sql`begin isolation level repeatable read read only`,
      migrate: [sql`begin`, sql`select pg_advisory_xact_lock(${migrationLock})`],
    },
    lock: sql`select version from meta where id = 1 for update`,
    announce: (connection, version) => connection.ask(sql`select pg_notify(${channel}, ${String(version)})`),
    watch: (onHint) => void (stop = listen(config, onHint)),
    close: async () => {
      await stop()
      await pool.end()
    },
  }
}

/**
 * A connection on which a query ended without the server's word is closed, not given to the next one: what comes next on it could be the
 * answer to something else, and its transaction may be open.
 */
function honestConnection(client: PoolClient): { readonly connection: Connection; readonly isBroken: () => boolean } {
  let isBroken = false
  const ask: Connection['ask'] = async (statement) => {
    try {
      const { rows } = await client.query<Row>(
        textOf(statement, (n) => `$${n}`),
        [...statement.values],
      )
      return rows
    } catch (error) {
      isBroken ||= !(error instanceof ServerError)
      throw error
    }
  }
  return { connection: { ask }, isBroken: () => isBroken }
}

/** Returns how to stop it. */
function listen(config: ClientConfig, onHint: () => void): () => Promise<void> {
  let client: Client | undefined
  let isStopped = false

  async function connect(): Promise<void> {
    const made = new Client(config)
    client = made
    const forget = () => {
      if (client === made) client = undefined
    }
    made.on('error', forget)
    made.on('end', forget)
    made.on('notification', onHint)
    try {
      await made.connect()
      await made.query(`listen ${channel}`)
      if (isStopped) await made.end()
    } catch {
      forget() // the next tick tries again, and asks meanwhile
      await made.end().catch(ignore)
    }
  }

  const tick = () => {
    onHint()
    if (client === undefined) void connect()
  }
  const timer = setInterval(tick, pollEveryMs).unref()
  void connect()
  return async () => {
    isStopped = true
    clearInterval(timer)
    await client?.end().catch(ignore)
  }
}

function configOf(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'tidegate',
    connectionTimeoutMillis: 5000,
    statement_timeout: 10_000,
    query_timeout: 12_000,
    // A gateway that stops in the middle of a commit must not keep the others from theirs.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  }
}

/** Host and name of the database, without user, password and parameters. */
function placeOf(url: string): string {
  const [, host = '', name = ''] = /^[^:]+:\/\/(?:[^@/]*@)?([^/?]*)\/?([^?]*)/.exec(url) ?? []
  return `postgres://${host}/${name}`
}

function ignore(): void {}

/** An acknowledged commit is on the disk, even where the server's default is that it need not be. */
const settings = sql`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

const channel = 'tidegate_state'

/** A number of our own; whoever migrates holds the lock of it. */
const migrationLock = 7_346_200_417

const pollEveryMs = 500
