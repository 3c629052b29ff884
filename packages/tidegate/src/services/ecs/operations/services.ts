/** Services: what is wanted. The scheduler makes it so. */
import {
  CreateService$,
  DeleteService$,
  UpdateService$,
  type CreateServiceCommandInput,
  type CreateServiceCommandOutput,
  type DeleteServiceCommandInput,
  type DeleteServiceCommandOutput,
  type UpdateServiceCommandInput,
  type UpdateServiceCommandOutput,
} from '@aws-sdk/client-ecs'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import type { Check } from '../../../kernel/operation.ts'
import type { View } from '../../../kernel/state.ts'
import { clusterName, ecsArn, serviceName, taskDefinitionName, type Where } from '../arn.ts'
import { rememberedArns } from '../client-token.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { passRoleChecks } from '../pass-role.ts'
import { deploy, serviceArn, serviceShape } from '../service.ts'
import {
  changedFields,
  countKeys,
  type CreateInput,
  deploymentConfigurationOf,
  isSameWorkload,
  requestKeys,
  type UpdateInput,
  workloadOf,
} from '../service-input.ts'
import { type Service, serviceEvents, serviceKey, services } from '../service-state.ts'
import type { TaskDefinition } from '../state.ts'
import { requestTags, resourceTags, tagsOf } from '../tags.ts'
import { taskDefinitionArn } from '../task-definition.ts'
import { activeCluster } from './clusters.ts'
import { usableTaskDefinition } from './run-task.ts'
import { findTaskDefinition } from './task-definitions.ts'

export const createService = ecsOperation<CreateServiceCommandInput, CreateServiceCommandOutput>(CreateService$, {
  recordedOutputs: ['service.serviceArn', 'service.taskDefinition'],
  authorize(input, call) {
    const where = whereOf(call)
    const cluster = clusterName(where, input.cluster)
    const resource = serviceArn(where, { cluster, name: input.serviceName })
    const known = namedDefinition(input.taskDefinition, call)
    const tags = requestTags(input.tags)
    const ofCluster = { 'ecs:cluster': ecsArn(where, 'cluster', cluster) }
    const context = { ...ofCluster, ...requestKeys(where, input, known), ...countKeys(wantedCount(input), 0), ...tags }
    const checks: Check[] = [
      { action: 'ecs:CreateService', resource, context },
      ...handOverChecks(where, known),
      ...passRoleChecks(where.accountId, [input.role], resource, 'ecs.amazonaws.com'),
    ]
    if ((input.tags ?? []).length === 0) return checks
    return [...checks, { action: 'ecs:TagResource', resource, context: { ...ofCluster, ...tags, 'ecs:CreateAction': 'CreateService' } }]
  },
  async invoke(input, call) {
    const where = whereOf(call)
    assertCreate(input)
    const { principal } = call.caller
    const ids = [call.newId(), call.newId(), call.newId()] as const
    const token = { operation: 'CreateService', token: input.clientToken, input, now: call.now }
    const made = await call.state.transact((tx) => {
      const cluster = activeCluster(tx, where, clusterName(where, input.cluster))
      const key = serviceKey(where.region, { cluster: cluster.name, name: input.serviceName })
      const before = tx.get(services, where.accountId, key)
      const remembered = rememberedArns(tx, where, token, () => [serviceArn(where, { cluster: cluster.name, name: input.serviceName })])
      if (remembered !== undefined && before?.status === 'ACTIVE') return before
      if (before?.status === 'ACTIVE') throw ecsError('InvalidParameterException', 'Creation of service was not idempotent.')
      if (before?.status === 'DRAINING') throw ecsError('InvalidParameterException', 'Unable to Start a service that is still Draining.')
      const { taskDefinition: given } = input
      if (given === undefined) throw ecsError('InvalidParameterException', 'TaskDefinition cannot be empty.')
      const workload = workloadOf(input, usableTaskDefinition(tx, where, given), cluster)
      const { schedulingStrategy = 'REPLICA' } = input
      if (schedulingStrategy === 'DAEMON' && workload.launchType === 'FARGATE')
        throw ecsError('InvalidParameterException', 'The DAEMON scheduling strategy is not supported by the FARGATE launch type.')
      const desiredCount = wantedCount(input)
      const bare: Service = {
        name: input.serviceName,
        cluster: cluster.name,
        status: 'ACTIVE',
        desiredCount,
        workload,
        schedulingStrategy,
        deploymentConfiguration: deploymentConfigurationOf(input.deploymentConfiguration, schedulingStrategy),
        availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? 'DISABLED',
        healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
        placementConstraints: input.placementConstraints ?? [],
        placementStrategy: input.placementStrategy ?? [],
        enableECSManagedTags: input.enableECSManagedTags ?? false,
        propagateTags: input.propagateTags ?? 'NONE',
        roleArn: input.role,
        tags: tagsOf(input.tags),
        createdAt: call.now,
        createdBy: 'arn' in principal ? principal.arn : '',
        deployments: [],
        isSteady: false,
      }
      const service = deploy(tx, where, bare, { workload, desiredCount, createdBy: chainBehind(call.caller), now: call.now, ids })
      tx.put(services, where.accountId, key, service)
      tx.delete(serviceEvents, where.accountId, key)
      return service
    })
    return answer(call, made)
  },
})

