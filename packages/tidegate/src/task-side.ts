/** The side of an instance that its tasks see: what they run on, and the endpoints and the door that they reach from there. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listenForTasks } from './endpoints/listen.ts'
import { type Reach, TaskEndpointServer } from './endpoints/task-endpoints.ts'
import { type ListenOptions, listen } from './gateway/listen.ts'
import type { Clock } from './kernel/clock.ts'
import type { FrontDoor } from './kernel/front-door.ts'
import type { State } from './kernel/state.ts'
import type { Timers } from './kernel/timers.ts'
import type { Logger } from './log.ts'
import { DockerRuntime } from './runtime/docker/docker-runtime.ts'
import { DockerEngine } from './runtime/docker/engine.ts'
import { ensureTaskNetwork, HOST_ADDRESS } from './runtime/docker/network.ts'
import { ProcessRuntime } from './runtime/process/process-runtime.ts'
import type { Runtime, TaskDirectory, TaskEndpoints } from './services/ecs/runtime-port.ts'
import { revoke } from './sessions/revocation.ts'

export interface TaskSettings {
  /** `docker` where an engine answers, else `process`, where absent. */
  readonly runtime?: 'docker' | 'process' | Runtime | undefined
  /** Life of the credentials of task roles; an hour where absent. */
  readonly credentialsTtlSeconds?: number | undefined
  /** What of the machine containers may mount. */
  readonly hostPaths?: readonly string[] | undefined
}

export interface TaskSideOptions extends TaskSettings {
  /** Its own, below the data folder. */
  readonly folder: string
  readonly state: State
  readonly frontDoor: FrontDoor
  readonly directory: TaskDirectory
  /** The gateway, for calls of tasks. */
  readonly serve: ListenOptions['serve']
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
}

export interface TaskSide {
  readonly runtime: Runtime
  readonly endpoints: TaskEndpoints
  /** Tasks go on. */
  close(): Promise<void>
}

/** Rejects with a sentence for the operator where the runtime that was asked for can't be had. */
export async function openTaskSide(options: TaskSideOptions): Promise<TaskSide> {
  const { runtime, log } = options
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  if (typeof runtime === 'object') return onLoopback(options, runtime)
  if (runtime === 'process') return onLoopback(options, processRuntime(options))
  try {
    return await onDocker(options)
  } catch (error) {
    if (runtime === 'docker') throw new RuntimeUnavailable(error)
    log.info(`tasks do not run in containers: ${error instanceof Error ? error.message : String(error)}`)
    return onLoopback(options, processRuntime(options))
  }
}

