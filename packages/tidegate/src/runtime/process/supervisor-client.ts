/** The runtime's side of the supervisor: starts it where none runs, and asks it. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { connect, type Socket } from 'node:net'
import { dirname, extname, join } from 'node:path'
import process from 'node:process'
import { socketPath, supervisorLogPath } from './folder.ts'
import { JsonLines } from '../json-lines.ts'
import { PROTOCOL_VERSION, type SupervisorMessage, type SupervisorRequest } from './protocol.ts'

export interface SupervisorEvents {
  onMessage(message: SupervisorMessage): void
  /** The supervisor is gone, though nobody closed the connection. */
  onLost(): void
}

export class SupervisorClient {
  readonly #socket: Socket
  readonly #events: SupervisorEvents
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #count = 0
  #isClosed = false
  /** Process id of the supervisor; 0 before its first word. */
  #pid = 0

  private constructor(socket: Socket, events: SupervisorEvents) {
    this.#socket = socket
    this.#events = events
  }

  /** Rejects with a sentence for the operator. */
  static async connect(folder: string, events: SupervisorEvents): Promise<SupervisorClient> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const first = await SupervisorClient.#meet(folder, events)
    if (first !== undefined) return first
    let child = startSupervisor(folder)
    const deadline = performance.now() + START_MILLISECONDS
    for (;;) {
      const client = await SupervisorClient.#meet(folder, events)
      if (client !== undefined) return client
      // Without a word it ends where it finds another one, which may be about to end.
      if (child.exitCode === 0) child = startSupervisor(folder)
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline)
        throw new Error(`the supervisor of the process runtime did not start: \`${supervisorLogPath(folder)}\` says why`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** `undefined` where none listens, or one that dies before its first word. */
  static async #meet(folder: string, events: SupervisorEvents): Promise<SupervisorClient | undefined> {
    const socket = await open(folder).catch(() => undefined)
    if (socket === undefined) return undefined
    const client = new SupervisorClient(socket, events)
    const version = await client.#listen().catch(() => undefined)
    if (version === undefined) return undefined
    if (version === PROTOCOL_VERSION) return client
    client.close()
    throw new Error('tasks still run that another version of tidegate started: stop them with that version first')
  }

  get pid(): number {
    return this.#pid
  }

  ask(request: SupervisorRequest): Promise<unknown> {
    const n = ++this.#count
    return new Promise((resolve, reject) => {
      if (!this.#socket.writable) {
        reject(new SupervisorGone())
        return
      }
      this.#waiting.set(n, { resolve, reject })
      this.#socket.write(`${JSON.stringify({ n, ...request })}\n`)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  #listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      const lines = new JsonLines()
      this.#socket.setEncoding('utf8')
      this.#socket.on('data', (text: string) => {
        for (const line of lines.push(text)) {
          const message = line as SupervisorMessage
          if (message.tell === 'hello') {
            this.#pid = message.pid
            resolve(message.version)
          } else if (message.tell === 'answer') this.#settle(message)
          else this.#events.onMessage(message)
        }
      })
      this.#socket.on('error', () => this.#socket.destroy())
      this.#socket.on('close', () => {
        reject(new SupervisorGone())
        for (const { reject: refuse } of this.#waiting.values()) refuse(new SupervisorGone())
        this.#waiting.clear()
        if (!this.#isClosed && this.#pid !== 0) this.#events.onLost()
      })
    })
  }

  #settle({ n, value, problem }: SupervisorMessage & { readonly tell: 'answer' }): void {
    const waiting = this.#waiting.get(n)
    this.#waiting.delete(n)
    if (problem === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(problem))
  }
}

export class SupervisorGone extends Error {
  override readonly name = 'SupervisorGone'

  constructor() {
    super('the supervisor of the process runtime is gone')
  }
}

function open(folder: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath(folder))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** It gets nothing of our environment, but where compiled code is kept: a compiler of its own would be a third of its memory. */
function startSupervisor(folder: string) {
  const log = openSync(supervisorLogPath(folder), 'a', 0o600)
  try {
    const script = join(import.meta.dirname, `supervisor${extname(import.meta.filename)}`)
    const compiled = getCompileCacheDir()
    // What is answered is a folder in it, one for each version of Node.
    const env = compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) }
    const child = spawn(process.execPath, [script, folder], { detached: true, stdio: ['ignore', log, log], env, cwd: '/' })
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

/** On a machine that is busy, Node needs its time. */
const START_MILLISECONDS = 60_000