export const updateService = ecsOperation<UpdateServiceCommandInput, UpdateServiceCommandOutput>(UpdateService$, {
  recordedOutputs: ['service.serviceArn', 'service.taskDefinition', 'service.desiredCount'],
  authorize(input, call) {
    const where = whereOf(call)
    const check = serviceCheck('ecs:UpdateService', input.cluster, input.service, call)
    const known = namedDefinition(input.taskDefinition, call)
    const service = findService(input.cluster, input.service, call)
    const changed = service === undefined ? [] : call.state.read((view) => changedFields(view, where, input, service))
    const context = {
      ...check.context,
      ...requestKeys(where, input, known, service?.workload),
      ...countKeys(input.desiredCount, service?.desiredCount ?? 0),
      ...(changed.length > 0 && { 'tidegate:ChangedFields': changed }),
    }
    // Who only scales or restarts hands no role over: that was done when the definition was brought in.
    return [{ ...check, context }, ...handOverChecks(where, known)]
  },
  async invoke(input, call) {
    const where = whereOf(call)
    assertUpdate(input)
    const ids = [call.newId(), call.newId(), call.newId()] as const
    const updated = await call.state.transact((tx) => {
      const cluster = activeCluster(tx, where, clusterName(where, input.cluster))
      const key = serviceKey(where.region, { cluster: cluster.name, name: serviceName(where, cluster.name, input.service) })
      const before = activeService(tx.get(services, where.accountId, key))
      const named = input.taskDefinition ?? `${before.workload.family}:${before.workload.revision}`
      // A service goes on with a definition that was deregistered, and can't be brought back to one.
      const taskDefinition =
        input.taskDefinition === undefined
          ? findTaskDefinition(tx, where, taskDefinitionName(where, named))
          : usableTaskDefinition(tx, where, named)
      if (taskDefinition === undefined) throw ecsError('ClientException', 'TaskDefinition not found.')
      const workload = workloadOf(input, taskDefinition, cluster, before.workload)
      const desiredCount = before.schedulingStrategy === 'DAEMON' ? 1 : (input.desiredCount ?? before.desiredCount)
      const settled: Service = {
        ...before,
        workload,
        desiredCount,
        deploymentConfiguration: deploymentConfigurationOf(
          input.deploymentConfiguration,
          before.schedulingStrategy,
          before.deploymentConfiguration,
        ),
        availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? before.availabilityZoneRebalancing,
        healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? before.healthCheckGracePeriodSeconds,
        placementConstraints: input.placementConstraints ?? before.placementConstraints,
        placementStrategy: input.placementStrategy ?? before.placementStrategy,
        enableECSManagedTags: input.enableECSManagedTags ?? before.enableECSManagedTags,
        propagateTags: input.propagateTags ?? before.propagateTags,
        deployments: before.deployments.map((one) => (one.status === 'PRIMARY' ? { ...one, desiredCount, updatedAt: call.now } : one)),
      }
      const isNew = input.forceNewDeployment === true || !isSameWorkload(workload, before.workload)
      const createdBy = chainBehind(call.caller)
      const service = isNew ? deploy(tx, where, settled, { workload, desiredCount, createdBy, now: call.now, ids }) : settled
      tx.put(services, where.accountId, key, service)
      return service
    })
    return answer(call, updated)
  },
})

