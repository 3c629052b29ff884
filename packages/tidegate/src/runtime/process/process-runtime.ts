/**
 * Containers without containers: their commands run on this machine, each in a process group of its own. There is no image and no isolation:
 * a task can do whatever the user can who runs tidegate, and memory and CPU are not limited. For machines without Docker.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import process from 'node:process'
import {
  type ContainerExit,
  type ContainerRef,
  type ContainerSpec,
  type HealthCheckSpec,
  type HealthStatus,
  type Runtime,
  type RuntimeContainer,
  RuntimeError,
  type RuntimeListener,
  type StartedContainer,
} from '../../services/ecs/runtime-port.ts'
import { containerFolder, recordPath } from './folder.ts'
import { hostUser } from './host-user.ts'
import { usageOfGroup } from './kernel-processes.ts'
import type { OutputLine } from './output-file.ts'
import { OutputPump } from './output-pump.ts'
import type {
  Health,
  ProcessExit,
  ProcessHealthCheck,
  ProcessSpec,
  ProcessState,
  SupervisorMessage,
  SupervisorRequest,
} from './protocol.ts'
import { SupervisorClient, SupervisorGone } from './supervisor-client.ts'

export interface ProcessRuntimeOptions {
  /** Its own, below the data folder. */
  readonly folder: string
  readonly onProblem: (message: string, error: unknown) => void
}

