/**
 * A task on its way from PROVISIONING to STOPPED. What it is, is in the state: after a crash another one of these goes on where this one was.
 *
 * One piece of work is under way at a time. Whatever happens meanwhile, a container that ends or somebody who wants it stopped, is written to
 * the state, and the work looks there before each of its steps.
 */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { Where } from '../arn.ts'
import type { ContainerExit, HealthStatus, LogSink, OutputLine, RuntimeContainer } from '../runtime-port.ts'
import { taskDefinitionKey, taskDefinitions } from '../state.ts'
import { taskArn } from '../task.ts'
import { type Task, taskKey, tasks } from '../task-state.ts'
import { ContainerStarter } from './container-starter.ts'
import { ContainerStopper } from './container-stopper.ts'
import { identityOf } from './identity.ts'
import { climb, reopen } from './ladder.ts'
import { containerFailure, LaunchFailure } from './launch-failure.ts'
import { Signal } from './signal.ts'
import type { TaskRef, TaskRunDeps, TaskUnderWay } from './task-under-way.ts'
import {
  containerExited,
  containerHealth,
  containerStarted,
  executionStopped,
  failedToStart,
  inStatus,
  isLaunching,
} from './task-record.ts'

export class TaskRun implements TaskUnderWay {
  readonly where: Where
  readonly ref: TaskRef
  readonly #deps: TaskRunDeps
  /** Fires whenever there may be something to look at. */
  readonly #signal = new Signal()
  readonly #sinks = Promise.withResolvers<ReadonlyMap<string, LogSink>>()
  #work: Promise<void> | undefined
  #isWanted = false
  #isFinished = false

  constructor(where: Where, ref: TaskRef, deps: TaskRunDeps) {
    this.where = where
    this.ref = ref
    this.#deps = deps
  }

  get task(): Task | undefined {
    return this.#deps.state.read((view) => view.get(tasks, this.where.accountId, taskKey(this.where.region, this.ref)))
  }

  /** Something about it may have changed. */
  wake(): void {
    this.#signal.fire()
    this.#isWanted = true
    if (this.#work !== undefined || this.#isFinished) return
    this.#isWanted = false
    this.#work = this.#run()
      .catch((error: unknown) => {
        this.#deps.report(`the task ${taskArn(this.where, this.ref)} is tried again`, error)
        this.#deps.timers.at(this.#deps.clock() + RETRY_MILLISECONDS, () => this.wake())
      })
      .finally(() => {
        this.#work = undefined
        if (this.#isWanted) this.wake()
      })
  }

  /** After a restart: what the runtime has of it. */
  async adopt(found: readonly RuntimeContainer[]): Promise<void> {
    const now = this.#deps.clock()
    await this.change((task) => {
      let next = task
      for (const { name, lastStatus } of task.containers) {
        const container = found.find((one) => one.name === name)
        if (container?.started !== undefined && lastStatus === 'PENDING') next = containerStarted(next, name, container.started, undefined)
        if (container?.health !== undefined) next = containerHealth(next, name, container.health, now)
        if (container?.exit !== undefined) next = containerExited(next, name, container.exit)
        if (container === undefined && lastStatus === 'RUNNING') next = containerExited(next, name, { at: now, reason: vanished })
      }
      return next
    })
    const { task } = this
    if (task === undefined) return
    if (!isLaunching(task) && task.desiredStatus === 'RUNNING') await this.#reopen(task)
    else if (!isLaunching(task)) this.#sinks.resolve(new Map())
    this.wake()
  }

  exited(name: string, exit: ContainerExit): void {
    this.#happened((task) => containerExited(task, name, exit))
  }

  health(name: string, status: HealthStatus, at: number): void {
    this.#happened((task) => containerHealth(task, name, status, at))
  }

  async output(name: string, lines: readonly OutputLine[]): Promise<void> {
    await (await this.#sinks.promise).get(name)?.write(lines)
  }

  async change(step: (task: Task) => Task): Promise<Task | undefined> {
    const { accountId, region } = this.where
    const key = taskKey(region, this.ref)
    const changed = await this.#deps.state.transact((tx) => {
      const task = tx.get(tasks, accountId, key)
      if (task === undefined) return undefined
      const next = step(task)
      if (next === task) return task
      const counted: Task = { ...next, version: task.version + 1 }
      tx.put(tasks, accountId, key, counted)
      return counted
    })
    if (changed !== undefined) this.#deps.onChange(this.where, changed)
    return changed
  }

  #happened(step: (task: Task) => Task): void {
    this.change(step).then(
      () => this.wake(),
      (error: unknown) => {
        // Nothing else will tell it again.
        this.#deps.report(`what happened to the task ${taskArn(this.where, this.ref)} cannot be written`, error)
        this.#deps.timers.at(this.#deps.clock() + RETRY_MILLISECONDS, () => this.#happened(step))
      },
    )
  }

