/**
 * The networks that the containers of a task share, as with `awsvpc` on ECS: one address, one `localhost`. A container of its own holds each of
 * them and does nothing else, so that it outlives all others of the task, whichever of them ends or comes late.
 */
import { type ContainerRef, type ContainerSpec, RuntimeError, type SharedNetwork } from '../../services/ecs/runtime-port.ts'
import { containerName, networkConfig, type NetworkConfigOptions, taskLabel } from './container-config.ts'
import { type DockerEngine, EngineError, enginePath, listOf, recordOf, textOf } from './engine.ts'
import { daemonSays } from './images.ts'
import { gone, missing } from './network.ts'
import { importPauseImage } from './pause-image.ts'

/** Name of the container that holds the network of its task. Names in task definitions have no dot. */
const HOLDER = '.network'

export const isHolder = ({ name }: Pick<ContainerRef, 'name'>): boolean => name === HOLDER

interface Network {
  readonly holder: Promise<string>
  /** How many containers are on their way into it. */
  joining: number
}

export class TaskNetworks {
  readonly #engine: DockerEngine
  readonly #options: NetworkConfigOptions
  readonly #networks = new Map<string, Network>()
  /** ARNs of tasks by the id of the container that holds their network. */
  readonly #tasks = new Map<string, string>()

  constructor(engine: DockerEngine, options: NetworkConfigOptions) {
    this.#engine = engine
    this.#options = options
  }

  /** One that is there since before. */
  found(id: string, taskArn: string): void {
    this.#tasks.set(id, taskArn)
  }

  /** The task whose network a container holds. */
  taskOf(id: string): string | undefined {
    return this.#tasks.get(id)
  }

  /** The container is gone, and the network with it. */
  lost(id: string): void {
    const taskArn = this.#tasks.get(id)
    if (taskArn !== undefined) this.#networks.delete(taskArn)
    this.#tasks.delete(id)
  }

  /** Ids of the containers that hold networks. */
  get holders(): readonly string[] {
    return [...this.#tasks.keys()]
  }

  /**
   * Does the work with the id of the container whose network the container joins; undefined where it has a network of its own. Where the work
   * fails the network goes, unless others are in it.
   */
  async joined<T>(spec: ContainerSpec, work: (holder: string | undefined) => Promise<T>): Promise<T> {
    const { taskArn, sharedNetwork } = spec
    if (sharedNetwork === undefined) return work(undefined)
    const network = this.#network(taskArn, sharedNetwork)
    network.joining++
    try {
      const done = await work(await network.holder)
      network.joining--
      return done
    } catch (error) {
      network.joining--
      await this.left(taskArn).catch(() => {}) // the failure is what is told; the end of the task comes here again
      throw error
    }
  }

  /** A container of the task is gone: the last one takes the network with it. */
  async left(taskArn: string): Promise<void> {
    const network = this.#networks.get(taskArn)
    const known = [...this.#tasks].find(([, arn]) => arn === taskArn)?.[0]
    const holder = known ?? (await network?.holder.catch(() => undefined))
    if (holder === undefined || (network?.joining ?? 0) > 0) return
    const filters = { label: [`${taskLabel}=${taskArn}`] }
    const all = listOf(await this.#engine.call('GET', enginePath('/containers/json', { all: true, filters })))
    if (all.some((one) => textOf(recordOf(one)['Id']) !== holder) || (network?.joining ?? 0) > 0) return
    this.lost(holder)
    await this.#engine.call('DELETE', enginePath(`/containers/${holder}`, { force: true, v: true })).catch(gone)
  }

  /** Those that nobody is in any more, after the engine was away. */
  async sweep(found: readonly { readonly id: string; readonly ref: ContainerRef }[]): Promise<void> {
    for (const { id, ref } of found) {
      if (!isHolder(ref)) continue
      if (!this.#networks.has(ref.taskArn)) this.#tasks.set(id, ref.taskArn)
      await this.left(ref.taskArn)
    }
  }

  #network(taskArn: string, shared: SharedNetwork): Network {
    const known = this.#networks.get(taskArn)
    if (known !== undefined) return known
    const holder = this.#make(taskArn, shared).catch((error: unknown) => {
      if (error instanceof RuntimeError) throw error
      const reason = `failed to configure the network of the task: ${daemonSays(error)}`
      throw new RuntimeError('ResourceInitializationError', reason, { cause: error })
    })
    const made: Network = { holder, joining: 0 }
    this.#networks.set(taskArn, made)
    made.holder.catch(() => this.#networks.delete(taskArn))
    return made
  }

  /** @returns the id of its container, which runs; also of one that is there already */
  async #make(taskArn: string, shared: SharedNetwork): Promise<string> {
    const ref = { taskArn, name: HOLDER }
    const name = containerName(ref)
    const create = (): Promise<unknown> =>
      this.#engine.call('POST', enginePath('/containers/create', { name }), networkConfig(ref, shared, this.#options))
    await create()
      .catch(async (error: unknown) => {
        missing(error) // the image
        await importPauseImage(this.#engine)
        await create()
      })
      .catch((error: unknown) => {
        if (!(error instanceof EngineError) || error.status !== 409) throw error
      })
    await this.#engine.call('POST', enginePath(`/containers/${name}/start`)).catch(async (error: unknown) => {
      await this.#engine.call('DELETE', enginePath(`/containers/${name}`, { force: true, v: true })).catch(() => {})
      throw error
    })
    const id = textOf(recordOf(await this.#engine.call('GET', enginePath(`/containers/${name}/json`)))['Id'])
    this.#tasks.set(id, taskArn)
    return id
  }
}
