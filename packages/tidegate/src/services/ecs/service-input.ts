/** What CreateService and UpdateService ask for: what it makes of the workload of a service, and what policies are told of it. */
import { isDeepStrictEqual } from 'node:util'
import type { CreateServiceCommandInput, DeploymentConfiguration, UpdateServiceCommandInput } from '@aws-sdk/client-ecs'
import type { Given } from '../../kernel/judged-operation.ts'
import type { View } from '../../kernel/state.ts'
import { ecsArn, taskDefinitionName, type Where } from './arn.ts'
import { capacityProviderKeys } from './capacity-providers.ts'
import { ecsError } from './errors.ts'
import { launchTarget } from './launch-target.ts'
import { sizeKeys } from './size-keys.ts'
import type { Service, Workload } from './service-state.ts'
import type { Cluster, TaskDefinition } from './state.ts'
import { findTaskDefinition } from './operations/task-definitions.ts'
import { taskDefinitionArn } from './task-definition.ts'

export type CreateInput = Given<CreateServiceCommandInput>
export type UpdateInput = Given<UpdateServiceCommandInput>
type Keys = Readonly<Record<string, string | readonly string[]>>

/** Members of a workload that stay when a request does not name them. */
export function workloadOf(input: Partial<CreateInput>, taskDefinition: TaskDefinition, cluster: Cluster, before?: Workload): Workload {
  const asksWhere = input.launchType !== undefined || input.capacityProviderStrategy !== undefined
  const request = {
    launchType:
      asksWhere || before === undefined ? input.launchType : before.capacityProviderStrategy === undefined ? before.launchType : undefined,
    capacityProviderStrategy: asksWhere ? input.capacityProviderStrategy : before?.capacityProviderStrategy,
    networkConfiguration: input.networkConfiguration ?? before?.networkConfiguration,
    platformVersion: input.platformVersion ?? before?.platformVersion,
  }
  const target = launchTarget(request, cluster, taskDefinition)
  const strategy = request.capacityProviderStrategy ?? (request.launchType === undefined ? cluster.defaultCapacityProviderStrategy : [])
  return {
    family: taskDefinition.family,
    revision: taskDefinition.revision,
    ...target,
    capacityProviderStrategy: strategy.length > 0 ? strategy : undefined,
    platformVersion: request.platformVersion,
    networkConfiguration: request.networkConfiguration,
    loadBalancers: input.loadBalancers ?? before?.loadBalancers ?? [],
    serviceRegistries: input.serviceRegistries ?? before?.serviceRegistries ?? [],
    serviceConnectConfiguration: input.serviceConnectConfiguration ?? before?.serviceConnectConfiguration,
    volumeConfigurations: input.volumeConfigurations ?? before?.volumeConfigurations,
    vpcLatticeConfigurations: input.vpcLatticeConfigurations ?? before?.vpcLatticeConfigurations,
    enableExecuteCommand: input.enableExecuteCommand ?? before?.enableExecuteCommand ?? false,
  }
}

/** Whether tasks of one would have to be replaced by tasks of the other. */
export function isSameWorkload(a: Workload, b: Workload): boolean {
  return isDeepStrictEqual(plain({ ...a, enableExecuteCommand: false }), plain({ ...b, enableExecuteCommand: false }))
}

/** With ECS's defaults. Throws for deployments of a kind that there is not here. */
export function deploymentConfigurationOf(
  input: DeploymentConfiguration | undefined,
  schedulingStrategy: string,
  before?: DeploymentConfiguration,
): DeploymentConfiguration {
  const { strategy = 'ROLLING', lifecycleHooks = [] } = input ?? {}
  if (strategy !== 'ROLLING' || lifecycleHooks.length > 0)
    throw ecsError(
      'InvalidParameterException',
      `Deployments of the strategy ${strategy} are not supported here. Use ROLLING without lifecycle hooks.`,
    )
  const isDaemon = schedulingStrategy === 'DAEMON'
  const defaults = {
    maximumPercent: isDaemon ? 100 : 200,
    minimumHealthyPercent: isDaemon ? 0 : 100,
    deploymentCircuitBreaker: { enable: false, rollback: false },
  }
  const configuration = { ...(before ?? defaults), ...input }
  const { maximumPercent = 200, minimumHealthyPercent = 100, deploymentCircuitBreaker: breaker } = configuration
  if (minimumHealthyPercent < 0 || maximumPercent < 1 || maximumPercent < minimumHealthyPercent)
    throw ecsError('InvalidParameterException', 'maximumPercent must be greater than or equal to minimumHealthyPercent.')
  if (maximumPercent === 100 && minimumHealthyPercent === 100)
    throw ecsError(
      'InvalidParameterException',
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    )
  if (breaker?.rollback === true && breaker.enable !== true)
    throw ecsError('InvalidParameterException', 'deploymentCircuitBreaker rollback requires deploymentCircuitBreaker to be enabled.')
  return configuration
}

