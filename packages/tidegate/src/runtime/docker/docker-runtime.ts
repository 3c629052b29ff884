/**
 * Containers of a Docker engine. An instance knows its own by a label, so that it finds them again after a crash; the engine keeps what they
 * write and how they end meanwhile.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ContainerRef,
  type ContainerSpec,
  type ImageSpec,
  type Runtime,
  type RuntimeContainer,
  RuntimeError,
  type RuntimeListener,
  type StartedContainer,
} from '../../services/ecs/runtime-port.ts'
import { type ConfigOptions, containerConfig, containerName, instanceLabel, taskLabel } from './container-config.ts'
import { healthOf, holderOf, type InspectedContainer, inspectedContainer } from './container-state.ts'
import { type DockerEngine, EngineError, EngineUnreachable, enginePath, listOf, recordOf, textOf } from './engine.ts'
import { type ContainerEvent, EventStream } from './event-stream.ts'
import { daemonSays, pullImage } from './images.ts'
import { forgetPosition, LogFollower } from './log-follower.ts'
import { addressesInTaskNetwork, gone, missing } from './network.ts'
import { isHolder, TaskNetworks } from './task-networks.ts'

export interface DockerRuntimeOptions extends ConfigOptions {
  readonly engine: DockerEngine
  /** Its own, below the data folder. */
  readonly folder: string
  readonly onProblem: (message: string, error: unknown) => void
  /** How long an engine may be away before its containers count as ended; half a minute where absent. */
  readonly patienceMilliseconds?: number
}

interface Known {
  readonly id: string
  readonly ref: ContainerRef
  readonly follower: LogFollower
  hasEnded: boolean
}

export class DockerRuntime implements Runtime {
  readonly name = 'docker'
  readonly attributes = [
    { name: 'tidegate.runtime', value: 'docker' },
    { name: 'tidegate.isolation', value: 'container' },
  ]
  readonly #options: DockerRuntimeOptions
  readonly #engine: DockerEngine
  readonly #events: EventStream
  readonly #networks: TaskNetworks
  readonly #known = new Map<string, Known>()
  /** Containers that were told to have ended while the engine was away. */
  readonly #givenUp = new Set<string>()
  readonly #unseenEnds = new Set<string>()
  /** Could not be removed, because the engine was away. */
  readonly #left = new Map<string, ContainerRef>()
  #starting = 0
  #owners: ReadonlyMap<string, string> = new Map()
  #listener: RuntimeListener | undefined

