/** Task definitions that something still runs by. */
import type { View } from '../../kernel/state.ts'
import { services } from './service-state.ts'
import { taskDefinitionKey } from './state.ts'
import { tasks } from './task-state.ts'

/** Keys of the task definitions of the account that a task or a service names. */
export function usedDefinitions(view: View, accountId: string): ReadonlySet<string> {
  const used = new Set<string>()
  for (const { key, value } of view.list(tasks, accountId))
    if (value.lastStatus !== 'STOPPED') used.add(taskDefinitionKey(regionOf(key), value))
  for (const { key, value } of view.list(services, accountId)) {
    if (value.status === 'INACTIVE') continue
    for (const { family, revision } of [value.workload, ...value.deployments.map(({ workload }) => workload)])
      used.add(taskDefinitionKey(regionOf(key), { family, revision }))
  }
  return used
}

const regionOf = (key: string): string => key.slice(0, key.indexOf('/'))
