/** Condition keys of how much a task takes: ECS's own where the task says it, and the figures of cost that are always there. */
import type { TaskOverride } from '@aws-sdk/client-ecs'
import { taskSize } from './fargate-sizes.ts'
import type { TaskDefinition } from './state.ts'

type Definition = Pick<TaskDefinition['definition'], 'cpu' | 'memory' | 'containerDefinitions'>
type Keys = Readonly<Record<string, string>>

/**
 * `ecs:task-cpu` and `ecs:task-memory` are the size of the task, and absent where only its containers have one. `tidegate:TaskCpu` (CPU units)
 * and `tidegate:TaskMemory` (MiB) are then what the containers add up to, so that a limit can't be got around by leaving the size away.
 */
export function sizeKeys(definition: Definition, overrides: TaskOverride = {}): Keys {
  const { cpu, memory } = taskSize({ cpu: overrides.cpu ?? definition.cpu, memory: overrides.memory ?? definition.memory })
  return {
    ...(cpu !== undefined && { 'ecs:task-cpu': String(cpu) }),
    ...(memory !== undefined && { 'ecs:task-memory': String(memory) }),
    'tidegate:TaskCpu': String(cpu ?? sum(definition, overrides, 'cpu')),
    'tidegate:TaskMemory': String(memory ?? sum(definition, overrides, 'memory')),
  }
}

function sum({ containerDefinitions = [] }: Definition, { containerOverrides = [] }: TaskOverride, member: 'cpu' | 'memory'): number {
  return containerDefinitions
    .map((container) => {
      const override = containerOverrides.find(({ name }) => name === container.name)
      return override?.[member] ?? container[member] ?? (member === 'memory' ? container.memoryReservation : 0) ?? 0
    })
    .reduce((total, each) => total + each, 0)
}
