/** A service that is kept as it is wanted: asked again whenever something of it, or of a task of it, changed. */
import type { Where } from '../arn.ts'
import { digits, uuid } from '../ids.ts'
import { historyKey, type Service, serviceDeployments, type ServiceEvents, serviceEvents, serviceKey, services } from '../service-state.ts'
import type { Transaction, View } from '../../../kernel/state.ts'
import { taskDefinitionKey, taskDefinitions } from '../state.ts'
import { managedTags } from '../tags.ts'
import { isProtected, newTask } from '../task.ts'
import { type Task, taskKey, taskOfServiceKey, tasks, tasksOfServices } from '../task-state.ts'
import { Backoff } from './backoff.ts'
import type { SchedulerPorts } from './ports.ts'
import { failedHealthChecks, type Outcomes, ServiceBook } from './service-book.ts'
import { type Step, type StepInput, stepOf } from './service-step.ts'
import { stopped, type Stop } from './task-record.ts'
import * as texts from './texts.ts'

export interface ServiceRef {
  readonly cluster: string
  readonly name: string
}

export interface ServiceRunDeps extends Pick<SchedulerPorts, 'state' | 'clock' | 'timers' | 'newId' | 'report'> {
  /** Told of tasks that were made or told to stop, when that is durable. */
  readonly onTasks: (where: Where, changed: readonly Task[]) => void
}

export class ServiceRun {
  readonly where: Where
  readonly ref: ServiceRef
  readonly #deps: ServiceRunDeps
  readonly #book = new ServiceBook()
  readonly #backoff = new Backoff()
  #outcomes: Outcomes = none
  #failedRounds = 0
  #work: Promise<void> | undefined
  #isWanted = false

  constructor(where: Where, ref: ServiceRef, deps: ServiceRunDeps) {
    this.where = where
    this.ref = ref
    this.#deps = deps
  }

  /** A task of it is as it is now. */
  note(task: Task): void {
    const now = this.#deps.clock()
    const graceSeconds = this.#service()?.healthCheckGracePeriodSeconds ?? 0
    const again = this.#book.note(task, now, { graceSeconds })
    if (again !== undefined) this.#deps.timers.at(again, () => this.#noteAgain(task.id))
    this.wake()
  }

  wake(): void {
    this.#isWanted = true
    if (this.#work !== undefined) return
    this.#work = this.#reconcile()
      .catch((error: unknown) => {
        this.#deps.report(`the service ${this.ref.name} is tried again`, error)
        // Where a connection broke in the middle of a commit, it may have happened.
        this.recount()
        this.#deps.timers.at(this.#deps.clock() + RETRY_MILLISECONDS, () => this.wake())
      })
      .finally(() => {
        this.#work = undefined
        if (this.#isWanted) this.wake()
      })
  }

  /** Counts again what there is. */
  recount(): void {
    const { accountId, region } = this.where
    const prefix = taskOfServiceKey(region, this.ref.cluster, this.ref.name, '')
    const known = this.#deps.state.read((view) =>
      view.list(tasksOfServices, accountId, { prefix }).flatMap(({ key }) => this.#task(view, key.slice(prefix.length)) ?? []),
    )
    this.#deps.onTasks(this.where, known)
  }

  #noteAgain(id: string): void {
    const task = this.#deps.state.read((view) => this.#task(view, id))
    if (task !== undefined) this.note(task)
  }

  async #reconcile(): Promise<void> {
    // What happens in the same turn is looked at once.
    await Promise.resolve()
    this.#isWanted = false
    const service = this.#service()
    if (service === undefined) return
    this.#takeOutcomes(service)
    const ids = remembered(this.#deps.newId)
    const isIdle = this.#book.unhealthy.length === 0 && isNothing(service, stepOf(this.#input(service, ids(0))))
    if (isIdle) return this.#done(service)
    const changed = await this.#deps.state.transact((tx) => {
      const now = tx.get(services, this.where.accountId, this.#key)
      return now === undefined ? [] : this.#apply(tx, now, ids(0))
    })
    this.#done(service)
    this.#deps.onTasks(this.where, changed)
  }

