/** Where tasks are to run: launch type or capacity provider, and whether the task definition can run there. */
import type { CapacityProviderStrategyItem, LaunchType, NetworkConfiguration } from '@aws-sdk/client-ecs'
import { checkCapacityProviders } from './capacity-providers.ts'
import { ecsError } from './errors.ts'
import type { Cluster, TaskDefinition } from './state.ts'
import type { Task } from './task-state.ts'

export interface LaunchRequest {
  readonly launchType?: LaunchType | undefined
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined
  readonly networkConfiguration?: NetworkConfiguration | undefined
  readonly platformVersion?: string | undefined
}

export interface LaunchTarget {
  readonly launchType: Task['launchType']
  readonly capacityProvider?: string | undefined
}

/** The strategy that counts: of the request, else the cluster's own where the request names no launch type either. */
export function strategyOf(request: LaunchRequest, cluster: Cluster): readonly CapacityProviderStrategyItem[] {
  const { launchType, capacityProviderStrategy = [] } = request
  if (launchType !== undefined && capacityProviderStrategy.length > 0)
    throw ecsError(
      'InvalidParameterException',
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  if (capacityProviderStrategy.length > 0) {
    checkCapacityProviders(cluster.capacityProviders, capacityProviderStrategy)
    return capacityProviderStrategy
  }
  return launchType === undefined ? cluster.defaultCapacityProviderStrategy : []
}

/** Throws in ECS's words where the definition can't run there. */
export function launchTarget(request: LaunchRequest, cluster: Cluster, { definition }: TaskDefinition): LaunchTarget {
  const strategy = strategyOf(request, cluster)
  // The base of a strategy, then the largest weight: with one machine there is nothing to spread over.
  const first = strategy.toSorted((a, b) => (b.base ?? 0) - (a.base ?? 0) || (b.weight ?? 0) - (a.weight ?? 0))[0]
  const launchType = first === undefined ? (request.launchType ?? 'EC2') : 'FARGATE'
  if (launchType === 'MANAGED_INSTANCES')
    throw ecsError('InvalidParameterException', 'The launch type MANAGED_INSTANCES is not supported here. Use FARGATE, EC2 or EXTERNAL.')
  const compatible = definition.requiresCompatibilities ?? []
  const isFargateReady = definition.networkMode === 'awsvpc' && definition.cpu !== undefined && definition.memory !== undefined
  if (launchType === 'FARGATE' && !isFargateReady)
    throw ecsError('InvalidParameterException', 'Task definition does not support launch_type FARGATE.')
  if (compatible.length > 0 && !compatible.includes(launchType) && launchType !== 'FARGATE')
    throw ecsError('InvalidParameterException', `Task definition does not support launch_type ${launchType}.`)
  const hasNetwork = request.networkConfiguration?.awsvpcConfiguration !== undefined
  if (definition.networkMode === 'awsvpc' && !hasNetwork)
    throw ecsError('InvalidParameterException', "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  if (definition.networkMode !== 'awsvpc' && hasNetwork)
    throw ecsError('InvalidParameterException', 'Network Configuration is not valid for the given networkMode of this task definition.')
  if (launchType === 'EC2' && request.platformVersion !== undefined && request.platformVersion !== '')
    throw ecsError('InvalidParameterException', 'The platform version must be null when specifying an EC2 launch type.')
  return { launchType, ...(first?.capacityProvider !== undefined && { capacityProvider: first.capacityProvider }) }
}
