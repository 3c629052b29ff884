/** Starts the containers of a task, each as soon as what it depends on lets it. */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { type ContainerRef, RuntimeError, type StartedContainer } from '../runtime-port.ts'
import { taskDefinitionKey, taskDefinitions } from '../state.ts'
import type { Task } from '../task-state.ts'
import { containerSpec } from './container-spec.ts'
import { readiness } from './dependencies.ts'
import type { Climbed } from './ladder.ts'
import { containerFailure, LaunchFailure } from './launch-failure.ts'
import type { Signal } from './signal.ts'
import type { TaskRunDeps, TaskUnderWay } from './task-under-way.ts'
import { containerStarted } from './task-record.ts'

interface Plan extends Pick<Climbed, 'environments'> {
  readonly containers: readonly ContainerDefinition[]
  readonly digests: ReadonlyMap<string, string | undefined>
}

export class ContainerStarter {
  readonly #run: TaskUnderWay
  readonly #deps: TaskRunDeps
  readonly #signal: Signal
  readonly #plan: Plan
  readonly #starting = new Map<string, Promise<void>>()
  readonly #alarms = new Set<number>()
  #failure: LaunchFailure | undefined

  constructor(run: TaskUnderWay, deps: TaskRunDeps, signal: Signal, plan: Plan) {
    this.#run = run
    this.#deps = deps
    this.#signal = signal
    this.#plan = plan
  }

  /**
   * Whether all have started; false where the task is to stop. Rejects with `LaunchFailure`. Nothing is being started when it settles: what
   * winds the task down knows of every container.
   */
  async startAll(): Promise<boolean> {
    try {
      for (;;) {
        const next = this.#signal.next()
        const { task } = this.#run
        if (task?.desiredStatus !== 'RUNNING') return false
        if (this.#failure !== undefined) throw this.#failure
        const pending = task.containers.filter(({ lastStatus }) => lastStatus === 'PENDING')
        if (pending.length === 0) return true
        for (const { name } of pending) if (!this.#starting.has(name)) this.#consider(task, name)
        if (this.#failure === undefined) await next
      }
    } finally {
      await Promise.all(this.#starting.values())
    }
  }

  #consider(task: Task, name: string): void {
    const container = this.#plan.containers.find((one) => one.name === name)
    if (container === undefined) return
    const ready = readiness(container, this.#plan.containers, task, this.#deps.clock())
    if (ready.kind === 'never') this.#failure = new LaunchFailure(`TaskDependencyError: ${ready.why}`, { container: name })
    if (ready.kind === 'waits' && ready.until !== undefined && !this.#alarms.has(ready.until)) {
      this.#alarms.add(ready.until)
      const { until } = ready
      this.#deps.timers.at(until, () => {
        // Timers may be early by less than the clock can tell: then it waits once more.
        this.#alarms.delete(until)
        this.#signal.fire()
      })
    }
    if (ready.kind !== 'ready') return
    const start = this.#start(task, container)
      .catch((error: unknown) => {
        this.#failure ??= containerFailure(name, error)
      })
      .finally(() => this.#signal.fire())
    this.#starting.set(name, start)
  }

  async #start(task: Task, container: ContainerDefinition): Promise<void> {
    const { name = '' } = container
    const { where } = this.#run
    const definition = this.#deps.state.read((view) => view.get(taskDefinitions, where.accountId, taskDefinitionKey(where.region, task)))
    if (definition === undefined) throw new LaunchFailure('ResourceInitializationError: the task definition is gone')
    const spec = containerSpec(where, task, definition, container, this.#plan.environments.get(name) ?? {})
    const started = await this.#inTime(
      this.#deps.gate.through(() => this.#deps.runtime.start(spec)),
      spec,
    )
    await this.#run.change((now) => containerStarted(now, name, started, this.#plan.digests.get(name)))
  }

  /** A runtime that does not come back ends the task, with a reason. */
  #inTime(start: Promise<StartedContainer>, ref: ContainerRef): Promise<StartedContainer> {
    const { promise, reject } = Promise.withResolvers<StartedContainer>()
    const cancel = this.#deps.timers.at(this.#deps.clock() + START_MILLISECONDS, () => {
      reject(new RuntimeError('CannotStartContainerTimeout', 'Could not transition to started; timed out after waiting 3m0s'))
      // It may come up later, when the task is gone.
      start
        .then(() => this.#deps.runtime.remove(ref))
        .catch((error: unknown) => this.#deps.report(`the container ${ref.name} of ${ref.taskArn} did not start`, error))
    })
    return Promise.race([start, promise]).finally(cancel)
  }
}

/** As long as the agent of ECS waits. */
const START_MILLISECONDS = 180_000