export const deleteService = ecsOperation<DeleteServiceCommandInput, DeleteServiceCommandOutput>(DeleteService$, {
  authorize: (input, call) => [serviceCheck('ecs:DeleteService', input.cluster, input.service, call)],
  async invoke(input, call) {
    const where = whereOf(call)
    const deleted = await call.state.transact((tx) => {
      const { name: cluster } = activeCluster(tx, where, clusterName(where, input.cluster))
      const key = serviceKey(where.region, { cluster, name: serviceName(where, cluster, input.service) })
      const before = tx.get(services, where.accountId, key)
      if (before === undefined) throw ecsError('ServiceNotFoundException', 'Service not found.')
      if (before.status !== 'ACTIVE') return before
      const isScaled = before.schedulingStrategy === 'REPLICA' && before.desiredCount > 0
      if (isScaled && input.force !== true)
        throw ecsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.')
      const draining: Service = { ...before, status: 'DRAINING', desiredCount: 0, isSteady: false }
      tx.put(services, where.accountId, key, draining)
      return draining
    })
    return answer(call, deleted)
  },
})

/** The service as it is after a change that the scheduler is told of. */
function answer(call: EcsCall, service: Service): { service: ReturnType<typeof serviceShape> } {
  const where = whereOf(call)
  call.scheduling.serviceChanged(where, service)
  return { service: call.state.read((view) => serviceShape(view, where, service, true)) }
}

export function serviceCheck(action: string, givenCluster: string | undefined, given: string, call: EcsCall): Check {
  const where = whereOf(call)
  const cluster = clusterName(where, givenCluster)
  const name = serviceName(where, cluster, given)
  const known = findService(givenCluster, given, call)
  return {
    action,
    resource: serviceArn(where, { cluster, name }),
    context: { 'ecs:cluster': ecsArn(where, 'cluster', cluster), ...resourceTags(known?.tags) },
  }
}

function findService(givenCluster: string | undefined, given: string, call: EcsCall): Service | undefined {
  const where = whereOf(call)
  const cluster = clusterName(where, givenCluster)
  const key = serviceKey(where.region, { cluster, name: serviceName(where, cluster, given) })
  return call.state.read((view) => view.get(services, where.accountId, key))
}

/** Throws in ECS's words for one that is not there, or is being deleted. */
function activeService(service: Service | undefined): Service {
  if (service === undefined) throw ecsError('ServiceNotFoundException', 'Service not found.')
  if (service.status !== 'ACTIVE') throw ecsError('ServiceNotActiveException', 'Service was not ACTIVE.')
  return service
}

function namedDefinition(given: string | undefined, call: EcsCall): TaskDefinition | undefined {
  if (given === undefined) return undefined
  const where = whereOf(call)
  return call.state.read((view: View) => findTaskDefinition(view, where, taskDefinitionName(where, given)))
}

/** For the roles of the definition that a request brings in. */
function handOverChecks(where: Where, known: TaskDefinition | undefined): Check[] {
  if (known === undefined) return []
  const { executionRoleArn, taskRoleArn } = known.definition
  return passRoleChecks(where.accountId, [executionRoleArn, taskRoleArn], taskDefinitionArn(where, known))
}

/** A daemon is one task for each machine, and this is one machine. */
const wantedCount = ({ schedulingStrategy, desiredCount = 0 }: CreateInput): number => (schedulingStrategy === 'DAEMON' ? 1 : desiredCount)

function assertCreate({
  serviceName: name,
  deploymentController,
  desiredCount = 0,
  schedulingStrategy,
  taskDefinition,
}: CreateInput): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw ecsError('InvalidParameterException', 'Invalid service name.')
  assertController(deploymentController?.type)
  if (taskDefinition === undefined) throw ecsError('InvalidParameterException', 'TaskDefinition cannot be empty.')
  assertCount(desiredCount)
  if (schedulingStrategy === 'DAEMON' && desiredCount > 0)
    throw ecsError(
      'InvalidParameterException',
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.',
    )
}

function assertUpdate({ deploymentController, desiredCount = 0 }: UpdateInput): void {
  assertController(deploymentController?.type)
  assertCount(desiredCount)
}

function assertController(type: string | undefined): void {
  if (type !== undefined && type !== 'ECS')
    throw ecsError('InvalidParameterException', `The deployment controller ${type} is not supported here. Use ECS.`)
}

function assertCount(desiredCount: number): void {
  if (desiredCount < 0 || desiredCount > 5000) throw ecsError('InvalidParameterException', 'desiredCount must be between 0 and 5000')
}
