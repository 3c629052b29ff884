/** Stops the containers of a task: those that others depend on last, each with its time to end by itself. */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { taskArn } from '../task.ts'
import type { TaskContainer } from '../task-state.ts'
import { dependenciesOf } from './dependencies.ts'
import type { Signal } from './signal.ts'
import type { TaskRunDeps, TaskUnderWay } from './task-under-way.ts'
import { containerExited } from './task-record.ts'

export class ContainerStopper {
  readonly #run: TaskUnderWay
  readonly #deps: TaskRunDeps
  readonly #signal: Signal
  readonly #definitions: readonly ContainerDefinition[]
  readonly #told = new Set<string>()
  readonly #cancels: (() => void)[] = []

  constructor(run: TaskUnderWay, deps: TaskRunDeps, signal: Signal, definitions: readonly ContainerDefinition[]) {
    this.#run = run
    this.#deps = deps
    this.#signal = signal
    this.#definitions = definitions
  }

  /** Resolves when none runs any more. */
  async stopAll(): Promise<void> {
    for (;;) {
      const next = this.#signal.next()
      const running = (this.#run.task?.containers ?? []).filter(({ lastStatus }) => lastStatus === 'RUNNING')
      if (running.length === 0) break
      for (const container of running) if (!this.#told.has(container.name) && this.#isNext(container, running)) this.#stop(container)
      await next
    }
    for (const cancel of this.#cancels) cancel()
  }

  #isNext({ name }: TaskContainer, running: readonly TaskContainer[]): boolean {
    return running.every((other) => {
      const definition = this.#definitions.find((one) => one.name === other.name)
      return definition === undefined || dependenciesOf(definition).every(({ on }) => on !== name)
    })
  }

  #stop({ name }: TaskContainer): void {
    this.#told.add(name)
    const { runtime, clock, timers, report } = this.#deps
    const { stopTimeout = 30 } = this.#definitions.find((one) => one.name === name) ?? {}
    const ref = { taskArn: taskArn(this.#run.where, this.#run.ref), name }
    runtime.stop(ref, stopTimeout).catch((error: unknown) => report(`the container ${name} of ${ref.taskArn} cannot be stopped`, error))
    const giveUp = async (): Promise<void> => {
      const isRunning = this.#run.task?.containers.some((one) => one.name === name && one.lastStatus === 'RUNNING')
      if (isRunning !== true) return
      await runtime.remove(ref).catch((error: unknown) => report(`the container ${name} of ${ref.taskArn} is left`, error))
      await this.#run.change((task) => containerExited(task, name, { at: clock(), reason: cannotStop }))
      this.#signal.fire()
    }
    const cancel = timers.at(clock() + stopTimeout * 1000 + GRACE_MILLISECONDS, () => {
      giveUp().catch((error: unknown) => report(`the container ${name} of ${ref.taskArn} is left`, error))
    })
    this.#cancels.push(cancel)
  }
}

/** Beyond its own time, for the runtime to kill it and to say so. */
const GRACE_MILLISECONDS = 15_000
const cannotStop = 'CannotStopContainerError: the runtime did not say that the container ended'