export class ProcessRuntime implements Runtime {
  readonly name = 'process'
  readonly attributes = [
    { name: 'tidegate.runtime', value: 'process' },
    { name: 'tidegate.isolation', value: 'none' },
  ]
  readonly #options: ProcessRuntimeOptions
  #listener: RuntimeListener | undefined
  #supervisor: Promise<SupervisorClient> | undefined
  #isClosed = false
  readonly #pumps = new Map<string, OutputPump>()
  readonly #known = new Map<string, ProcessState>()

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options
  }

  async attach(listener: RuntimeListener): Promise<readonly RuntimeContainer[]> {
    if (process.platform === 'win32') throw new Error('the process runtime needs process groups, which Windows does not have')
    this.#listener = listener
    if (!this.#hasContainers()) return []
    const found = await this.#resync()
    return found.map((state) => ({
      ...refOf(state),
      started: startedOf(state),
      ...(state.health && { health: statusOf[state.health] }),
      ...(state.exit && { exit: containerExit(state.exit) }),
    }))
  }

  pull(): Promise<object> {
    return Promise.resolve({})
  }

  async start(spec: ContainerSpec): Promise<StartedContainer> {
    const asked = processSpec(spec)
    try {
      const state = (await this.#ask({ ask: 'start', spec: asked })) as ProcessState
      this.#known.set(state.id, state)
      void this.#tellOutput(state) // what it wrote before it was known
      return startedOf(state)
    } catch (error) {
      throw new RuntimeError('CannotStartContainerError', error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  async stop(container: ContainerRef, timeoutSeconds: number): Promise<void> {
    if (!this.#hasContainers()) return
    const timeoutMilliseconds = timeoutSeconds * 1000
    await this.#ask({ ask: 'stop', id: idOf(container), signal: 'SIGTERM', timeoutMilliseconds })
  }

  async remove(container: ContainerRef): Promise<void> {
    if (!this.#hasContainers()) return
    const id = idOf(container)
    this.#pumps.get(id)?.end()
    await this.#ask({ ask: 'remove', id })
    this.#known.delete(id)
    this.#pumps.delete(id)
  }

  stats(container: ContainerRef): Promise<object | undefined> {
    const state = this.#known.get(idOf(container))
    if (state === undefined || state.exit !== undefined) return Promise.resolve(undefined)
    const { cpuNanoseconds, memoryBytes, processes } = usageOfGroup(state.pid)
    return Promise.resolve({
      read: new Date().toISOString(),
      id: state.id,
      name: `/${state.name}`,
      num_procs: processes,
      pids_stats: { current: processes },
      cpu_stats: { cpu_usage: { total_usage: cpuNanoseconds } },
      memory_stats: { usage: memoryBytes },
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#listener = undefined
    for (const pump of this.#pumps.values()) pump.end()
    await this.#supervisor?.then(
      (supervisor) => supervisor.close(),
      () => {},
    )
  }

  /** Asked again where the supervisor went away meanwhile: nothing is done twice. */
  async #ask(request: SupervisorRequest): Promise<unknown> {
    const supervisor = this.#connected()
    try {
      return await (await supervisor).ask(request)
    } catch (error) {
      if (!(error instanceof SupervisorGone) || this.#isClosed) throw error
      this.#forget(supervisor)
      return (await this.#connected()).ask(request)
    }
  }

  #connected(): Promise<SupervisorClient> {
    if (this.#supervisor !== undefined) return this.#supervisor
    // A connection that nobody closes would keep the process from ending.
    if (this.#isClosed) return Promise.reject(new SupervisorGone())
    const supervisor = SupervisorClient.connect(this.#options.folder, {
      onMessage: (message) => this.#onMessage(message),
      onLost: () => {
        this.#forget(supervisor)
        this.#onLost()
      },
    })
    supervisor.catch(() => this.#forget(supervisor))
    return (this.#supervisor = supervisor)
  }

  #forget(supervisor: Promise<SupervisorClient>): void {
    if (this.#supervisor === supervisor) this.#supervisor = undefined
  }

  async #resync(): Promise<readonly ProcessState[]> {
    const states = (await this.#ask({ ask: 'list' })) as readonly ProcessState[]
    for (const state of states) {
      this.#known.set(state.id, state)
      void this.#tellOutput(state)
    }
    return states
  }

  /** Its processes go on without it, or die as it did: a new supervisor sees. */
  #onLost(): void {
    if (this.#isClosed || !this.#hasContainers()) return
    const ended = async (): Promise<void> => {
      for (const state of await this.#resync()) if (state.exit !== undefined) await this.#tellExit(state, state.exit)
    }
    ended().catch((error: unknown) => {
      this.#options.onProblem('the processes of tasks are out of reach', error)
      const exit = { reason: 'the supervisor of the process runtime is gone and cannot be started again', at: Date.now() }
      for (const state of this.#known.values()) if (state.exit === undefined) this.#listener?.exited(refOf(state), exit)
    })
  }

  #onMessage(message: SupervisorMessage): void {
    switch (message.tell) {
      case 'output': {
        const state = this.#known.get(message.id)
        if (state !== undefined) void this.#tellOutput(state)
        return
      }
      case 'health': {
        const { state } = message
        this.#known.set(state.id, state)
        this.#listener?.health(refOf(state), statusOf[state.health ?? 'starting'], Date.now())
        return
      }
      case 'exited': {
        const { state } = message
        if (state.exit !== undefined) void this.#tellExit(state, state.exit)
        return
      }
      case 'answer':
      case 'hello':
    }
  }

  /** After its output, unless that is not taken in time. */
  async #tellExit(state: ProcessState, exit: ProcessExit): Promise<void> {
    this.#known.set(state.id, state)
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_OUTPUT_MILLISECONDS)))
    await Promise.race([this.#tellOutput(state), patience])
    clearTimeout(timer)
    this.#listener?.exited(refOf(state), containerExit(exit))
  }

  async #tellOutput({ id, taskArn, name }: ProcessState): Promise<void> {
    let pump = this.#pumps.get(id)
    if (pump === undefined) {
      const tell = async (lines: readonly OutputLine[]): Promise<void> => {
        if (this.#listener === undefined) throw new Error('nobody listens')
        await this.#listener.output({ taskArn, name }, lines)
      }
      this.#pumps.set(id, (pump = new OutputPump(containerFolder(this.#options.folder, id), tell)))
    }
    await pump.wake().catch((error: unknown) => {
      if (!this.#isClosed) this.#options.onProblem('the output of a task is not taken', error)
    })
  }

  #hasContainers(): boolean {
    const { folder } = this.#options
    return (
      this.#known.size > 0 || (existsSync(folder) && readdirSync(folder).some((id) => existsSync(recordPath(containerFolder(folder, id)))))
    )
  }
}

/** Short enough for a folder, and the same whenever it is asked for again. */
const idOf = ({ taskArn, name }: ContainerRef): string => createHash('sha256').update(`${taskArn}\n${name}`).digest('hex').slice(0, 32)

const refOf = ({ taskArn, name }: ProcessState): ContainerRef => ({ taskArn, name })

/** Refuses what has no meaning without a container and can't be left out in silence. */
function processSpec(spec: ContainerSpec): ProcessSpec {
  const { taskArn, name, entryPoint = [], command = [], environment, workingDirectory, healthCheck } = spec
  const [program, ...args] = [...entryPoint, ...command]
  if (program === undefined)
    throw new RuntimeError('CannotStartContainerError', `the process runtime has no images: the container ${name} needs a command`)
  const mount = spec.mounts.find(({ hostPath, containerPath }) => hostPath !== containerPath)
  if (mount !== undefined)
    throw new RuntimeError(
      'CannotCreateContainerError',
      `the process runtime can't mount the volume ${mount.volume} to ${mount.containerPath}`,
    )
  return {
    id: idOf(spec),
    taskArn,
    name,
    command: [program, ...args],
    environment,
    workingDirectory,
    user: userOf(spec),
    healthCheck: healthCheck && processHealthCheck(healthCheck),
    ports: spec.ports.map(({ containerPort, protocol }) => ({ containerPort, hostPort: containerPort, protocol, bindIp: '0.0.0.0' })),
  }
}

function userOf({ user }: ContainerSpec): ProcessSpec['user'] {
  try {
    return hostUser(user)
  } catch (error) {
    throw new RuntimeError('CannotStartContainerError', error instanceof Error ? error.message : String(error))
  }
}

function processHealthCheck({ command: [kind, ...rest], ...check }: HealthCheckSpec): ProcessHealthCheck | undefined {
  const [program, ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : kind === 'CMD' ? rest : [kind ?? 'NONE', ...rest]
  if (program === undefined || kind === 'NONE') return undefined
  return {
    command: [program, ...args],
    intervalMilliseconds: check.intervalSeconds * 1000,
    timeoutMilliseconds: check.timeoutSeconds * 1000,
    retries: check.retries,
    startPeriodMilliseconds: check.startPeriodSeconds * 1000,
  }
}

const startedOf = ({ pid, startedAt, ports }: ProcessState): StartedContainer => ({ runtimeId: String(pid), at: startedAt, ports })

function containerExit({ code, at, reason }: ProcessExit): ContainerExit {
  return { at, ...(code !== undefined && { exitCode: code }), ...(reason !== undefined && { reason }) }
}

const statusOf: Readonly<Record<Health, HealthStatus>> = { starting: 'UNKNOWN', healthy: 'HEALTHY', unhealthy: 'UNHEALTHY' }

const LAST_OUTPUT_MILLISECONDS = 2_000
