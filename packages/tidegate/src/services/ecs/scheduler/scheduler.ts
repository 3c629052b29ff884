/**
 * Keeps tasks and services as they are wanted. All that it knows is in the state and in the runtime: after a crash it looks at both, goes on
 * with what runs, ends what nobody wants, and starts what is missing.
 */
import { AsyncResource } from 'node:async_hooks'
import type { Where } from '../arn.ts'
import type { Scheduling } from '../ports.ts'
import type { ContainerRef, RuntimeContainer, RuntimeListener, TaskDirectory, TaskView } from '../runtime-port.ts'
import { serviceKey, services } from '../service-state.ts'
import { taskArn } from '../task.ts'
import { type Task, taskKey, tasks } from '../task-state.ts'
import { Gate } from './gate.ts'
import { Lease } from './lease.ts'
import type { SchedulerPorts } from './ports.ts'
import { Retention } from './retention.ts'
import { ServiceRun, type ServiceRef } from './service-run.ts'
import { failedToStart, isLaunching } from './task-record.ts'
import { TaskRun } from './task-run.ts'
import type { TaskRef } from './task-under-way.ts'
import { taskView } from './task-view.ts'

export class Scheduler implements Scheduling, TaskDirectory {
  readonly #ports: SchedulerPorts
  readonly #gate = new Gate(LAUNCHES_AT_ONCE)
  readonly #tasks = new Map<string, TaskRun>()
  readonly #services = new Map<string, ServiceRun>()
  readonly #retention: Retention
  /** What an operation asks for is not part of its request: the scheduler's changes are its own. */
  readonly #own = new AsyncResource('EcsScheduler')
  readonly #lease: Lease | undefined
  /** What of the state was looked at, where others change it too. */
  #seenVersion = 0
  #isScheduling = false
  #isAttached = false
  #isClosed = false

  constructor(ports: SchedulerPorts) {
    this.#ports = ports
    this.#retention = new Retention(ports)
    this.#lease = ports.gateway === undefined ? undefined : new Lease(ports, ports.gateway)
  }

  /** Resolves when the runtime answered, or did not: then it is asked again later, and tasks wait for it. */
  async start(): Promise<void> {
    if (this.#lease === undefined) return this.#begin()
    await this.#contend(this.#lease)
    this.#look()
  }

  async #begin(): Promise<void> {
    this.#isScheduling = true
    this.#load()
    await this.#attach()
    this.#retention.start()
  }

