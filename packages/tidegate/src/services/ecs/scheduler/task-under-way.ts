/** A task on its way, as those see it who do one part of it. */
import type { Where } from '../arn.ts'
import type { Task } from '../task-state.ts'
import type { Gate } from './gate.ts'
import type { SchedulerPorts } from './ports.ts'

export interface TaskRef {
  readonly cluster: string
  readonly id: string
}

export interface TaskUnderWay {
  readonly where: Where
  readonly ref: TaskRef
  /** As it is now; undefined when it is forgotten. */
  readonly task: Task | undefined
  /** Resolves when the change is durable, to the task as it is then. */
  change(step: (task: Task) => Task): Promise<Task | undefined>
}

export interface TaskRunDeps extends SchedulerPorts {
  readonly gate: Gate
  /** Told after each change that is durable. */
  readonly onChange: (where: Where, task: Task) => void
}
