/** How a task changes: from what happens to it to its next record. All of it is pure. */
import type { ContainerExit, HealthStatus, StartedContainer } from '../runtime-port.ts'
import type { StopCode, Task, TaskContainer, TaskStatus } from '../task-state.ts'

export interface Stop {
  readonly stopCode: StopCode
  readonly stoppedReason: string
}

/** It is to stop; why it was told first stays. */
export function stopped(task: Task, stop: Stop, now: number): Task {
  return task.desiredStatus === 'STOPPED' ? task : { ...task, ...stop, desiredStatus: 'STOPPED', stoppingAt: now }
}

export const inStatus =
  (lastStatus: TaskStatus, more: Partial<Task> = {}) =>
  (task: Task): Task => ({ ...task, ...more, lastStatus })

export function containerStarted(task: Task, name: string, started: StartedContainer, imageDigest: string | undefined): Task {
  return withContainer(task, name, (container) => ({
    ...container,
    started,
    ...((started.imageDigest ?? imageDigest) !== undefined && { imageDigest: started.imageDigest ?? imageDigest }),
    // Its end may have been told before its start was written.
    lastStatus: container.lastStatus === 'PENDING' ? 'RUNNING' : container.lastStatus,
  }))
}

/** An essential container takes the task with it. */
export function containerExited(task: Task, name: string, exit: ContainerExit): Task {
  const known = task.containers.find((container) => container.name === name)
  if (known === undefined || known.lastStatus === 'STOPPED') return task
  const next = withContainer(task, name, (container) => ({
    ...container,
    lastStatus: 'STOPPED',
    exit,
    ...(container.health && { health: { status: 'UNKNOWN', since: exit.at } }),
  }))
  return known.isEssential ? stopped(next, essentialExited, exit.at) : next
}

export function containerHealth(task: Task, name: string, status: HealthStatus, at: number): Task {
  const known = task.containers.find((container) => container.name === name)
  if (known?.lastStatus !== 'RUNNING' || known.health === undefined || known.health.status === status) return task
  return withContainer(task, name, (container) => ({ ...container, health: { status, since: at } }))
}

/** A rung broke: the task ends before it ran. */
export function failedToStart(task: Task, stoppedReason: string, container: string | undefined, now: number): Task {
  const next = stopped(task, { stopCode: 'TaskFailedToStart', stoppedReason }, now)
  return container === undefined ? next : withContainer(next, container, (one) => ({ ...one, reason: stoppedReason }))
}

/** Nothing of it runs any more. */
export function executionStopped(task: Task, now: number): Task {
  const containers = task.containers.map((container): TaskContainer => ({ ...container, lastStatus: 'STOPPED' }))
  return { ...task, containers, lastStatus: 'DEPROVISIONING', executionStoppedAt: now, stoppingAt: task.stoppingAt ?? now }
}

function withContainer(task: Task, name: string, change: (container: TaskContainer) => TaskContainer): Task {
  return { ...task, containers: task.containers.map((container) => (container.name === name ? change(container) : container)) }
}

export const isLaunching = ({ lastStatus }: Pick<Task, 'lastStatus'>): boolean =>
  lastStatus === 'PROVISIONING' || lastStatus === 'PENDING' || lastStatus === 'ACTIVATING'

const essentialExited: Stop = { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }
