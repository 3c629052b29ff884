/** A container as the engine is asked for it. */
import { createHash } from 'node:crypto'
import {
  type ContainerRef,
  type ContainerSpec,
  type HealthCheckSpec,
  type MountSpec,
  RuntimeError,
} from '../../services/ecs/runtime-port.ts'
import { TASK_NETWORK } from './network.ts'

/** Labels by which an instance finds what is its own. */
export const instanceLabel = 'tidegate.instance'
export const taskLabel = 'tidegate.task'
export const containerLabel = 'tidegate.container'

/** The same whenever it is asked for again: two containers can't have it at once. */
export function containerName({ taskArn, name }: ContainerRef): string {
  return `ecs-${taskArn.slice(taskArn.lastIndexOf('/') + 1)}-${name}`
}

export interface ConfigOptions {
  readonly instance: string
  /** Folders and files of the machine that tasks may mount. */
  readonly hostPaths: readonly string[]
}

/**
 * Throws `RuntimeError` for what would hand the machine to whoever may register a task definition.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export function containerConfig(spec: ContainerSpec, { instance, hostPaths }: ConfigOptions): object {
  assertHarmless(spec, hostPaths)
  const { healthCheck, ports, ulimits } = spec
  const isTerminal = spec.pseudoTerminal
  return {
    Image: spec.image,
    ...(spec.entryPoint && { Entrypoint: spec.entryPoint }),
    ...(spec.command && { Cmd: spec.command }),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.hostname !== undefined && { Hostname: spec.hostname }),
    OpenStdin: spec.interactive,
    Tty: isTerminal,
    Labels: { ...spec.labels, [instanceLabel]: instance, [taskLabel]: spec.taskArn, [containerLabel]: spec.name },
    // ECS looks at health checks of the task definition only, never at one of the image.
    Healthcheck: healthCheck === undefined ? { Test: ['NONE'] } : healthConfig(healthCheck),
    ExposedPorts: Object.fromEntries(ports.map(({ containerPort, protocol }) => [`${containerPort}/${protocol}`, {}])),
    HostConfig: {
      NetworkMode: TASK_NETWORK,
      ...(spec.cpu !== undefined && { CpuShares: Math.max(2, spec.cpu) }),
      ...(spec.cpuLimit !== undefined && { NanoCpus: Math.round((spec.cpuLimit / 1024) * 1e9) }),
      // As much swap as memory would be twice the limit.
      ...(spec.memoryMiB !== undefined && { Memory: spec.memoryMiB * MEBIBYTE, MemorySwap: spec.memoryMiB * MEBIBYTE }),
      ...(spec.memoryReservationMiB !== undefined && { MemoryReservation: spec.memoryReservationMiB * MEBIBYTE }),
      ReadonlyRootfs: spec.readonlyRootFilesystem,
      Init: spec.initProcessEnabled,
      CapAdd: spec.capabilities.add,
      // Who can send raw packets can answer for the address that credentials come from.
      CapDrop: [...new Set([...spec.capabilities.drop, 'NET_RAW'])],
      Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      Sysctls: spec.sysctls,
      Tmpfs: Object.fromEntries(spec.tmpfs.map(({ path, sizeMiB, options }) => [path, [...options, `size=${sizeMiB}m`].join(',')])),
      ...(spec.sharedMemoryMiB !== undefined && { ShmSize: spec.sharedMemoryMiB * MEBIBYTE }),
      ExtraHosts: spec.extraHosts.map(({ hostname, address }) => `${hostname}:${address}`),
      Dns: spec.dnsServers,
      Mounts: spec.mounts.map((mount) => mountConfig(spec, mount)),
      VolumesFrom: spec.volumesFrom.map(
        ({ container, readOnly }) => `${containerName({ taskArn: spec.taskArn, name: container })}${readOnly ? ':ro' : ''}`,
      ),
      PortBindings: portBindings(spec),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '8m', 'max-file': '3' } },
    },
  }
}

/** Raw packets, other networks, the kernel: not for who may only run tasks. What is allowed is what Fargate allows. */
function assertHarmless({ privileged, capabilities, mounts, sysctls }: ContainerSpec, hostPaths: readonly string[]): void {
  const refuse = (what: string): RuntimeError => new RuntimeError('CannotCreateContainerError', `${what} would give this task the machine`)
  if (privileged) throw refuse('a privileged container')
  const capability = capabilities.add.find((each) => !harmlessCapabilities.has(each.toUpperCase().replace(/^CAP_/, '')))
  if (capability !== undefined) throw refuse(`the capability ${capability}`)
  const sysctl = Object.keys(sysctls).find((each) => each.startsWith('net.') && /arp|redirect|forward/.test(each))
  if (sysctl !== undefined) throw refuse(`the kernel parameter ${sysctl}`)
  const mount = mounts.find(({ hostPath }) => hostPath !== undefined && !hostPaths.includes(hostPath))
  if (mount !== undefined)
    throw new RuntimeError(
      'CannotCreateContainerError',
      `the host path ${mount.hostPath ?? ''} is not open to tasks: \`tidegate up --task-host-path ${mount.hostPath ?? ''}\` opens it to all of them`,
    )
}

function healthConfig({ command, intervalSeconds, timeoutSeconds, retries, startPeriodSeconds }: HealthCheckSpec): object {
  const nanoseconds = (seconds: number): number => Math.round(seconds * 1e9)
  return {
    Test: command,
    Interval: nanoseconds(intervalSeconds),
    Timeout: nanoseconds(timeoutSeconds),
    Retries: retries,
    StartPeriod: nanoseconds(startPeriodSeconds),
  }
}

function mountConfig({ taskArn }: ContainerSpec, { volume, hostPath, containerPath, readOnly }: MountSpec): object {
  const place = { Target: containerPath, ReadOnly: readOnly }
  if (hostPath !== undefined) return { ...place, Type: 'bind', Source: hostPath }
  return { ...place, Type: 'volume', Source: volumeName(taskArn, volume), VolumeOptions: { Labels: { [taskLabel]: taskArn } } }
}

function portBindings({ ports }: ContainerSpec): object {
  const bindings: Record<string, object[]> = {}
  for (const { containerPort, hostPort, protocol } of ports)
    (bindings[`${containerPort}/${protocol}`] ??= []).push({ HostPort: hostPort === 0 ? '' : String(hostPort) })
  return bindings
}

/** Volumes of a task have names of their own, whatever the definition calls them. */
const volumeName = (taskArn: string, volume: string): string =>
  `tidegate-${createHash('sha256').update(`${taskArn}\n${volume}`).digest('hex').slice(0, 32)}`

const harmlessCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'SYS_PTRACE',
])

const MEBIBYTE = 1_048_576
