/** What a task is made from, and how ECS shows it. */
import type { Container as ContainerShape, HealthStatus, Task as TaskShape, TaskOverride } from '@aws-sdk/client-ecs'
import type { Actor } from '../../kernel/caller.ts'
import { ecsArn, type Where } from './arn.ts'
import { ecsError } from './errors.ts'
import type { Runtime } from './runtime-port.ts'
import type { Tag, TaskDefinition } from './state.ts'
import { taskDefinitionArn } from './task-definition.ts'
import type { Task, TaskContainer } from './task-state.ts'

/** What is asked for: by RunTask, or by the deployment of a service. */
export interface TaskRequest {
  readonly cluster: string
  readonly taskDefinition: TaskDefinition
  readonly launchType: Task['launchType']
  readonly capacityProvider?: string | undefined
  readonly platformVersion?: string | undefined
  readonly group: string
  readonly startedBy?: string | undefined
  readonly service?: Task['service']
  readonly overrides: TaskOverride
  readonly enableExecuteCommand: boolean
  readonly tags: readonly Tag[]
  readonly createdBy: readonly Actor[]
}

export function newTask(id: string, now: number, { taskDefinition, ...request }: TaskRequest): Task {
  const { family, revision, definition } = taskDefinition
  const { overrides } = request
  return {
    ...request,
    id,
    family,
    revision,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    cpu: overrides.cpu ?? definition.cpu,
    memory: overrides.memory ?? definition.memory,
    taskRoleArn: overrides.taskRoleArn ?? definition.taskRoleArn,
    executionRoleArn: overrides.executionRoleArn ?? definition.executionRoleArn,
    createdAt: now,
    containers: (definition.containerDefinitions ?? []).map((container): TaskContainer => {
      const override = overrides.containerOverrides?.find(({ name }) => name === container.name)
      return {
        name: container.name ?? '',
        image: container.image ?? '',
        isEssential: container.essential ?? true,
        cpu: override?.cpu ?? container.cpu ?? 0,
        memory: override?.memory ?? container.memory,
        memoryReservation: override?.memoryReservation ?? container.memoryReservation,
        lastStatus: 'PENDING',
        ...(container.healthCheck && { health: { status: 'UNKNOWN', since: now } }),
      }
    }),
    version: 1,
  }
}

/** Throws for overrides of what the task definition does not have. */
export function assertOverrides({ containerOverrides = [], cpu, memory }: TaskOverride, { definition }: TaskDefinition): void {
  const names = (definition.containerDefinitions ?? []).map(({ name }) => name)
  const unknown = containerOverrides.find(({ name }) => !names.includes(name))
  if (unknown !== undefined)
    throw ecsError(
      'InvalidParameterException',
      `Override for container named ${unknown.name ?? ''} is not a container in the TaskDefinition.`,
    )
  for (const size of [cpu, memory])
    if (size !== undefined && !/^\d{1,7}(?:\.\d{1,3})?( ?vcpu| ?gb)?$/i.test(size))
      throw ecsError('InvalidParameterException', `Invalid size in the overrides of the task: ${size}`)
}

export const taskArn = (where: Where, { cluster, id }: Pick<Task, 'cluster' | 'id'>): string => ecsArn(where, 'task', `${cluster}/${id}`)