  /** Takes the lease when it is free, and keeps it. */
  async #contend(lease: Lease): Promise<void> {
    const { clock, timers, report } = this.#ports
    const isMine = await lease.take().catch((error: unknown) => {
      report('the lease of the scheduler cannot be written', error)
    })
    if (this.#isClosed) return
    if (isMine === true && !this.#isScheduling) await this.#begin()
    if (isMine === false && this.#isScheduling) {
      report('another gateway schedules tasks now', new Error('the lease was lost'))
      await this.#end()
      return
    }
    timers.at(clock() + LEASE_MILLISECONDS, () => void this.#contend(lease))
  }

  /** What other gateways changed. */
  #look(): void {
    const { state, clock, timers } = this.#ports
    if (this.#isClosed) return
    if (this.#isAttached) {
      state.read((view) => {
        const version = Math.max(view.changedAt(tasks), view.changedAt(services))
        if (version === this.#seenVersion) return
        this.#seenVersion = version
        for (const accountId of view.accounts(tasks))
          for (const { key, value } of view.list(tasks, accountId)) {
            const isNew = value.lastStatus === 'PROVISIONING' || (value.desiredStatus === 'STOPPED' && value.lastStatus === 'RUNNING')
            if (isNew) this.#onTasks({ accountId, region: regionOf(key) }, [value])
          }
        for (const accountId of view.accounts(services))
          for (const { key, value } of view.list(services, accountId))
            if (value.status !== 'INACTIVE') this.#service({ accountId, region: regionOf(key) }, value).wake()
      })
    }
    timers.at(clock() + LOOK_MILLISECONDS, () => this.#look())
  }

  taskChanged(where: Where, { cluster, id }: TaskRef): void {
    if (!this.#isScheduling) return
    this.#own.runInAsyncScope(() => {
      const task = this.#ports.state.read((view) => view.get(tasks, where.accountId, taskKey(where.region, { cluster, id })))
      if (task !== undefined) this.#onTasks(where, [task])
    })
  }

  serviceChanged(where: Where, { cluster, name }: ServiceRef): void {
    if (!this.#isScheduling) return
    this.#own.runInAsyncScope(() => this.#service(where, { cluster, name }).wake())
  }

  find(arn: string): TaskView | undefined {
    const [, , , region = '', accountId = '', resource = ''] = arn.split(':')
    const [, cluster = '', id = ''] = resource.split('/')
    return this.#ports.state.read((view) => taskView(view, { accountId, region }, { cluster, id }))
  }

  async close(): Promise<void> {
    await this.#end()
    await this.#lease?.release()
  }

  async #end(): Promise<void> {
    this.#isClosed = true
    this.#isScheduling = false
    this.#isAttached = false
    await this.#ports.runtime.close()
  }

  readonly #listener: RuntimeListener = {
    exited: (container, exit) => this.#ofContainer(container)?.exited(container.name, exit),
    health: (container, status, at) => this.#ofContainer(container)?.health(container.name, status, at),
    output: async (container, lines) => {
      await this.#ofContainer(container)?.output(container.name, lines)
    },
  }

  /** Each task is there before anybody is told of what happened to its containers. */
  #load(): void {
    this.#ports.state.read((view) => {
      for (const accountId of view.accounts(tasks))
        for (const { key, value } of view.list(tasks, accountId)) {
          const where = { accountId, region: regionOf(key) }
          if (value.lastStatus === 'STOPPED') this.#retention.stopped(where, value)
          else this.#task(where, value)
        }
    })
  }

  async #attach(): Promise<void> {
    const { state, runtime, clock, timers, report } = this.#ports
    try {
      const found = await runtime.attach(this.#listener)
      this.#isAttached = true
      await this.#adopt(found)
    } catch (error) {
      if (this.#isClosed) return
      report(`the runtime ${runtime.name} does not answer; tasks wait for it`, error)
      this.#giveUpOnOld()
      timers.at(clock() + ATTACH_MILLISECONDS, () => void this.#attach())
      return
    }
    state.read((view) => {
      for (const accountId of view.accounts(services))
        for (const { key, value } of view.list(services, accountId)) {
          if (value.status === 'INACTIVE') continue
          const service = this.#service({ accountId, region: regionOf(key) }, value)
          service.recount()
          service.wake()
        }
    })
  }

  /** A task does not wait for a runtime for ever. */
  #giveUpOnOld(): void {
    const { runtime, clock, report } = this.#ports
    const now = clock()
    for (const run of this.#tasks.values()) {
      const { task } = run
      if (task === undefined || !isLaunching(task) || now - task.createdAt < WAIT_MILLISECONDS) continue
      run
        .change((one) => failedToStart(one, `ResourceInitializationError: the runtime ${runtime.name} does not answer`, undefined, now))
        .then(
          () => run.wake(),
          (error: unknown) => report('a task that waits for the runtime cannot be ended', error),
        )
    }
  }

  async #adopt(found: readonly RuntimeContainer[]): Promise<void> {
    const { runtime, report } = this.#ports
    const byTask = Map.groupBy(found, (container) => container.taskArn)
    const adopted = [...this.#tasks].map(([arn, run]) => run.adopt(byTask.get(arn) ?? []))
    // Of tasks that ended, or that this instance does not know.
    const orphans = found.filter((container) => !this.#tasks.has(container.taskArn))
    const removed = orphans.map((container) =>
      runtime.remove(container).catch((error: unknown) => report(`a container of ${container.taskArn} is left`, error)),
    )
    await Promise.all([...adopted, ...removed])
  }

  #task(where: Where, { cluster, id }: TaskRef): TaskRun {
    const arn = taskArn(where, { cluster, id })
    const known = this.#tasks.get(arn)
    if (known !== undefined) return known
    const onChange = (at: Where, task: Task): void => this.#noted(at, task)
    const made = new TaskRun(where, { cluster, id }, { ...this.#ports, gate: this.#gate, onChange })
    this.#tasks.set(arn, made)
    return made
  }

  #service(where: Where, { cluster, name }: ServiceRef): ServiceRun {
    const key = `${where.accountId}/${serviceKey(where.region, { cluster, name })}`
    const known = this.#services.get(key)
    if (known !== undefined) return known
    const onTasks = (at: Where, changed: readonly Task[]): void => this.#onTasks(at, changed)
    const made = new ServiceRun(where, { cluster, name }, { ...this.#ports, onTasks })
    this.#services.set(key, made)
    return made
  }

  #onTasks(where: Where, changed: readonly Task[]): void {
    for (const task of changed) {
      this.#noted(where, task)
      if (task.lastStatus === 'STOPPED') continue
      const run = this.#task(where, task)
      if (this.#isAttached) run.wake()
    }
  }

  #noted(where: Where, task: Task): void {
    if (task.service !== undefined) this.#service(where, { cluster: task.cluster, name: task.service.name }).note(task)
    if (task.lastStatus === 'STOPPED' && this.#tasks.delete(taskArn(where, task))) this.#retention.stopped(where, task)
  }

  #ofContainer(container: ContainerRef): TaskRun | undefined {
    return this.#tasks.get(container.taskArn)
  }
}

const regionOf = (key: string): string => key.slice(0, key.indexOf('/'))

/** More would only wait for each other in the runtime. */
const LAUNCHES_AT_ONCE = 16
const ATTACH_MILLISECONDS = 5_000
/** The lease is renewed well before it ends. */
const LEASE_MILLISECONDS = 5_000
const LOOK_MILLISECONDS = 1_000
/** How long a task waits for the runtime. */
const WAIT_MILLISECONDS = 180_000
