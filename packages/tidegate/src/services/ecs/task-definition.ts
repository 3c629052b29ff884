/** What ECS makes of a task definition that is registered: what it refuses, and the defaults that it fills in. */
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, TaskDefinition as TaskDefinitionShape } from '@aws-sdk/client-ecs'
import type { Given } from '../../kernel/judged-operation.ts'
import { ecsArn, type Where } from './arn.ts'
import { ecsError } from './errors.ts'
import { assertFargateSize } from './fargate-sizes.ts'
import type { TaskDefinition } from './state.ts'

type Input = Given<RegisterTaskDefinitionCommandInput>

/** Throws `ClientException` in ECS's words for what can't run. */
export function assertDefinition(input: Input): void {
  const { family, containerDefinitions, networkMode, requiresCompatibilities = [] } = input
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw refuse('Family contains invalid characters.')
  if (containerDefinitions.length === 0) throw refuse('Container list cannot be empty.')
  if (containerDefinitions.length > 10) throw refuse('Too many containers: a task definition can have at most 10.')
  for (const container of containerDefinitions) assertContainer(container, input)
  const names = containerDefinitions.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refuse(`Container names must be unique: '${twice}' is used more than once.`)
  if (containerDefinitions.every(({ essential }) => essential === false)) throw refuse('At least one container must be essential.')
  assertDependencies(containerDefinitions)
  if (requiresCompatibilities.includes('FARGATE')) {
    if (networkMode !== 'awsvpc') throw refuse('Fargate only supports network mode ‘awsvpc’.')
    assertFargateSize(input)
    if (
      input.executionRoleArn === undefined &&
      containerDefinitions.some(({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs')
    )
      throw refuse('Fargate requires task definition to have execution role ARN to support log driver awslogs.')
  }
  if (input.executionRoleArn === undefined && containerDefinitions.some(({ secrets = [] }) => secrets.length > 0))
    throw refuse('When you are specifying container secrets, you must also specify a value for executionRoleArn.')
}

function assertContainer({ name = '', image = '', ...container }: ContainerDefinition, input: Input): void {
  if (name === '') throw refuse('Container.name should not be null or empty.')
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw refuse(`Invalid container name: '${name}'.`)
  if (image === '') throw refuse('Container.image should not be null or empty.')
  const { memory, memoryReservation, cpu = 0, portMappings = [], mountPoints = [], environment = [], secrets = [] } = container
  if (memory === undefined && memoryReservation === undefined && input.memory === undefined)
    throw refuse(`Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`)
  if ((memory ?? 6) < 6 || (memoryReservation ?? 6) < 6 || cpu < 0)
    throw refuse(`Invalid setting for container '${name}'. Memory is at least 6 MiB.`)
  if (memory !== undefined && memoryReservation !== undefined && memoryReservation > memory)
    throw refuse(`Invalid setting for container '${name}'. 'memoryReservation' must not be greater than 'memory'.`)
  for (const { containerPort = 1, hostPort = 0 } of portMappings) {
    if (!isPort(containerPort) || !(hostPort === 0 || isPort(hostPort))) throw refuse(`Invalid port mapping for container '${name}'.`)
    if (input.networkMode === 'awsvpc' && hostPort !== 0 && hostPort !== containerPort)
      throw refuse('When networkMode=awsvpc, the host ports and container ports in port mappings must match.')
  }
  const volumes = (input.volumes ?? []).map((volume) => volume.name)
  const unknown = mountPoints.find(({ sourceVolume }) => !volumes.includes(sourceVolume))
  if (unknown !== undefined) throw refuse(`Unknown volume '${unknown.sourceVolume}'.`)
  const both = secrets.find((secret) => environment.some((variable) => variable.name === secret.name))
  if (both !== undefined)
    throw refuse(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${both.name}'.`,
    )
}

/** Every container must be able to start at some time. */
function assertDependencies(containers: readonly ContainerDefinition[]): void {
  const waitsFor = new Map(
    containers.map(({ name = '', dependsOn = [], links = [] }) => [
      name,
      [...dependsOn.map(({ containerName = '' }) => containerName), ...links.map((link) => link.split(':')[0] ?? '')],
    ]),
  )
  for (const [name, others] of waitsFor) {
    const missing = others.find((other) => !waitsFor.has(other))
    if (missing !== undefined) throw refuse(`Container '${name}' depends on container '${missing}', which does not exist.`)
  }
  const started = new Set<string>()
  for (let before = -1; before < started.size;) {
    before = started.size
    for (const [name, others] of waitsFor) if (others.every((other) => started.has(other))) started.add(name)
  }
  if (started.size < waitsFor.size) throw refuse('Container dependencies have a cycle.')
}

/** The definition as ECS shows it: empty lists and the defaults that clients compare with, and no others. */
export function withDefaults({ family: _family, tags: _tags, ...input }: Input): TaskDefinition['definition'] {
  return {
    ...input,
    containerDefinitions: input.containerDefinitions.map((container) => containerWithDefaults(container, input.networkMode)),
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
  }
}

function containerWithDefaults(container: ContainerDefinition, networkMode: Input['networkMode']): ContainerDefinition {
  const { healthCheck, portMappings = [] } = container
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    portMappings: portMappings.map((mapping) => ({
      ...mapping,
      protocol: mapping.protocol ?? 'tcp',
      hostPort: mapping.hostPort ?? (networkMode === 'awsvpc' || networkMode === 'host' ? mapping.containerPort : 0),
    })),
    ...(healthCheck && {
      healthCheck: {
        ...healthCheck,
        interval: healthCheck.interval ?? 30,
        timeout: healthCheck.timeout ?? 5,
        retries: healthCheck.retries ?? 3,
      },
    }),
  }
}

export function taskDefinitionShape(where: Where, taskDefinition: TaskDefinition): TaskDefinitionShape {
  const { family, revision, status, registeredAt, registeredBy, deregisteredAt, definition } = taskDefinition
  return {
    ...definition,
    taskDefinitionArn: taskDefinitionArn(where, taskDefinition),
    family,
    revision,
    status,
    compatibilities: compatibilitiesOf(definition),
    registeredAt: new Date(registeredAt),
    registeredBy,
    ...(deregisteredAt !== undefined && { deregisteredAt: new Date(deregisteredAt) }),
  }
}

export const taskDefinitionArn = (where: Where, { family, revision }: Pick<TaskDefinition, 'family' | 'revision'>): string =>
  ecsArn(where, 'task-definition', `${family}:${revision}`)

/** Where the definition could run, asked for or not. */
function compatibilitiesOf({ networkMode, cpu, memory }: TaskDefinition['definition']): ('EC2' | 'FARGATE')[] {
  return networkMode === 'awsvpc' && cpu !== undefined && memory !== undefined ? ['EC2', 'FARGATE'] : ['EC2']
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535
const refuse = (message: string) => ecsError('ClientException', message)