export function taskShape(where: Where, task: Task, runtime: Pick<Runtime, 'attributes'>, withTags: boolean): TaskShape {
  const { id, cluster, lastStatus, desiredStatus, launchType, group, overrides, containers, version } = task
  const architecture = { name: 'ecs.cpu-architecture', value: process.arch === 'arm64' ? 'arm64' : 'x86_64' }
  return {
    taskArn: taskArn(where, task),
    taskDefinitionArn: taskDefinitionArn(where, task),
    clusterArn: ecsArn(where, 'cluster', cluster),
    lastStatus,
    desiredStatus,
    launchType,
    group,
    version,
    healthStatus: healthOf(task),
    attachments: [],
    attributes: [architecture, ...runtime.attributes],
    containers: containers.map((container) => containerShape(where, id, task, container)),
    enableExecuteCommand: task.enableExecuteCommand,
    overrides: {
      ...overrides,
      containerOverrides: containers.map(({ name }) => overrideShape(name, overrides)),
      inferenceAcceleratorOverrides: [],
    },
    tags: withTags ? [...task.tags] : [],
    ...given('availabilityZone', launchType === 'FARGATE' ? `${where.region}a` : undefined),
    ...given('capacityProviderName', task.capacityProvider),
    ...given('platformVersion', launchType === 'FARGATE' ? platformVersionOf(task) : undefined),
    ...given('platformFamily', launchType === 'FARGATE' ? 'Linux' : undefined),
    ...given('startedBy', task.startedBy),
    ...given('cpu', task.cpu),
    ...given('memory', task.memory),
    ...given('stopCode', task.stopCode),
    ...given('stoppedReason', task.stoppedReason),
    ...given('connectivity', task.startedAt === undefined ? undefined : ('CONNECTED' as const)),
    createdAt: new Date(task.createdAt),
    ...dateOf('connectivityAt', task.startedAt),
    ...dateOf('pullStartedAt', task.pullStartedAt),
    ...dateOf('pullStoppedAt', task.pullStoppedAt),
    ...dateOf('startedAt', task.startedAt),
    ...dateOf('stoppingAt', task.stoppingAt),
    ...dateOf('executionStoppedAt', task.executionStoppedAt),
    ...dateOf('stoppedAt', task.stoppedAt),
  }
}

/** Of the essential containers that have a health check: unhealthy where one is, healthy where all are. */
export function healthOf({ containers }: Pick<Task, 'containers'>): HealthStatus {
  const statuses = containers.flatMap(({ isEssential, health }) => (isEssential && health !== undefined ? [health.status] : []))
  if (statuses.includes('UNHEALTHY')) return 'UNHEALTHY'
  return statuses.length > 0 && statuses.every((status) => status === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN'
}

export const hasHealthCheck = ({ containers }: Pick<Task, 'containers'>): boolean =>
  containers.some(({ isEssential, health }) => isEssential && health !== undefined)

export const isProtected = ({ protection }: Pick<Task, 'protection'>, now: number): boolean =>
  protection !== undefined && protection.until > now

export const containerArn = (where: Where, { cluster, id }: Pick<Task, 'cluster' | 'id'>, name: string): string =>
  ecsArn(where, 'container', `${cluster}/${id}/${name}`)

function containerShape(where: Where, id: string, task: Task, container: TaskContainer): ContainerShape {
  const { name, image, lastStatus, cpu, memory, memoryReservation, started, exit, reason, imageDigest, health } = container
  return {
    containerArn: containerArn(where, { cluster: task.cluster, id }, name),
    taskArn: taskArn(where, task),
    name,
    image,
    lastStatus,
    cpu: String(cpu),
    healthStatus: health?.status ?? 'UNKNOWN',
    networkBindings: (started?.ports ?? []).map(({ bindIp, ...port }) => ({ bindIP: bindIp, ...port })),
    networkInterfaces: started?.address === undefined ? [] : [{ privateIpv4Address: started.address }],
    managedAgents: [],
    ...given('runtimeId', started?.runtimeId),
    ...given('imageDigest', imageDigest),
    ...given('memory', memory === undefined ? undefined : String(memory)),
    ...given('memoryReservation', memoryReservation === undefined ? undefined : String(memoryReservation)),
    ...given('exitCode', exit?.exitCode),
    ...given('reason', reason ?? exit?.reason),
  }
}

function overrideShape(name: string, { containerOverrides = [] }: TaskOverride) {
  return containerOverrides.find((override) => override.name === name) ?? { name }
}

const platformVersionOf = ({ platformVersion = 'LATEST' }: Task): string => (platformVersion === 'LATEST' ? '1.4.0' : platformVersion)

/** The member, or nothing: ECS leaves out what there is not. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}

function dateOf<Name extends string>(name: Name, at: number | undefined): { readonly [Key in Name]?: Date } {
  return given(name, at === undefined ? undefined : new Date(at))
}
