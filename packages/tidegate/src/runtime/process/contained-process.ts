/** One container of the process runtime, as the supervisor keeps it: its process group, its output, its health and its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { recordPath } from './folder.ts'
import { HealthProbe } from './health-probe.ts'
import { killGroup } from './kill-group.ts'
import { startTimeOf } from './kernel-processes.ts'
import { OutputWriter } from './output-file.ts'
import type { Health, ProcessExit, ProcessSpec, ProcessState } from './protocol.ts'

export interface ContainedProcessEvents {
  onOutput(): void
  onHealth(state: ProcessState): void
  /** All that it wrote is in its file. */
  onExit(state: ProcessState): void
}

/** Stands in the environment of all that a container starts: so what left the group is found. */
export const CONTAINER_VARIABLE = 'TIDEGATE_CONTAINER_ID'

/** What is kept of it in a file, for a supervisor that comes after this one. */
export interface ProcessRecord extends ProcessState {
  readonly startTime?: string | undefined
}

export class ContainedProcess {
  readonly spec: ProcessSpec
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #output: OutputWriter
  readonly #events: ContainedProcessEvents
  readonly #startedAt = Date.now()
  readonly #startTime: string | undefined
  readonly #probe: HealthProbe | undefined
  #health: Health | undefined
  #exit: ProcessExit | undefined
  #killTimer: NodeJS.Timeout | undefined
  #hasLost = false
  #onEnded = (): void => {}
  readonly #ended = new Promise<void>((resolve) => (this.#onEnded = resolve))

  private constructor(spec: ProcessSpec, child: ChildProcess, folder: string, events: ContainedProcessEvents) {
    this.spec = spec
    this.#child = child
    this.#folder = folder
    this.#events = events
    this.#output = new OutputWriter(folder)
    this.#startTime = startTimeOf(child.pid ?? 0)
    for (const stream of ['stdout', 'stderr'] as const) child[stream]?.on('data', (chunk: Buffer) => this.#write(stream, chunk))
    child.once('exit', (code, signal) => this.#onExit(code, signal))
    if (spec.healthCheck !== undefined) {
      this.#health = 'starting'
      this.#probe = new HealthProbe(
        spec.healthCheck,
        { env: environmentOf(spec, folder), cwd: cwdOf(spec, folder), user: spec.user },
        (health) => {
          this.#health = health
          this.#keep()
          events.onHealth(this.state)
        },
      )
    }
    // Where this can't be written it must not run: nobody would find it again.
    writeRecord(folder, { ...this.state, startTime: this.#startTime })
  }

  /** @param folder its own: output, record, home. Rejects with a sentence where the program can't be run. */
  static async start(spec: ProcessSpec, folder: string, events: ContainedProcessEvents): Promise<ContainedProcess> {
    mkdirSync(homeOf(spec, folder), { recursive: true, mode: 0o700 })
    const [program, ...args] = spec.command
    const child = spawn(program, args, {
      cwd: cwdOf(spec, folder),
      env: environmentOf(spec, folder),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a session and process group of its own
      ...spec.user,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error: NodeJS.ErrnoException) => reject(new Error(startProblem(spec, error))))
    })
    try {
      return new ContainedProcess(spec, child, folder, events)
    } catch (error) {
      killGroup(child.pid)
      throw error
    }
  }

  get state(): ProcessState {
    const { id, taskArn, name, ports } = this.spec
    return { id, taskArn, name, ports, pid: this.#child.pid ?? 0, startedAt: this.#startedAt, health: this.#health, exit: this.#exit }
  }

  stop(signal: NodeJS.Signals, timeoutMilliseconds: number): void {
    if (this.#exit !== undefined) return
    this.#child.kill(signal)
    this.#killTimer ??= setTimeout(() => killGroup(this.#child.pid), timeoutMilliseconds)
  }

  /** Resolves when it has ended. */
  async kill(): Promise<void> {
    killGroup(this.#child.pid)
    await this.#ended
  }

  #write(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    try {
      if (this.#output.write(stream, chunk, Date.now())) this.#events.onOutput()
    } catch (error) {
      // A disk that is full must not end the tasks: what can't be written is lost.
      if (!this.#hasLost) process.stderr.write(`output of ${this.spec.id} is lost: ${String(error)}\n`)
      this.#hasLost = true
    }
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const at = Date.now()
    clearTimeout(this.#killTimer)
    this.#probe?.end()
    killGroup(this.#child.pid)
    let isTold = false
    const tell = (): void => {
      if (isTold) return
      isTold = true
      try {
        this.#output.end(Date.now())
      } catch (error) {
        process.stderr.write(`the last output of ${this.spec.id} is lost: ${String(error)}\n`)
      }
      this.#exit = { code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), at }
      this.#keep()
      this.#events.onExit(this.state)
      this.#onEnded()
    }
    this.#child.once('close', tell)
    // What left the group may hold the pipes open. It is found and killed by whoever sweeps; its output ends here.
    setTimeout(() => {
      this.#child.stdout?.destroy()
      this.#child.stderr?.destroy()
      tell()
    }, LAST_OUTPUT_MILLISECONDS)
  }

  #keep(): void {
    keepRecord(this.#folder, { ...this.state, startTime: this.#startTime })
  }
}

/** A disk that is full must not end the tasks: until the supervisor ends, it knows what it could not write. */
export function keepRecord(folder: string, record: ProcessRecord): void {
  try {
    writeRecord(folder, record)
  } catch (error) {
    process.stderr.write(`what became of ${record.id} cannot be written: ${String(error)}\n`)
  }
}

function writeRecord(folder: string, record: ProcessRecord): void {
  const path = recordPath(folder)
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function environmentOf(spec: ProcessSpec, folder: string): Record<string, string> {
  return { PATH: USUAL_PATH, HOME: homeOf(spec, folder), ...spec.environment, [CONTAINER_VARIABLE]: spec.id }
}

/** Where a process begins and what it takes for its home: never the home of who runs tidegate, with the AWS credentials in it. */
const homeOf = ({ user }: ProcessSpec, folder: string): string => (user === undefined ? join(folder, 'home') : '/')
const cwdOf = (spec: ProcessSpec, folder: string): string => spec.workingDirectory ?? homeOf(spec, folder)

/** In the words that Docker has for it. */
function startProblem({ command: [program], workingDirectory }: ProcessSpec, { code }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return `exec: "${program}": permission denied`
  if (code === 'EPERM') return 'a process can run as another user only where tidegate runs as root'
  if (code !== 'ENOENT') return `exec: "${program}": ${code ?? 'failed'}`
  return workingDirectory === undefined || !program.includes('/')
    ? `exec: "${program}": executable file not found in $PATH`
    : `exec: "${program}": no such file or directory, or there is no working directory "${workingDirectory}"`
}

/** As Docker gives where an image says nothing. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LAST_OUTPUT_MILLISECONDS = 1_000
