/** How ECS shows services, and what a deployment of one is made of. */
import type { Deployment as DeploymentShape, Service as ServiceShape } from '@aws-sdk/client-ecs'
import type { Actor } from '../../kernel/caller.ts'
import type { Transaction, View } from '../../kernel/state.ts'
import { ecsArn, type Where } from './arn.ts'
import { deploymentName, digits } from './ids.ts'
import * as texts from './scheduler/texts.ts'
import {
  type Deployment,
  historyKey,
  type Service,
  serviceDeployments,
  serviceEvents,
  serviceKey,
  serviceRevisions,
  type Workload,
} from './service-state.ts'
import { taskDefinitionArn } from './task-definition.ts'
import { type Task, taskKey, taskOfServiceKey, tasks, tasksOfServices } from './task-state.ts'

export const serviceArn = (where: Where, { cluster, name }: Pick<Service, 'cluster' | 'name'>): string =>
  ecsArn(where, 'service', `${cluster}/${name}`)

export const historyArn = (
  where: Where,
  kind: 'service-deployment' | 'service-revision',
  { cluster, name }: Pick<Service, 'cluster' | 'name'>,
  id: string,
): string => ecsArn(where, kind, `${cluster}/${name}/${id}`)

export interface NewDeployment {
  readonly workload: Workload
  readonly desiredCount: number
  readonly createdBy: readonly Actor[]
  readonly now: number
  /** Three ids of 32 hexadecimal digits. */
  readonly ids: readonly [string, string, string]
}

/** A deployment that begins, with the records of its revision and of itself. Those before it stay until it is completed. */
export function deploy(
  tx: Transaction,
  where: Where,
  service: Service,
  { ids, workload, desiredCount, createdBy, now }: NewDeployment,
): Service {
  const { cluster, name } = service
  const [serviceRevision, serviceDeployment] = [digits(ids[1]), deploymentName(ids[2])]
  const id = `ecs-svc/${digits(ids[0])}`
  const deployment: Deployment = {
    id,
    status: 'PRIMARY',
    workload,
    desiredCount,
    failedTasks: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: texts.inProgress(id),
    createdAt: now,
    updatedAt: now,
    serviceRevision,
    serviceDeployment,
    isRollback: false,
    createdBy,
  }
  const key = (one: string): string => historyKey(where.region, { cluster, service: name }, one)
  tx.put(serviceRevisions, where.accountId, key(serviceRevision), { id: serviceRevision, cluster, service: name, workload, createdAt: now })
  const [before] = service.deployments
  if (before?.rolloutState === 'IN_PROGRESS') {
    const record = tx.get(serviceDeployments, where.accountId, key(before.serviceDeployment))
    const replaced = {
      status: 'STOPPED',
      statusReason: 'Superseded by a newer service deployment.',
      finishedAt: now,
      updatedAt: now,
    } as const
    if (record !== undefined) tx.put(serviceDeployments, where.accountId, key(before.serviceDeployment), { ...record, ...replaced })
  }
  tx.put(serviceDeployments, where.accountId, key(serviceDeployment), {
    id: serviceDeployment,
    cluster,
    service: name,
    status: 'IN_PROGRESS',
    createdAt: now,
    updatedAt: now,
    targetRevision: serviceRevision,
    sourceRevisions: before === undefined ? [] : [before.serviceRevision],
    requestedTaskCount: desiredCount,
    deploymentConfiguration: service.deploymentConfiguration,
    failedTasks: 0,
    isCircuitBroken: false,
  })
  const others = service.deployments.map((one): Deployment => ({ ...one, status: 'ACTIVE' }))
  return { ...service, workload, desiredCount, deployments: [deployment, ...others], isSteady: false }
}

/** In the order of their ids. */
export function tasksOfService(
  view: View,
  { accountId, region }: Where,
  { cluster, name }: Pick<Service, 'cluster' | 'name'>,
): readonly Task[] {
  const prefix = taskOfServiceKey(region, cluster, name, '')
  return view
    .list(tasksOfServices, accountId, { prefix })
    .flatMap(({ key }) => view.get(tasks, accountId, taskKey(region, { cluster, id: key.slice(prefix.length) })) ?? [])
}