  async #run(): Promise<void> {
    for (;;) {
      const { task } = this
      if (task === undefined || task.lastStatus === 'STOPPED') {
        this.#isFinished = true
        return
      }
      if (task.desiredStatus === 'STOPPED') await this.#windDown()
      else if (isLaunching(task)) await this.#launch(task)
      else return
    }
  }

  async #launch(task: Task): Promise<void> {
    try {
      await this.#rungs(task)
    } catch (error) {
      const failure =
        error instanceof LaunchFailure
          ? error
          : new LaunchFailure('ResourceInitializationError: the task cannot be launched', { cause: error })
      if (failure !== error) this.#deps.report(`the task ${taskArn(this.where, this.ref)} cannot be launched`, error)
      await this.change((now) => failedToStart(now, failure.message, failure.container, this.#deps.clock()))
    }
  }

  async #rungs(task: Task): Promise<void> {
    const { clock } = this.#deps
    const containers = this.#definitionOf(task)
    if (containers.length === 0) throw new LaunchFailure('ResourceInitializationError: the task definition is gone')
    const climbed = await this.#unlessStopped(climb(identityOf(this.where, task), task, containers, this.#deps))
    if (climbed === undefined) return
    this.#sinks.resolve(climbed.sinks)
    await this.change((now) => ({ ...now, lastStatus: 'PENDING', pullStartedAt: now.pullStartedAt ?? clock() }))
    const digests = await this.#unlessStopped(this.#pull(containers))
    if (digests === undefined) return
    await this.change((now) => ({ ...now, pullStoppedAt: now.pullStoppedAt ?? clock() }))
    const starter = new ContainerStarter(this, this.#deps, this.#signal, { containers, digests, ...climbed })
    if (!(await starter.startAll())) return
    const unlessStopping = (step: (task: Task) => Task) => this.change((now) => (now.desiredStatus === 'RUNNING' ? step(now) : now))
    // Nothing has to be done in between; both are one commit.
    await Promise.all([unlessStopping(inStatus('ACTIVATING')), unlessStopping(inStatus('RUNNING', { startedAt: clock() }))])
  }

  /** Undefined as soon as the task is to stop; what the work comes to is then nobody's. */
  async #unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    for (;;) {
      const next = this.#signal.next()
      if (this.task?.desiredStatus !== 'RUNNING') return undefined
      const first = await Promise.race([settled, next])
      if (first === undefined) continue
      if ('error' in first) throw first.error
      return first.value
    }
  }

  async #pull(containers: readonly ContainerDefinition[]): Promise<ReadonlyMap<string, string | undefined>> {
    const arn = taskArn(this.where, this.ref)
    const digests = containers.map(async ({ name = '', image = '' }) => {
      const pulled = await this.#deps.gate
        .through(() => this.#deps.runtime.pull({ taskArn: arn, image }))
        .catch((error: unknown) => {
          throw containerFailure(name, error)
        })
      return [name, pulled.imageDigest] as const
    })
    return new Map(await Promise.all(digests))
  }

  async #windDown(): Promise<void> {
    const [, stopping] = await Promise.all([this.change(inStatus('DEACTIVATING')), this.change(inStatus('STOPPING'))])
    if (stopping === undefined) return
    const stopper = new ContainerStopper(this, this.#deps, this.#signal, this.#definitionOf(stopping))
    await stopper.stopAll()
    await this.change((now) => executionStopped(now, this.#deps.clock()))
    await this.#clear(stopping)
    await this.change(inStatus('STOPPED', { stoppedAt: this.#deps.clock() }))
  }

  /** What was around the containers, then what is left of them. That some of it fails does not keep the task from ending. */
  async #clear({ containers }: Task): Promise<void> {
    const { runtime, endpoints, report } = this.#deps
    const arn = taskArn(this.where, this.ref)
    this.#sinks.resolve(new Map())
    const sinks = await this.#sinks.promise
    const removed = containers.map(({ name }): Promise<void> => runtime.remove({ taskArn: arn, name }))
    const results = await Promise.allSettled([...[...sinks.values()].map((sink) => sink.close()), endpoints.close(arn), ...removed])
    for (const result of results) if (result.status === 'rejected') report(`something of the task ${arn} is left`, result.reason)
  }

  async #reopen(task: Task): Promise<void> {
    try {
      const { sinks } = await reopen(identityOf(this.where, task), this.#definitionOf(task), this.#deps)
      this.#sinks.resolve(sinks)
    } catch (error) {
      // It runs, and goes on: as on ECS, a role that does not trust it any more ends its credentials, not the task.
      this.#deps.report(`the task ${taskArn(this.where, this.ref)} goes on without its credentials or its log`, error)
      this.#sinks.resolve(new Map())
    }
  }

  /** INVARIANT: a definition is kept as long as a task of it is. */
  #definitionOf({ family, revision }: Task): readonly ContainerDefinition[] {
    const key = taskDefinitionKey(this.where.region, { family, revision })
    return this.#deps.state.read((view) => view.get(taskDefinitions, this.where.accountId, key))?.definition.containerDefinitions ?? []
  }
}

const RETRY_MILLISECONDS = 5_000
const vanished = 'CannotInspectContainerError: the container is gone'