/**
 * Condition keys of what a request would make of a service: what it names, and whether tasks would take commands, named or not.
 * @param taskDefinition the one that it names, where it is there
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 */
export function requestKeys(
  where: Where,
  input: Partial<CreateInput>,
  taskDefinition: TaskDefinition | undefined,
  before?: Workload,
): Keys {
  const { assignPublicIp, subnets = [] } = input.networkConfiguration?.awsvpcConfiguration ?? {}
  const connect = input.serviceConnectConfiguration
  const { enableECSManagedTags, propagateTags, volumeConfigurations, vpcLatticeConfigurations } = input
  return {
    ...(input.taskDefinition !== undefined && { 'ecs:task-definition': definitionArn(where, input.taskDefinition, taskDefinition) }),
    ...capacityProviderKeys(
      where,
      input.capacityProviderStrategy?.map(({ capacityProvider = '' }) => capacityProvider),
    ),
    ...(subnets.length > 0 && { 'ecs:subnet': subnets }),
    ...(assignPublicIp !== undefined && { 'ecs:auto-assign-public-ip': String(assignPublicIp === 'ENABLED') }),
    'ecs:enable-execute-command': String(input.enableExecuteCommand ?? before?.enableExecuteCommand ?? false),
    ...(volumeConfigurations !== undefined && { 'ecs:enable-ebs-volumes': String(volumeConfigurations.length > 0) }),
    ...(enableECSManagedTags !== undefined && { 'ecs:enable-ecs-managed-tags': String(enableECSManagedTags) }),
    ...(connect !== undefined && { 'ecs:enable-service-connect': String(connect.enabled === true) }),
    ...(connect?.namespace !== undefined && { 'ecs:namespace': connect.namespace }),
    ...(vpcLatticeConfigurations !== undefined && { 'ecs:enable-vpc-lattice': String(vpcLatticeConfigurations.length > 0) }),
    ...(propagateTags !== undefined && { 'ecs:propagate-tags': propagateTags }),
    ...(taskDefinition && sizeKeys(taskDefinition.definition)),
  }
}

/** How many tasks the request asks for, and how many more than there are to be now; nothing where it does not say. */
export function countKeys(desiredCount: number | undefined, before: number): Keys {
  if (desiredCount === undefined) return {}
  return { 'tidegate:DesiredCount': String(desiredCount), 'tidegate:DesiredCountDelta': String(desiredCount - before) }
}

/** The members of the request that would change something, in order: what they say already, they do not change. */
export function changedFields(view: View, where: Where, input: UpdateInput, service: Service): readonly string[] {
  const { cluster: _cluster, service: _service, ...members } = input
  const current: Readonly<Record<string, unknown>> = {
    ...service.workload,
    desiredCount: service.desiredCount,
    taskDefinition: taskDefinitionArn(where, service.workload),
    deploymentConfiguration: service.deploymentConfiguration,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    deploymentController: { type: 'ECS' },
    forceNewDeployment: false,
  }
  return Object.entries(members)
    .filter(([name, value]) => {
      if (value === undefined) return false
      if (name === 'taskDefinition') return namedArn(view, where, input.taskDefinition ?? '') !== current[name]
      if (name === 'deploymentConfiguration')
        return Object.entries(value).some(
          ([part, said]) => !isDeepStrictEqual(plain(said), plain(service.deploymentConfiguration[part as keyof DeploymentConfiguration])),
        )
      return !isDeepStrictEqual(plain(value), plain(current[name]))
    })
    .map(([name]) => name)
    .toSorted()
}

function namedArn(view: View, where: Where, given: string): string {
  const known = findTaskDefinition(view, where, taskDefinitionName(where, given))
  return known === undefined ? given : taskDefinitionArn(where, known)
}

function definitionArn(where: Where, given: string, known: TaskDefinition | undefined): string {
  if (known !== undefined) return taskDefinitionArn(where, known)
  const { family, revision } = taskDefinitionName(where, given)
  return ecsArn(where, 'task-definition', revision === undefined ? family : `${family}:${revision}`)
}

/** Without members that are undefined, which the state leaves out. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown))