export interface TaskCounts {
  readonly running: number
  readonly pending: number
}

export function countTasks(all: readonly Task[]): TaskCounts {
  const wanted = all.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
  const running = wanted.filter(({ lastStatus }) => lastStatus === 'RUNNING').length
  return { running, pending: wanted.length - running }
}

export function serviceShape(view: View, where: Where, service: Service, withTags: boolean): ServiceShape {
  const { cluster, name, workload, deployments } = service
  const all = tasksOfService(view, where, service)
  const { running, pending } = countTasks(all)
  const { events } = view.get(serviceEvents, where.accountId, serviceKey(where.region, service)) ?? { events: [] }
  const [primary] = deployments
  return {
    serviceArn: serviceArn(where, service),
    serviceName: name,
    clusterArn: ecsArn(where, 'cluster', cluster),
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: running,
    pendingCount: pending,
    ...workloadShape(where, workload),
    deploymentController: { type: 'ECS' },
    deploymentConfiguration: { ...service.deploymentConfiguration },
    deployments: deployments.map((one) =>
      deploymentShape(where, one, countTasks(all.filter((task) => task.service?.deployment === one.id))),
    ),
    events: events.map(({ id, at, message }) => ({ id, createdAt: new Date(at), message })),
    schedulingStrategy: service.schedulingStrategy,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    placementConstraints: [...service.placementConstraints],
    placementStrategy: [...service.placementStrategy],
    enableECSManagedTags: service.enableECSManagedTags,
    enableExecuteCommand: workload.enableExecuteCommand,
    propagateTags: service.propagateTags,
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    ...(service.healthCheckGracePeriodSeconds !== undefined && { healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds }),
    ...(service.roleArn !== undefined && { roleArn: service.roleArn }),
    ...(withTags && { tags: service.tags.map((tag) => ({ ...tag })) }),
    ...(primary !== undefined && {
      currentServiceDeployment: historyArn(where, 'service-deployment', service, primary.serviceDeployment),
      currentServiceRevisions: [
        {
          arn: historyArn(where, 'service-revision', service, primary.serviceRevision),
          requestedTaskCount: primary.desiredCount,
          runningTaskCount: running,
          pendingTaskCount: pending,
        },
      ],
    }),
  }
}

function deploymentShape(where: Where, deployment: Deployment, { running, pending }: TaskCounts): DeploymentShape {
  const { id, status, workload, desiredCount, failedTasks, rolloutState, rolloutStateReason, createdAt, updatedAt } = deployment
  const { loadBalancers: _balancers, serviceRegistries: _registries, ...shape } = workloadShape(where, workload)
  return {
    id,
    status,
    ...shape,
    // Those that are replaced want no more than they have.
    desiredCount: status === 'PRIMARY' ? desiredCount : running + pending,
    runningCount: running,
    pendingCount: pending,
    failedTasks,
    rolloutState,
    rolloutStateReason,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
}

/** What is not there is left out: `{}` in place of nothing has crashed clients. */
export function workloadShape(where: Where, workload: Workload) {
  const { family, revision, launchType, capacityProviderStrategy, platformVersion, networkConfiguration } = workload
  const { loadBalancers, serviceRegistries, volumeConfigurations } = workload
  const byStrategy = capacityProviderStrategy !== undefined && capacityProviderStrategy.length > 0
  return {
    taskDefinition: taskDefinitionArn(where, { family, revision }),
    ...(byStrategy ? { capacityProviderStrategy: [...capacityProviderStrategy] } : { launchType }),
    ...(launchType === 'FARGATE' && { platformVersion: platformVersion ?? 'LATEST', platformFamily: 'Linux' }),
    ...(networkConfiguration && { networkConfiguration }),
    loadBalancers: [...loadBalancers],
    serviceRegistries: [...serviceRegistries],
    ...(volumeConfigurations && { volumeConfigurations: [...volumeConfigurations] }),
  }
}
