/** The object servers that are compared, each with an empty folder of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRootKey } from '../../packages/tidegate/src/accounts.ts'
import { defaultAccount } from '../../packages/tidegate/src/configuration/configuration.ts'
import { dataFolder } from '../../packages/tidegate/src/data-folder.ts'
import { announced, cpuOf, freePort, type Server, serverOf, startInstance } from '../gateway/servers.ts'

export interface Contestant {
  readonly name: string
  readonly server: Server
  /** Where requests are signed. */
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  /** Whether it lists, and how it is asked. */
  readonly listing: 's3' | 'index' | undefined
}

export async function startAll(folder: string): Promise<readonly Contestant[]> {
  const all = [startTidegate, startNginx, startBare, startDurableBare, startMoto, startS3rver]
  const started: Contestant[] = []
  for (const start of all) {
    const own = join(folder, start.name)
    mkdirSync(own)
    const contestant = await start(own)
    if (contestant === undefined) process.stdout.write(`left out, because it is not installed or does not start: ${start.name}\n`)
    else started.push(contestant)
  }
  return started
}

async function startTidegate(folder: string): Promise<Contestant> {
  const server = await startInstance(folder)
  return { name: 'tidegate', server, key: readRootKey(dataFolder(folder).rootKey(defaultAccount.id)), listing: 's3' }
}

/** One worker, files, PUT by DAV: what is put is not made durable. */
async function startNginx(folder: string): Promise<Contestant | undefined> {
  if (spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status !== 0) return undefined
  const port = await freePort()
  for (const name of ['files', 'temp']) mkdirSync(join(folder, name))
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http {
       access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_max_body_size 0; types {} default_type application/octet-stream;
       client_body_temp_path ${folder}/temp; proxy_temp_path ${folder}/temp; fastcgi_temp_path ${folder}/temp; uwsgi_temp_path ${folder}/temp;
       scgi_temp_path ${folder}/temp;
       server { listen 127.0.0.1:${port}; root ${folder}/files; autoindex on; location / { dav_methods PUT; create_full_put_path on; } }
     }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  const server = serverOf(child, `http://127.0.0.1:${port}`)
  if (!(await answers(server.url))) return undefined
  // The master answers nothing: its children do.
  return {
    name: 'nginx',
    key: undefined,
    listing: 'index',
    server: { ...server, cpuMicroseconds: () => sum(childrenOf(server.pid).map(cpuOf)) },
  }
}

async function startBare(folder: string): Promise<Contestant> {
  const server = await announced(process.execPath, [join(import.meta.dirname, 'bare-server.ts'), folder])
  return { name: 'node:http', server, key: undefined, listing: undefined }
}

async function startDurableBare(folder: string): Promise<Contestant> {
  const server = await announced(process.execPath, [join(import.meta.dirname, 'bare-server.ts'), folder, 'durable'])
  return { name: 'node:http, durable', server, key: undefined, listing: undefined }
}

async function startMoto(): Promise<Contestant | undefined> {
  if (spawnSync('moto_server', ['--help'], { stdio: 'ignore', timeout: 30_000 }).status !== 0) return undefined
  const port = await freePort()
  const server = serverOf(spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' }), `http://127.0.0.1:${port}`)
  return (await answers(server.url)) ? { name: 'moto', server, key: exampleKey, listing: 's3' } : undefined
}

async function startS3rver(folder: string): Promise<Contestant | undefined> {
  const port = await freePort()
  const child = spawn('s3rver', ['-d', folder, '-a', '127.0.0.1', '-p', String(port), '-s'], { stdio: 'ignore' })
  const isThere = await new Promise<boolean>((resolve) => child.once('spawn', () => resolve(true)).once('error', () => resolve(false)))
  if (!isThere) return undefined
  const server = serverOf(child, `http://127.0.0.1:${port}`)
  return (await answers(server.url))
    ? { name: 's3rver', server, key: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }, listing: 's3' }
    : undefined
}

async function answers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await (await fetch(url)).arrayBuffer()
      return true
    } catch {
      await sleep(200)
    }
  }
  return false
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

const exampleKey = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'secret' }