/** The runtime that was asked for can't be had, for a reason that the operator can do something about. */
class RuntimeUnavailable extends Error {
  override readonly name = 'RuntimeUnavailable'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function processRuntime({ folder, log }: TaskSideOptions): Runtime {
  log.info('tasks run as processes of this machine, without isolation: a task can do whatever this user can')
  return new ProcessRuntime({ folder: join(folder, 'processes'), onProblem: (message, error) => log.problem(message, error) })
}

async function onDocker(options: TaskSideOptions): Promise<TaskSide> {
  const { folder, hostPaths = [], log } = options
  const engine = await DockerEngine.connect({ socketPath: dockerSocket(process.env['DOCKER_HOST']) })
  try {
    await ensureTaskNetwork(engine)
    const instance = createHash('sha256').update(secretIn(folder)).digest('hex').slice(0, 16)
    const runtime = new DockerRuntime({
      engine,
      instance,
      folder: join(folder, 'docker'),
      hostPaths,
      onProblem: (message, error) => log.problem(message, error),
    })
    return await listening(options, {
      runtime,
      host: HOST_ADDRESS,
      port: 80,
      reach: { kind: 'network', ownerOf: (address) => runtime.ownerOf(address) },
    })
  } catch (error) {
    engine.close()
    throw error
  }
}

function onLoopback(options: TaskSideOptions, runtime: Runtime): Promise<TaskSide> {
  return listening(options, { runtime, host: '127.0.0.1', port: 0, reach: { kind: 'loopback' } })
}

interface Place {
  readonly runtime: Runtime
  readonly host: string
  /** 0 takes the one of the last time, or a free one. */
  readonly port: number
  readonly reach: Reach
}

async function listening(options: TaskSideOptions, { runtime, host, port, reach }: Place): Promise<TaskSide> {
  const { folder, serve, state, clock, timers, frontDoor, directory, log, credentialsTtlSeconds = HOUR_SECONDS } = options
  const report = (message: string, error: unknown): void => log.problem(message, error)
  const before = portsIn(folder)
  const gateway = await onPort(before?.gateway ?? 0, (free) =>
    listen({ host, port: free, serve, onFailure: (error, requestId) => log.problem('an answer could not be made', error, { requestId }) }),
  )
  const server = { current: undefined as TaskEndpointServer | undefined }
  const open = (free: number) =>
    listenForTasks({ host, port: free, report, answer: (request) => (server.current ?? notYet()).answer(request) })
  try {
    const listener = await (port === 0 ? onPort(before?.endpoints ?? 0, open) : open(port).catch(explained))
    writeFileSync(portsFile(folder), JSON.stringify({ gateway: gateway.port, endpoints: listener.port }), { mode: 0o600 })
    server.current = new TaskEndpointServer({
      secret: secretIn(folder),
      reach,
      url: listener.port === 80 ? `http://${host}` : `http://${host}:${listener.port}`,
      gatewayUrl: gateway.url,
      directory,
      frontDoor,
      state,
      clock,
      timers,
      ttlSeconds: credentialsTtlSeconds,
      random: Math.random,
      monotonic: () => performance.now(),
      report,
      alert: (message, facts) => log.info(message, facts),
      stats: (taskArn, name) => runtime.stats({ taskArn, name }),
      revoke: (accessKeyIds) =>
        state.transact((tx) => {
          for (const accessKeyId of accessKeyIds) revoke(tx, { kind: 'session', accessKeyId }, clock())
        }),
    })
    const { current } = server
    return {
      runtime,
      endpoints: current,
      async close() {
        current.end()
        await Promise.all([listener.close(), gateway.close()])
      },
    }
  } catch (error) {
    await gateway.close()
    throw error
  }
}

/** Containers know the ports that there were when they began: they are taken again where they are free. */
async function onPort<T>(port: number, open: (port: number) => Promise<T>): Promise<T> {
  try {
    return await open(port)
  } catch (error) {
    if (port === 0) throw error
    return open(0)
  }
}

function explained(error: NodeJS.ErrnoException): never {
  if (error.code === 'EADDRINUSE')
    throw new Error(`another instance of this machine runs its containers on ${HOST_ADDRESS}: this one can run processes only`, {
      cause: error,
    })
  if (error.code === 'EACCES')
    throw new Error(
      `this user may not listen on port 80 of ${HOST_ADDRESS}, where containers ask for credentials: \`sudo sysctl net.ipv4.ip_unprivileged_port_start=80\``,
      { cause: error },
    )
  if (error.code === 'EADDRNOTAVAIL')
    throw new Error(`${HOST_ADDRESS} is not on this machine: the Docker engine runs in another one`, { cause: error })
  throw error
}

function notYet(): never {
  throw new Error('the instance is starting')
}

/** 32 bytes that are made once: what addresses of tasks are derived from. */
function secretIn(folder: string): Buffer {
  const file = join(folder, 'secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' })
  return readFileSync(file)
}

const portsFile = (folder: string): string => join(folder, 'ports.json')

function portsIn(folder: string): { readonly gateway: number; readonly endpoints: number } | undefined {
  try {
    return JSON.parse(readFileSync(portsFile(folder), 'utf8')) as { gateway: number; endpoints: number }
  } catch {
    return undefined
  }
}

function dockerSocket(host: string | undefined): string {
  if (host === undefined || host === '') return '/var/run/docker.sock'
  if (host.startsWith('unix://')) return host.slice('unix://'.length)
  throw new Error(`the Docker runtime needs an engine on this machine, and DOCKER_HOST is \`${host}\``)
}

const HOUR_SECONDS = 3_600
