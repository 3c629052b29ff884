/** From a container of a task definition, with the overrides of the task, to what a runtime is told. */
import type { ContainerDefinition, TaskOverride } from '@aws-sdk/client-ecs'
import { ecsArn, type Where } from '../arn.ts'
import { taskSize } from '../fargate-sizes.ts'
import type { ContainerSpec, HealthCheckSpec, MountSpec, SharedNetwork } from '../runtime-port.ts'
import type { TaskDefinition } from '../state.ts'
import { taskArn } from '../task.ts'
import type { Task } from '../task-state.ts'

/** @param environment complete: of the definition, its secrets, the overrides and what every task is given */
export function containerSpec(
  where: Where,
  task: Task,
  { definition, family, revision }: TaskDefinition,
  container: ContainerDefinition,
  environment: Readonly<Record<string, string>>,
): ContainerSpec {
  const override = overrideOf(task.overrides, container)
  const linux = container.linuxParameters
  const cpu = override?.cpu ?? container.cpu ?? 0
  const limits = taskSize(task)
  return {
    taskArn: taskArn(where, task),
    name: container.name ?? '',
    image: container.image ?? '',
    ...present('entryPoint', container.entryPoint),
    ...present('command', override?.command ?? container.command),
    environment,
    ...present('workingDirectory', container.workingDirectory),
    ...present('user', container.user),
    ...present('cpu', cpu > 0 ? cpu : undefined),
    // ECS caps the task, not its containers: alone in its task, a container may take all of it.
    ...present('cpuLimit', limits.cpu),
    ...present('memoryMiB', override?.memory ?? container.memory ?? limits.memory),
    ...present('memoryReservationMiB', override?.memoryReservation ?? container.memoryReservation),
    readonlyRootFilesystem: container.readonlyRootFilesystem ?? false,
    privileged: container.privileged ?? false,
    initProcessEnabled: linux?.initProcessEnabled ?? false,
    interactive: container.interactive ?? false,
    pseudoTerminal: container.pseudoTerminal ?? false,
    capabilities: { add: linux?.capabilities?.add ?? [], drop: linux?.capabilities?.drop ?? [] },
    ulimits: (container.ulimits ?? []).map(({ name, softLimit = 0, hardLimit = 0 }) => ({
      name: name ?? '',
      soft: softLimit,
      hard: hardLimit,
    })),
    ...networkOf(definition, container),
    ...present('sharedNetwork', sharedNetworkOf(definition)),
    tmpfs: (linux?.tmpfs ?? []).map(({ containerPath, size, mountOptions }) => ({
      path: containerPath ?? '',
      sizeMiB: size ?? 0,
      options: mountOptions ?? [],
    })),
    ...present('sharedMemoryMiB', linux?.sharedMemorySize),
    mounts: mountsOf(definition, container),
    volumesFrom: (container.volumesFrom ?? []).map(({ sourceContainer, readOnly }) => ({
      container: sourceContainer ?? '',
      readOnly: readOnly ?? false,
    })),
    ...present('healthCheck', healthCheckOf(container)),
    labels: {
      ...container.dockerLabels,
      'com.amazonaws.ecs.cluster': ecsArn(where, 'cluster', task.cluster),
      'com.amazonaws.ecs.container-name': container.name ?? '',
      'com.amazonaws.ecs.task-arn': taskArn(where, task),
      'com.amazonaws.ecs.task-definition-family': family,
      'com.amazonaws.ecs.task-definition-version': String(revision),
    },
  }
}

/** What the definition and the overrides say; the overrides win. */
export function plainEnvironment(container: ContainerDefinition, overrides: TaskOverride): Readonly<Record<string, string>> {
  const pairs = [...(container.environment ?? []), ...(overrideOf(overrides, container)?.environment ?? [])]
  return Object.fromEntries(pairs.map(({ name = '', value = '' }) => [name, value]))
}

/** A volume without `hostPath` lives with the task, whatever else is said of it: what has no meaning here is no reason not to start. */
export function mountsOf({ volumes = [] }: Definition, { mountPoints = [] }: ContainerDefinition): readonly MountSpec[] {
  return mountPoints.map(({ sourceVolume = '', containerPath = '', readOnly = false }) => ({
    volume: sourceVolume,
    ...present('hostPath', volumes.find(({ name }) => name === sourceVolume)?.host?.sourcePath),
    containerPath,
    readOnly,
  }))
}

type Definition = TaskDefinition['definition']

function networkOf({ networkMode }: Definition, container: ContainerDefinition): SharedNetwork {
  return {
    ...present('hostname', container.hostname),
    extraHosts: (container.extraHosts ?? []).map(({ hostname, ipAddress }) => ({ hostname: hostname ?? '', address: ipAddress ?? '' })),
    dnsServers: container.dnsServers ?? [],
    sysctls: Object.fromEntries((container.systemControls ?? []).map(({ namespace = '', value = '' }) => [namespace, value])),
    ports: (container.portMappings ?? []).flatMap(({ containerPort, hostPort, protocol }) =>
      containerPort === undefined
        ? []
        : [{ containerPort, hostPort: networkMode === 'awsvpc' ? 0 : (hostPort ?? 0), protocol: protocol ?? 'tcp' }],
    ),
  }
}

/** Of `awsvpc`: the task has one address. Alone in its task, a container needs to share with nobody. */
function sharedNetworkOf(definition: Definition): SharedNetwork | undefined {
  const { networkMode, containerDefinitions = [] } = definition
  if (networkMode !== 'awsvpc' || containerDefinitions.length < 2) return undefined
  const all = containerDefinitions.map((container) => networkOf(definition, container))
  return {
    ...present('hostname', all.find(({ hostname }) => hostname !== undefined)?.hostname),
    extraHosts: all.flatMap(({ extraHosts }) => extraHosts),
    dnsServers: [...new Set(all.flatMap(({ dnsServers }) => dnsServers))],
    sysctls: Object.assign({}, ...all.map(({ sysctls }) => sysctls)) as Readonly<Record<string, string>>,
    ports: all.flatMap(({ ports }) => ports),
  }
}

/** Absent where there is none, or where it is `NONE`. */
function healthCheckOf({ healthCheck }: ContainerDefinition): HealthCheckSpec | undefined {
  const { command = [], interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = healthCheck ?? {}
  if (command.length === 0 || command[0] === 'NONE') return undefined
  // A command without a word for how to run it is run as it is.
  const whole = command[0] === 'CMD' || command[0] === 'CMD-SHELL' ? command : ['CMD', ...command]
  return { command: whole, intervalSeconds: interval, timeoutSeconds: timeout, retries, startPeriodSeconds: startPeriod }
}

const overrideOf = ({ containerOverrides = [] }: TaskOverride, { name }: ContainerDefinition) =>
  containerOverrides.find((override) => override.name === name)

function present<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}
