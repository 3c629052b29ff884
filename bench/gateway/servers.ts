/** The servers that are compared, each in a process of its own, and what they have cost so far. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Server {
  readonly pid: number
  readonly url: string
  /** User and system time of all its threads so far, in microseconds; the kernel counts in steps of 10 ms. */
  cpuMicroseconds(): number
  stop(): Promise<void>
}

/** @param folder where it keeps its data */
export function startInstance(folder: string, nodeFlags: readonly string[] = []): Promise<Server> {
  const main = join(import.meta.dirname, '../../packages/tidegate/src/cli/main.ts')
  return announced(process.execPath, [...nodeFlags, '--conditions=@tidegate/source', main, 'up', '--json', '--port', '0', '--data', folder])
}

export function startBare(): Promise<Server> {
  return announced(process.execPath, [join(import.meta.dirname, 'bare-server.ts')])
}

/** Undefined where moto is not installed. */
export async function startMoto(): Promise<Server | undefined> {
  if (spawnSync('moto_server', ['--help'], { stdio: 'ignore', timeout: 30_000 }).status !== 0) return undefined
  const port = await freePort()
  const server = serverOf(spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' }), `http://127.0.0.1:${port}`)
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isUp(server.url)) return server
    await sleep(200)
  }
  await server.stop()
  return undefined
}

/** A child that prints where it listens as a line of JSON. */
export async function announced(command: string, args: readonly string[]): Promise<Server> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)))
    createInterface(child.stdout).on('line', (text) => text.startsWith('{') && resolve(text))
  })
  const { url } = JSON.parse(line) as { readonly url: string }
  return serverOf(child, url)
}

export function serverOf(child: ChildProcess, url: string): Server {
  const pid = child.pid ?? 0
  return {
    pid,
    url,
    cpuMicroseconds: () => cpuOf(pid),
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

/** Fields 14 and 15 of `/proc/PID/stat`, counted behind the name, which may hold spaces. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * (1_000_000 / ticksPerSecond)
}

async function isUp(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/moto-api/`)
    return true
  } catch {
    return false
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo // a string only for pipes
      server.close(() => resolve(port))
    })
  })
}

/** `USER_HZ`, the same on every Linux. */
const ticksPerSecond = 100
