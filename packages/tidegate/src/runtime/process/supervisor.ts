/**
 * The parent of all processes of the process runtime: a small process of its own that outlives the instance. It starts and kills what it is
 * told to, writes down what they print and how they end, and goes when nothing runs and nobody asks.
 *
 * Started by `SupervisorClient` as `node supervisor.ts FOLDER`. The folder is the owner's alone, and so is the socket in it.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createServer, type Socket } from 'node:net'
import process from 'node:process'
import { CONTAINER_VARIABLE, ContainedProcess, keepRecord, type ProcessRecord } from './contained-process.ts'
import { lockFile } from '../../kernel/lock-file.ts'
import { containerFolder, lockPath, recordPath, socketPath } from './folder.ts'
import { processesWith, startTimeOf } from './kernel-processes.ts'
import { killGroup } from './kill-group.ts'
import { JsonLines } from '../json-lines.ts'
import { type ProcessState, PROTOCOL_VERSION, type SupervisorMessage, type SupervisorRequest } from './protocol.ts'

class Supervisor {
  readonly #folder: string
  readonly #running = new Map<string, ContainedProcess>()
  /** What an earlier supervisor started: not our children, so nobody tells us how they end. */
  readonly #orphans = new Map<string, ProcessRecord>()
  readonly #ended = new Map<string, ProcessState>()
  readonly #connections = new Set<Socket>()
  readonly #escaped = new Set<string>()
  #idle: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined

  constructor(folder: string) {
    this.#folder = folder
    for (const id of readdirSync(folder)) this.#find(id)
    if (this.#orphans.size > 0) this.#watch = setInterval(() => this.#watchOrphans(), ORPHAN_MILLISECONDS)
  }

  listen(): void {
    const path = socketPath(this.#folder)
    if (existsSync(path)) rmSync(path)
    const server = createServer((socket) => this.#accept(socket))
    server.listen(path, () => {
      chmodSync(path, 0o600)
      // Most supervisors are killed, which keeps nothing.
      setTimeout(flushCompileCache, COMPILED_MILLISECONDS).unref()
    })
    // Whoever removes the data folder removes the tasks.
    setInterval(() => {
      if (!existsSync(path)) this.#abandon()
    }, FOLDER_MILLISECONDS)
    this.#waitIdly()
  }

  #accept(socket: Socket): void {
    this.#connections.add(socket)
    clearTimeout(this.#idle)
    const lines = new JsonLines()
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#connections.delete(socket)
      this.#waitIdly()
    })
    tell(socket, { tell: 'hello', version: PROTOCOL_VERSION, pid: process.pid })
    socket.on('data', (text: string) => {
      try {
        for (const line of lines.push(text)) this.#take(socket, line as SupervisorRequest & { readonly n: number })
      } catch {
        socket.destroy() // nobody of ours
      }
    })
  }

  #take(socket: Socket, { n, ...request }: SupervisorRequest & { readonly n: number }): void {
    void this.#answer(request).then(
      (value) => tell(socket, { tell: 'answer', n, value }),
      (error: unknown) => tell(socket, { tell: 'answer', n, problem: error instanceof Error ? error.message : String(error) }),
    )
  }

  async #answer(request: SupervisorRequest): Promise<unknown> {
    switch (request.ask) {
      case 'start': {
        const { id } = request.spec
        const known = this.#stateOf(id)
        if (known !== undefined) return known
        const folder = containerFolder(this.#folder, id)
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const started = await ContainedProcess.start(request.spec, folder, {
          onOutput: () => this.#broadcast({ tell: 'output', id }),
          onHealth: (state) => this.#broadcast({ tell: 'health', state }),
          onExit: (state) => this.#onExit(state),
        }).catch((error: unknown) => {
          rmSync(folder, { recursive: true, force: true })
          throw error
        })
        this.#running.set(id, started)
        return started.state
      }
      case 'stop': {
        this.#running.get(request.id)?.stop(request.signal, request.timeoutMilliseconds)
        const orphan = this.#orphans.get(request.id)
        if (orphan !== undefined) this.#stopOrphan(orphan, request)
        return undefined
      }
      case 'remove':
        await this.#remove(request.id)
        return undefined
      case 'list':
        return [...[...this.#running.values()].map(({ state }) => state), ...this.#orphans.values(), ...this.#ended.values()]
      case 'quit':
        if (this.#running.size + this.#orphans.size > 0) throw new Error('processes run')
        setImmediate(() => process.exit(0))
        return undefined
    }
  }

  #stateOf(id: string): ProcessState | undefined {
    return this.#running.get(id)?.state ?? this.#orphans.get(id) ?? this.#ended.get(id)
  }

  #onExit(state: ProcessState): void {
    this.#running.delete(state.id)
    this.#ended.set(state.id, state)
    this.#sweepFor(state.id)
    this.#broadcast({ tell: 'exited', state })
    this.#waitIdly()
  }

  async #remove(id: string): Promise<void> {
    await this.#running.get(id)?.kill()
    const orphan = this.#orphans.get(id)
    if (orphan !== undefined) killGroup(orphan.pid)
    this.#orphans.delete(id)
    this.#ended.delete(id)
    this.#sweepFor(id)
    rmSync(containerFolder(this.#folder, id), { recursive: true, force: true, maxRetries: 5 })
  }

  /** Processes that made a group of their own are found by their environment. All that ended lately are looked for at once. */
  #sweepFor(id: string): void {
    this.#escaped.add(id)
    if (this.#escaped.size > 1) return
    setTimeout(() => {
      for (const pid of processesWith(CONTAINER_VARIABLE, this.#escaped)) killOne(pid)
      this.#escaped.clear()
    }, SWEEP_MILLISECONDS)
  }

  /** What an earlier supervisor left in the folder. */
  #find(id: string): void {
    const folder = containerFolder(this.#folder, id)
    if (!existsSync(recordPath(folder))) return
    const record = JSON.parse(readFileSync(recordPath(folder), 'utf8')) as ProcessRecord
    if (record.exit !== undefined) this.#ended.set(id, record)
    else if (isAlive(record)) this.#orphans.set(id, record)
    else this.#ended.set(id, this.#lost(record))
  }

  #watchOrphans(): void {
    for (const [id, record] of this.#orphans) {
      if (isAlive(record)) continue
      this.#orphans.delete(id)
      this.#onExit(this.#lost(record))
    }
    if (this.#orphans.size === 0) clearInterval(this.#watch)
  }

  #stopOrphan(orphan: ProcessRecord, { signal, timeoutMilliseconds }: SupervisorRequest & { readonly ask: 'stop' }): void {
    if (isAlive(orphan)) process.kill(orphan.pid, signal)
    setTimeout(() => {
      if (isAlive(orphan)) killGroup(orphan.pid)
    }, timeoutMilliseconds)
  }

  #lost(record: ProcessRecord): ProcessRecord {
    const exit = { at: Date.now(), reason: 'it ended while nobody watched it: its exit code is not known' }
    const ended = { ...record, exit }
    keepRecord(containerFolder(this.#folder, record.id), ended)
    return ended
  }

  #abandon(): void {
    for (const { state } of this.#running.values()) killGroup(state.pid)
    for (const orphan of this.#orphans.values()) if (isAlive(orphan)) killGroup(orphan.pid)
    process.exit(0)
  }

  #broadcast(message: SupervisorMessage): void {
    for (const socket of this.#connections) tell(socket, message)
  }

  #waitIdly(): void {
    clearTimeout(this.#idle)
    if (this.#connections.size > 0 || this.#running.size > 0 || this.#orphans.size > 0) return
    this.#idle = setTimeout(() => process.exit(0), IDLE_MILLISECONDS)
  }
}

function isAlive({ pid, startTime }: ProcessRecord): boolean {
  return startTime !== undefined && startTimeOf(pid) === startTime
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return // gone by itself
  }
}

function tell(socket: Socket, message: SupervisorMessage): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

const SWEEP_MILLISECONDS = 50
const ORPHAN_MILLISECONDS = 200
const FOLDER_MILLISECONDS = 2_000
const IDLE_MILLISECONDS = 3_000
const COMPILED_MILLISECONDS = 1_000

// A log that can't be written is no reason to end the tasks.
process.stderr.on('error', () => {})

const [, , folder] = process.argv
if (folder === undefined) throw new Error('usage: supervisor FOLDER')
// Two instances, or one that is killed while it starts and the next, may each have started one.
const unlock = lockFile(lockPath(folder))
if (unlock === undefined) process.exit(0)
// What is held is not collected.
process.once('exit', unlock)
new Supervisor(folder).listen()