  constructor(options: DockerRuntimeOptions) {
    this.#options = options
    this.#engine = options.engine
    this.#networks = new TaskNetworks(options.engine, options)
    const { instance, engine } = options
    this.#events = new EventStream({
      engine,
      instance,
      onEvent: (event) => this.#onEvent(event),
      onOpen: () => this.#guard('containers can not be listed', this.#resync()),
      onAway: (milliseconds, error) => this.#onAway(milliseconds, error),
    })
  }

  async attach(listener: RuntimeListener): Promise<readonly RuntimeContainer[]> {
    this.#listener = listener
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 })
    this.#starting++
    await this.#events.open()
    const found = await this.#list()
    for (const container of found) {
      if (isHolder(container.ref)) this.#networks.found(container.id, container.ref.taskArn)
      else if (container.started !== undefined) this.#follow(container)
    }
    this.#starting--
    this.#endWithoutNetwork(this.#networks.holders, found)
    return found.map(({ ref, started, exit, health }) => ({
      ...ref,
      ...(started && !isHolder(ref) && { started }),
      ...(exit && !isHolder(ref) && { exit }),
      ...(health && { health }),
    }))
  }

  pull(image: ImageSpec): Promise<{ readonly imageDigest?: string }> {
    return this.#patiently(() => pullImage(this.#engine, image))
  }

  async start(spec: ContainerSpec): Promise<StartedContainer> {
    this.#starting++
    try {
      return await this.#patiently(() => this.#networks.joined(spec, (holder) => this.#start(spec, holder)))
    } finally {
      if (--this.#starting === 0) this.#unseenEnds.clear()
    }
  }

  /** An engine that is started again is away for seconds: no launch fails for that. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#patience
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const isAway = error instanceof RuntimeError && error.cause instanceof EngineUnreachable
        if (!isAway || this.#listener === undefined || performance.now() > deadline) throw error
      }
      await pause(ASK_AGAIN_MILLISECONDS)
    }
  }

  async #start(spec: ContainerSpec, holder: string | undefined): Promise<StartedContainer> {
    const config = containerConfig(spec, holder, this.#options)
    const name = containerName(spec)
    const before = await this.#create(name, config, spec)
    if (before !== undefined) return before
    try {
      await this.#engine.call('POST', enginePath(`/containers/${name}/start`))
      const { started, ...container } = await this.#inspect(name)
      if (started === undefined) throw new Error('the container did not start')
      this.#follow({ ...container, exit: undefined })
      if (container.exit !== undefined) this.#guard('the end of a container can not be read', this.#ended(container.id))
      return started
    } catch (error) {
      await this.#delete(name).catch(() => {})
      throw new RuntimeError('CannotStartContainerError', daemonSays(error), { cause: error })
    }
  }

  async stop(container: ContainerRef, timeoutSeconds: number): Promise<void> {
    // The engine answers when it has ended, and goes on with it whether somebody waits or not.
    const stopped = this.#engine
      .call('POST', enginePath(`/containers/${containerName(container)}/stop`, { t: timeoutSeconds }))
      .catch(missing)
    this.#guard('a container can not be stopped', stopped)
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setImmediate(resolve))])
  }

  async remove(container: ContainerRef): Promise<void> {
    const name = containerName(container)
    try {
      await this.#remove(container, name)
      this.#left.delete(name)
    } catch (error) {
      if (error instanceof EngineUnreachable) this.#left.set(name, container)
      throw error
    }
  }

  async #remove(container: ContainerRef, name: string): Promise<void> {
    const known = [...this.#known.values()].find(({ ref }) => ref.taskArn === container.taskArn && ref.name === container.name)
    known?.follower.close()
    if (known !== undefined) this.#known.delete(known.id)
    await this.#delete(name)
    await this.#networks.left(container.taskArn)
    forgetPosition(this.#positionFile(container))
    await this.#removeVolumes(container.taskArn)
  }

  async stats(container: ContainerRef): Promise<object | undefined> {
    const path = enginePath(`/containers/${containerName(container)}/stats`, { stream: false, 'one-shot': true })
    const found = await this.#engine.call('GET', path).catch(missing)
    return found === undefined || textOf(recordOf(found)['read']).startsWith('0001-') ? undefined : recordOf(found)
  }

  /** The task whose container has an address in the network of tasks, also of a container that has just started. */
  async ownerOf(address: string): Promise<string | undefined> {
    const known = this.#owners.get(address)
    if (known !== undefined && this.#known.get(known)?.hasEnded !== true) {
      const taskArn = this.#taskOf(known)
      if (taskArn !== undefined) return taskArn
    }
    this.#owners = await addressesInTaskNetwork(this.#engine)
    const id = this.#owners.get(address)
    if (id === undefined) return undefined
    return this.#taskOf(id) ?? (await this.#inspect(id)).ref.taskArn
  }

  #taskOf(id: string): string | undefined {
    return this.#known.get(id)?.ref.taskArn ?? this.#networks.taskOf(id)
  }

  close(): Promise<void> {
    this.#listener = undefined
    this.#events.close()
    for (const { follower } of this.#known.values()) follower.close()
    this.#engine.close()
    return Promise.resolve()
  }

  /** @returns the container where there is one already that ran */
  async #create(name: string, config: object, ref: ContainerRef): Promise<StartedContainer | undefined> {
    const create = (): Promise<unknown> => this.#engine.call('POST', enginePath('/containers/create', { name }), config)
    try {
      await create()
      return undefined
    } catch (error) {
      if (!(error instanceof EngineError) || error.status !== 409) throw cannotCreate(error)
    }
    const { started, ...container } = await this.#inspect(name)
    if (container.ref.taskArn !== ref.taskArn) throw cannotCreate(new Error(`the name ${name} is taken by a container that is not ours`))
    if (started !== undefined) {
      if (!this.#known.has(container.id)) this.#follow(container)
      return started
    }
    // A crash came between creating and starting it.
    await this.#delete(name)
    await create().catch((error: unknown) => {
      throw cannotCreate(error)
    })
    return undefined
  }

  async #delete(name: string): Promise<void> {
    await this.#engine.call('DELETE', enginePath(`/containers/${name}`, { force: true, v: true })).catch(gone)
  }

  /** Those of a task that no container has any more. */
  async #removeVolumes(taskArn: string): Promise<void> {
    const filters = { label: [`${taskLabel}=${taskArn}`] }
    const answer = recordOf(await this.#engine.call('GET', enginePath('/volumes', { filters })))
    for (const volume of listOf(answer['Volumes'])) {
      const path = enginePath(`/volumes/${textOf(recordOf(volume)['Name'])}`)
      await this.#engine.call('DELETE', path).catch((error: unknown) => {
        if (!(error instanceof EngineError) || ![404, 409].includes(error.status)) throw error
      })
    }
  }

  async #list(): Promise<readonly InspectedContainer[]> {
    const filters = { label: [`${instanceLabel}=${this.#options.instance}`] }
    const all = listOf(await this.#engine.call('GET', enginePath('/containers/json', { all: true, filters })))
    const found = await Promise.all(all.map((each) => this.#inspect(textOf(recordOf(each)['Id'])).catch(missing)))
    return found.filter((each) => each !== undefined)
  }

  async #inspect(nameOrId: string): Promise<InspectedContainer> {
    const answer = await this.#engine.call('GET', enginePath(`/containers/${nameOrId}/json`))
    const holder = holderOf(answer)
    if (holder === undefined) return inspectedContainer(answer)
    const itsHolder = await this.#engine.call('GET', enginePath(`/containers/${holder}/json`)).catch(missing)
    return inspectedContainer(answer, itsHolder ?? {})
  }

  #follow({ id, ref, isTerminal, exit }: Omit<InspectedContainer, 'started'>): void {
    const follower = new LogFollower(this.#engine, { id, isTerminal }, this.#positionFile(ref), async (lines) => {
      if (this.#listener === undefined) throw new Error('nobody listens')
      await this.#listener.output(ref, lines)
    })
    const known = { id, ref, follower, hasEnded: exit !== undefined }
    this.#known.set(id, known)
    if (this.#unseenEnds.delete(id)) this.#guard('the end of a container can not be read', this.#onEnd(known))
  }

  #onEvent({ id, action, exitCode }: ContainerEvent): void {
    const known = this.#known.get(id)
    if (known === undefined && this.#networks.taskOf(id) !== undefined) {
      if (action === 'die') this.#networkLost(id)
      return
    }
    if (known === undefined) {
      // It is being started, or was removed.
      if (action === 'die' && this.#starting > 0) this.#unseenEnds.add(id)
      return
    }
    if (action === 'die') this.#guard('the end of a container can not be read', this.#onEnd(known, exitCode))
    const status = /^health_status: (.*)$/.exec(action)?.[1]
    const health = status === undefined ? undefined : healthOf(status)
    if (health !== undefined) this.#listener?.health(known.ref, health, Date.now())
  }

  async #ended(id: string): Promise<void> {
    const known = this.#known.get(id)
    if (known !== undefined) await this.#onEnd(known)
  }

  /** @param exitCode as the event has it: who removes a container by hand leaves nothing else of it */
  async #onEnd(known: Known, exitCode?: number): Promise<void> {
    const found = await this.#inspect(known.id).catch(missing)
    const exit = found === undefined ? { at: Date.now(), reason: GONE, ...(exitCode !== undefined && { exitCode }) } : found.exit
    if (exit !== undefined) await this.#tellEnd(known, exit)
  }

  /** After its output, unless that is not taken in time. */
  async #tellEnd(known: Known, exit: NonNullable<InspectedContainer['exit']>): Promise<void> {
    if (known.hasEnded) return
    known.hasEnded = true
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_OUTPUT_MILLISECONDS)))
    await Promise.race([known.follower.ended.catch(() => {}), patience])
    clearTimeout(timer)
    if (this.#known.has(known.id)) this.#listener?.exited(known.ref, exit)
  }

  /** What happened while the engine was away. */
  async #resync(): Promise<void> {
    // What is started while they are listed need not be among them.
    const [before, holders] = [[...this.#known.values()], this.#networks.holders]
    const found = new Map((await this.#list()).map((container) => [container.id, container]))
    for (const known of before) {
      const container = found.get(known.id)
      const exit = container === undefined ? { at: Date.now(), reason: GONE } : container.exit
      if (exit !== undefined) await this.#tellEnd(known, exit)
      else if (this.#givenUp.has(known.id)) await this.#delete(known.id)
      else if (container !== undefined) {
        known.follower.close()
        this.#follow(container)
      }
    }
    this.#givenUp.clear()
    this.#endWithoutNetwork(holders, [...found.values()])
    for (const container of this.#left.values()) await this.remove(container)
    await this.#networks.sweep([...found.values()])
  }

  /** A container whose network is gone would run on and reach nobody. */
  #endWithoutNetwork(holders: readonly string[], found: readonly InspectedContainer[]): void {
    const running = new Set(found.flatMap(({ id, isRunning }) => (isRunning ? [id] : [])))
    for (const id of holders) if (!running.has(id)) this.#networkLost(id)
  }

  #networkLost(holder: string): void {
    const taskArn = this.#networks.taskOf(holder)
    this.#networks.lost(holder)
    for (const known of this.#known.values()) {
      if (known.ref.taskArn !== taskArn || known.hasEnded) continue
      const told = this.#tellEnd(known, { at: Date.now(), reason: 'the network of the task is gone' })
      this.#guard('the end of a container can not be told', told)
      const killed = this.#engine.call('POST', enginePath(`/containers/${known.id}/kill`)).catch(gone)
      this.#guard('a container without a network can not be killed', killed)
    }
  }

  /** A task does not wait for an engine for ever. */
  #onAway(milliseconds: number, error: unknown): void {
    if (milliseconds === 0) this.#options.onProblem('the Docker engine does not answer: tasks can not be started or watched', error)
    if (milliseconds < this.#patience) return
    const exit = { at: Date.now(), reason: 'the Docker engine does not answer any more' }
    for (const known of this.#known.values()) {
      if (known.hasEnded) continue
      known.hasEnded = true
      this.#givenUp.add(known.id)
      this.#listener?.exited(known.ref, exit)
    }
  }

  get #patience(): number {
    return this.#options.patienceMilliseconds ?? PATIENCE_MILLISECONDS
  }

  #positionFile(ref: ContainerRef): string {
    return join(this.#options.folder, `${containerName(ref)}.told`)
  }

  #guard(message: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (this.#listener !== undefined) this.#options.onProblem(message, error)
    })
  }
}

function cannotCreate(error: unknown): RuntimeError {
  return new RuntimeError('CannotCreateContainerError', daemonSays(error), { cause: error })
}

const GONE = 'CannotInspectContainerError: the container is gone'
const LAST_OUTPUT_MILLISECONDS = 2_000
const PATIENCE_MILLISECONDS = 30_000
const ASK_AGAIN_MILLISECONDS = 250
