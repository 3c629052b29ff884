/** When a container may start: what it depends on has come as far as it asks. */
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { Task, TaskContainer } from '../task-state.ts'

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waits'; readonly until: number | undefined }
  /** What it waits for can't happen any more. */
  | { readonly kind: 'never'; readonly why: string }

interface Dependency {
  readonly on: string
  readonly condition: string
}

export function dependenciesOf({ dependsOn = [], links = [], volumesFrom = [] }: ContainerDefinition): readonly Dependency[] {
  return [
    ...dependsOn.map(({ containerName = '', condition = 'START' }) => ({ on: containerName, condition })),
    ...links.map((link) => ({ on: link.split(':')[0] ?? '', condition: 'START' })),
    ...volumesFrom.map(({ sourceContainer = '' }) => ({ on: sourceContainer, condition: 'START' })),
  ]
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html */
export function readiness(container: ContainerDefinition, definitions: readonly ContainerDefinition[], task: Task, now: number): Readiness {
  let until: number | undefined
  let waits = false
  for (const { on, condition } of dependenciesOf(container)) {
    const other = task.containers.find(({ name }) => name === on)
    if (other === undefined || isMet(other, condition)) continue
    const why = neverMet(other, condition)
    if (why !== undefined) return { kind: 'never', why: `container ${container.name} depends on container ${on}, which ${why}` }
    waits = true
    const { startTimeout } = definitions.find(({ name }) => name === on) ?? {}
    if (startTimeout === undefined || other.started === undefined) continue
    const deadline = other.started.at + startTimeout * 1000
    if (now >= deadline)
      return {
        kind: 'never',
        why: `container ${container.name} depends on container ${on}, which was not ${condition} in ${startTimeout}s`,
      }
    until = Math.min(until ?? Infinity, deadline)
  }
  return waits ? { kind: 'waits', until } : { kind: 'ready' }
}

function isMet({ lastStatus, exit, health }: TaskContainer, condition: string): boolean {
  switch (condition) {
    case 'COMPLETE':
      return lastStatus === 'STOPPED'
    case 'SUCCESS':
      return lastStatus === 'STOPPED' && exit?.exitCode === 0
    case 'HEALTHY':
      return lastStatus === 'RUNNING' && health?.status === 'HEALTHY'
    default:
      return lastStatus !== 'PENDING'
  }
}

function neverMet({ lastStatus, exit, health }: TaskContainer, condition: string): string | undefined {
  if (condition === 'SUCCESS' && lastStatus === 'STOPPED') return `exited with code ${exit?.exitCode ?? 'unknown'}`
  if (condition !== 'HEALTHY') return undefined
  if (lastStatus === 'STOPPED') return 'stopped before it was healthy'
  return health?.status === 'UNHEALTHY' ? 'is unhealthy' : undefined
}
