/**
 * A runtime without containers: what a container does is told by a script, at times that the test owns. It goes on while schedulers come
 * and go, as Docker does.
 */
import type { Timers } from '../../src/kernel/timers.ts'
import {
  type ContainerExit,
  type ContainerRef,
  type ContainerSpec,
  type HealthStatus,
  type ImageSpec,
  type OutputLine,
  type Runtime,
  type RuntimeContainer,
  RuntimeError,
  type RuntimeErrorKind,
  type RuntimeListener,
  type StartedContainer,
} from '../../src/services/ecs/runtime-port.ts'

/** What a container does, in milliseconds from its start. */
export interface Script {
  /** How long it takes until it runs; 0 where absent. */
  readonly startsAfter?: number
  readonly failsToStart?: { readonly kind: RuntimeErrorKind; readonly reason: string }
  /** Runs until it is stopped where absent. */
  readonly exits?: { readonly after: number; readonly exitCode: number; readonly reason?: string }
  readonly health?: readonly { readonly after: number; readonly status: HealthStatus }[]
  readonly says?: readonly { readonly after: number; readonly text: string; readonly stream?: OutputLine['stream'] }[]
  /** How long it takes to end when it is asked to; 0 where absent, `never` waits for the kill. */
  readonly endsAfter?: number | 'never'
}

export interface SimulatedContainer extends ContainerRef {
  readonly spec: ContainerSpec
  readonly started: StartedContainer
  exit?: ContainerExit
  health?: HealthStatus
}

export interface SimulatedRuntimeOptions {
  readonly clock: () => number
  readonly timers: Timers
  readonly scriptOf?: (spec: ContainerSpec) => Script
}

export class SimulatedRuntime implements Runtime {
  readonly name = 'simulated'
  readonly attributes = [{ name: 'tidegate.runtime', value: 'simulated' }]
  readonly #options: SimulatedRuntimeOptions
  readonly #containers = new Map<string, SimulatedContainer>()
  readonly #untold = new Map<string, OutputLine[]>()
  #listener: RuntimeListener | undefined
  /** Everything that was asked of it, for tests that count. */
  readonly starts: ContainerRef[] = []
  readonly stops: (ContainerRef & { readonly timeoutSeconds: number })[] = []
  /** Script by image; may be changed while it runs. */
  scriptOf: (spec: ContainerSpec) => Script
  isBroken = false

  constructor(options: SimulatedRuntimeOptions) {
    this.#options = options
    this.scriptOf = options.scriptOf ?? (() => ({}))
  }

  /** All that it has, ended or not. */
  get containers(): readonly SimulatedContainer[] {
    return [...this.#containers.values()]
  }

  get running(): readonly SimulatedContainer[] {
    return this.containers.filter(({ exit }) => exit === undefined)
  }

  attach(listener: RuntimeListener): Promise<readonly RuntimeContainer[]> {
    if (this.isBroken) return Promise.reject(new Error('the simulated runtime does not answer'))
    this.#listener = listener
    const found = this.containers.map(({ taskArn, name, started, exit, health }) => ({
      taskArn,
      name,
      started,
      ...(exit && { exit }),
      ...(health && { health }),
    }))
    for (const key of this.#untold.keys()) void this.#tell(key)
    return Promise.resolve(found)
  }

  pull({ image }: ImageSpec): Promise<{ imageDigest?: string }> {
    if (image.startsWith('missing'))
      return Promise.reject(new RuntimeError('CannotPullContainerError', `pull access denied for ${image}, repository does not exist`))
    return Promise.resolve({ imageDigest: `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}` })
  }

  async start(spec: ContainerSpec): Promise<StartedContainer> {
    const known = this.#containers.get(keyOf(spec))
    if (known !== undefined) return known.started
    const script = this.scriptOf(spec)
    if (script.startsAfter !== undefined && script.startsAfter > 0) await this.#pass(script.startsAfter)
    if (this.isBroken) throw new RuntimeError('CannotStartContainerError', 'the simulated runtime does not answer')
    if (script.failsToStart !== undefined) throw new RuntimeError(script.failsToStart.kind, script.failsToStart.reason)
    const at = this.#options.clock()
    this.starts.push({ taskArn: spec.taskArn, name: spec.name })
    const started: StartedContainer = { runtimeId: `simulated-${this.starts.length}`, at, address: '169.254.170.9', ports: [] }
    const container: SimulatedContainer = { taskArn: spec.taskArn, name: spec.name, spec, started }
    this.#containers.set(keyOf(spec), container)
    const { exits } = script
    if (exits !== undefined) this.#at(at + exits.after, () => this.#end(container, exits))
    for (const { after, status } of script.health ?? []) this.#at(at + after, () => this.#becomes(container, status))
    for (const { after, text, stream } of script.says ?? []) this.#at(at + after, () => this.say(container, text, stream))
    return started
  }

  stop(ref: ContainerRef, timeoutSeconds: number): Promise<void> {
    const container = this.#containers.get(keyOf(ref))
    this.stops.push({ taskArn: ref.taskArn, name: ref.name, timeoutSeconds })
    if (container === undefined || container.exit !== undefined) return Promise.resolve()
    const now = this.#options.clock()
    const { endsAfter = 0 } = this.scriptOf(container.spec)
    const isKilled = endsAfter === 'never' || endsAfter > timeoutSeconds * 1000
    this.#at(now + (isKilled ? timeoutSeconds * 1000 : endsAfter), () => this.#end(container, { exitCode: isKilled ? 137 : 0 }))
    return Promise.resolve()
  }

  remove(ref: ContainerRef): Promise<void> {
    this.#containers.delete(keyOf(ref))
    this.#untold.delete(keyOf(ref))
    return Promise.resolve()
  }

  stats(ref: ContainerRef): Promise<object | undefined> {
    const container = this.#containers.get(keyOf(ref))
    return Promise.resolve(container === undefined || container.exit !== undefined ? undefined : {})
  }

  /** The scheduler is gone; containers are not. */
  close(): Promise<void> {
    this.#listener = undefined
    return Promise.resolve()
  }

  /** The container ends by itself. */
  kill(ref: ContainerRef, exit: Omit<ContainerExit, 'at'> = { exitCode: 137 }): void {
    const container = this.#containers.get(keyOf(ref))
    if (container !== undefined) this.#end(container, exit)
  }

  /** It is gone without a trace, as after `docker rm -f` behind our back. */
  lose(ref: ContainerRef): void {
    this.#containers.delete(keyOf(ref))
  }

  say(ref: ContainerRef, text: string, stream: OutputLine['stream'] = 'stdout'): void {
    const key = keyOf(ref)
    const untold = this.#untold.get(key) ?? []
    this.#untold.set(key, [...untold, { stream, at: this.#options.clock(), text }])
    void this.#tell(key)
  }

  async #tell(key: string): Promise<void> {
    const [container, lines, listener] = [this.#containers.get(key), this.#untold.get(key) ?? [], this.#listener]
    if (container === undefined || listener === undefined || lines.length === 0) return
    await listener.output(container, lines)
    this.#untold.set(key, (this.#untold.get(key) ?? []).slice(lines.length))
  }

  #end(container: SimulatedContainer, { exitCode, reason }: Omit<ContainerExit, 'at'>): void {
    if (container.exit !== undefined || this.#containers.get(keyOf(container)) !== container) return
    container.exit = { at: this.#options.clock(), ...(exitCode !== undefined && { exitCode }), ...(reason !== undefined && { reason }) }
    this.#listener?.exited(container, container.exit)
  }

  #becomes(container: SimulatedContainer, status: HealthStatus): void {
    if (container.exit !== undefined) return
    container.health = status
    this.#listener?.health(container, status, this.#options.clock())
  }

  #at(at: number, work: () => void): void {
    this.#options.timers.at(at, work)
  }

  #pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#at(this.#options.clock() + milliseconds, resolve))
  }
}

const keyOf = ({ taskArn, name }: ContainerRef): string => `${taskArn}/${name}`
