/**
 * State in PostgreSQL, for any number of gateways. Commits are ordered by the lock of the row in `meta`; others learn of them by NOTIFY,
 * and, where that is lost (a dropped connection, a pooler in between), by asking twice a second.
 */
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { Client, DatabaseError as ServerError, Pool } from 'pg'
import type { ClientConfig, PoolClient } from 'pg'
import type { Database } from './sql-backend.ts'
import type { Tables } from './tables.ts'

export function openPostgres(url: string): Database {
  const config = configOf(url)
  const pool = new Pool({ ...config, max: 2 })
  // A connection that breaks fails its query, and the pool opens another one; without listeners its event would end the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: honestPool(pool), onCreateConnection: (c) => c.executeQuery(settings).then(ignore) }),
  })
  let stop = () => Promise.resolve()
  return {
    db,
    place: placeOf(url),
    begin: {
      write: 'begin',
      read: 'begin isolation level repeatable read read only',
      migrate: ['begin', `select pg_advisory_xact_lock(${migrationLock})`],
    },
    forUpdate: ' for update',
    announce: (connection, version) => sql`select pg_notify(${channel}, ${String(version)})`.execute(connection),
    watch: (onHint) => void (stop = listen(config, onHint)),
    close: async () => {
      await stop()
      await db.destroy()
    },
  }
}

/**
 * A pool that closes a connection on which a query ended without the server's word: what comes next on it could be the answer to something
 * else, and its transaction may be open.
 */
function honestPool(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>()
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect()
      const known = clients.get(client)
      if (known !== undefined) return known
      const made = honestClient(client)
      clients.set(client, made)
      return made
    },
  }
}

function honestClient(client: PoolClient): PostgresPoolClient {
  let isBroken = false

  async function ask(text: string, parameters: readonly unknown[]): Promise<unknown> {
    try {
      return await client.query(text, [...parameters])
    } catch (error) {
      isBroken ||= !(error instanceof ServerError)
      throw error
    }
  }

  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new TypeError('there are no cursors here')
    return ask(text, parameters)
  }

  return { query, release: () => client.release(isBroken) }
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
const settings = CompiledQuery.raw(
  `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
)

const channel = 'tidegate_state'

/** A number of our own; whoever migrates holds the lock of it. */
const migrationLock = 7_346_200_417

const pollEveryMs = 500
