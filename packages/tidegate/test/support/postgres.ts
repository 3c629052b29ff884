/** A PostgreSQL server of the test's own, from the binaries that Debian installs, on a socket in a temporary folder. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { TestContext } from 'vitest'
import { requirement } from './require.ts'

const needsPostgres = requirement('postgres', () => binaries() !== undefined || 'no PostgreSQL server under /usr/lib/postgresql')

export interface PostgresServer {
  /** URL of a database that is empty; all are schemas of one. */
  database(): Promise<string>
  /** Kills it as a power failure would, and starts it again. */
  crash(): Promise<void>
  stop(): Promise<void>
}

/** For the tests of a file: the server, where the machine has one; else the test that asks is skipped. */
export function usePostgres(): (context: TestContext) => PostgresServer {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    if (binaries() !== undefined) server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())
  return (context) => {
    needsPostgres(context)
    if (server === undefined) throw new Error('the server did not start')
    return server
  }
}

async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-postgres-'))
  const owner = ownerOfServer()
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const options = ['-D', data, '-U', 'tidegate', '-A', 'trust', '-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync']
  execFileSync(program('initdb'), options, { ...owner, cwd: folder, stdio: 'ignore' })
  const url = `postgres://tidegate:CANARY@localhost/postgres?host=${encodeURIComponent(folder)}`

  async function start() {
    const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=50']
    const flags = settings.flatMap((setting) => ['-c', setting])
    const server = spawn(program('postgres'), ['-D', data, ...flags], { ...owner, cwd: folder, stdio: 'ignore' })
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    while (!(await isUp(url))) await delay(20)
    return async (signal: NodeJS.Signals) => {
      server.kill(signal)
      await ended
    }
  }

  let stop = await start()
  let count = 0
  return {
    async database() {
      const name = `test_${++count}`
      await query(url, `create schema ${name}`)
      return `${url}&options=${encodeURIComponent(`-c search_path=${name}`)}`
    },
    async crash() {
      await stop('SIGQUIT') // immediate shutdown: no checkpoint, all connections broken
      stop = await start()
    },
    async stop() {
      await stop('SIGQUIT')
      rmSync(folder, { recursive: true })
    },
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, text: string): Promise<readonly unknown[]> {
  const client = new Client(url)
  // What breaks the connection fails the query; while the server starts or dies, an event may follow.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

function isUp(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  )
}

/** PostgreSQL refuses to run as root. */
function ownerOfServer(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function program(name: string): string {
  return join(binaries() ?? '', name)
}

function binaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'postgres')))
}