  #takeOutcomes({ deployments }: Service): void {
    const { failures, successes, earlyEnds, launchError } = this.#book.takeOutcomes()
    // Kept until they are written: a commit that fails is tried again.
    const kept = this.#outcomes
    this.#outcomes = {
      failures: new Map([...kept.failures, ...[...failures].map(([id, count]) => [id, count + (kept.failures.get(id) ?? 0)] as const)]),
      successes: new Set([...kept.successes, ...successes]),
      earlyEnds: kept.earlyEnds + earlyEnds,
      launchError: launchError ?? kept.launchError,
    }
    const [primary] = deployments
    if (earlyEnds > 0 && primary !== undefined) this.#failedRounds = this.#backoff.failed(primary.id, this.#deps.clock())
  }

  #done(service: Service): void {
    this.#outcomes = none
    const [primary] = service.deployments
    const now = this.#deps.clock()
    if (primary !== undefined && this.#backoff.waits(primary.id, now)) this.#deps.timers.at(this.#backoff.startsAt, () => this.wake())
  }

  #input(service: Service, nextId: () => string): StepInput {
    const now = this.#deps.clock()
    const [primary] = service.deployments
    return {
      service,
      book: this.#book,
      outcomes: this.#outcomes,
      failedRounds: this.#failedRounds,
      isWaiting: primary !== undefined && this.#backoff.waits(primary.id, now),
      now,
      // Until a deployment is completed, the one that it takes the place of is there.
      lastGood: service.deployments.find(({ id, rolloutState }) => id !== primary?.id && rolloutState === 'COMPLETED'),
      newDeploymentId: () => digits(nextId()),
    }
  }

  #apply(tx: Transaction, before: Service, nextId: () => string): readonly Task[] {
    const now = this.#deps.clock()
    const step = stepOf(this.#input(before, nextId))
    const { service } = step
    const started = this.#start(tx, service, step.plan.start, nextId, now)
    const unhealthy = this.#book.unhealthy.flatMap((id) => this.#stop(tx, id, { stopCode, stoppedReason: failedHealthChecks }, now) ?? [])
    const surplus = this.#stopSurplus(tx, service, step, now)
    const events = [
      ...unhealthy.map(({ id }) => texts.taskUnhealthy(service.name, id)),
      ...(started.length > 0
        ? [
            texts.startedTasks(
              service.name,
              started.map(({ id }) => id),
            ),
          ]
        : []),
      ...(surplus.length > 0
        ? [
            texts.stoppedTasks(
              service.name,
              surplus.map(({ id }) => id),
            ),
          ]
        : []),
      ...step.events,
    ]
    this.#tell(tx, events, nextId, now)
    for (const { id, change } of step.ended) {
      const key = historyKey(this.where.region, { cluster: service.cluster, service: service.name }, id)
      const record = tx.get(serviceDeployments, this.where.accountId, key)
      if (record !== undefined) tx.put(serviceDeployments, this.where.accountId, key, { ...record, ...change })
    }
    if (service !== before) tx.put(services, this.where.accountId, this.#key, service)
    return [...started, ...unhealthy, ...surplus]
  }

  #start(tx: Transaction, service: Service, count: number, nextId: () => string, now: number): readonly Task[] {
    const [primary] = service.deployments
    if (count === 0 || primary === undefined) return []
    const { accountId, region } = this.where
    const { workload } = primary
    const taskDefinition = tx.get(taskDefinitions, accountId, taskDefinitionKey(region, workload))
    // INVARIANT: a definition is kept as long as a service names it.
    if (taskDefinition === undefined) throw new Error(`the task definition ${workload.family}:${workload.revision} is gone`)
    const { cluster, name } = service
    const propagated =
      service.propagateTags === 'SERVICE' ? service.tags : service.propagateTags === 'TASK_DEFINITION' ? taskDefinition.tags : []
    return Array.from({ length: count }, () => {
      const task = newTask(nextId(), now, {
        cluster,
        taskDefinition,
        launchType: workload.launchType,
        capacityProvider: workload.capacityProvider,
        platformVersion: workload.platformVersion,
        group: `service:${name}`,
        startedBy: primary.id,
        service: { name, deployment: primary.id },
        overrides: {},
        enableExecuteCommand: workload.enableExecuteCommand,
        tags: [...propagated, ...(service.enableECSManagedTags ? managedTags(cluster, name) : [])],
        createdBy: primary.createdBy,
      })
      tx.put(tasks, accountId, taskKey(region, task), task)
      tx.put(tasksOfServices, accountId, taskOfServiceKey(region, cluster, name, task.id), true)
      return task
    })
  }

  #stopSurplus(tx: Transaction, service: Service, { plan }: Step, now: number): readonly Task[] {
    const [primary] = service.deployments
    const stop: Stop = { stopCode, stoppedReason: texts.scalingActivity(primary?.id ?? '') }
    const isPrimary = (id: string): boolean => id === primary?.id
    return [
      ...this.#stopSome(tx, plan.stopOld, (id) => !isPrimary(id), stop, now, service),
      ...this.#stopSome(tx, plan.stopPrimary, isPrimary, stop, now, service),
    ]
  }

  #stopSome(tx: Transaction, count: number, isOf: (id: string) => boolean, stop: Stop, now: number, { status }: Service): readonly Task[] {
    const chosen: Task[] = []
    if (count === 0) return chosen
    for (const id of this.#book.toStop(isOf)) {
      if (chosen.length === count) break
      const task = this.#task(tx, id)
      // Protection ends with the service.
      if (task !== undefined && status === 'ACTIVE' && isProtected(task, now)) {
        this.#deps.timers.at(task.protection?.until ?? now, () => this.wake())
        continue
      }
      const told = this.#stop(tx, id, stop, now)
      if (told !== undefined) chosen.push(told)
    }
    return chosen
  }

  /** Undefined for a task that is gone, or told already. */
  #stop(tx: Transaction, id: string, stop: Stop, now: number): Task | undefined {
    const task = this.#task(tx, id)
    if (task === undefined || task.desiredStatus === 'STOPPED') return undefined
    const told = { ...stopped(task, stop, now), version: task.version + 1 }
    tx.put(tasks, this.where.accountId, taskKey(this.where.region, told), told)
    return told
  }

  #tell(tx: Transaction, messages: readonly string[], nextId: () => string, now: number): void {
    if (messages.length === 0) return
    const { accountId } = this.where
    const known: ServiceEvents = tx.get(serviceEvents, accountId, this.#key) ?? { events: [] }
    const told = messages.map((message) => ({ id: uuid(nextId()), at: now, message })).reverse()
    tx.put(serviceEvents, accountId, this.#key, { events: [...told, ...known.events].slice(0, MOST_EVENTS) })
  }

  #service(): Service | undefined {
    return this.#deps.state.read((view) => view.get(services, this.where.accountId, this.#key))
  }

  #task(view: View, id: string): Task | undefined {
    return view.get(tasks, this.where.accountId, taskKey(this.where.region, { cluster: this.ref.cluster, id }))
  }

  get #key(): string {
    return serviceKey(this.where.region, this.ref)
  }
}

function isNothing(before: Service, { service, plan, events, ended }: Step): boolean {
  return service === before && plan.start + plan.stopOld + plan.stopPrimary === 0 && events.length === 0 && ended.length === 0
}

/** Ids for a transaction, which may run again: the same ones each time that it begins at 0. */
function remembered(newId: () => string): (from: number) => () => string {
  const ids: string[] = []
  return (from) => {
    let next = from
    return () => {
      const id = (ids[next] ??= newId())
      next++
      return id
    }
  }
}

const none: Outcomes = { failures: new Map(), successes: new Set(), earlyEnds: 0, launchError: undefined }
const stopCode = 'ServiceSchedulerInitiated'
const MOST_EVENTS = 100
const RETRY_MILLISECONDS = 5_000
