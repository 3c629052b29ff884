/** A container as the engine is asked for it. */
import { createHash } from 'node:crypto'
import {
  type ContainerRef,
  type ContainerSpec,
  type HealthCheckSpec,
  type MountSpec,
  type PortSpec,
  RuntimeError,
  type SharedNetwork,
} from '../../services/ecs/runtime-port.ts'
import { TASK_NETWORK } from './network.ts'
import { PAUSE_COMMAND, PAUSE_IMAGE } from './pause-image.ts'

/** Labels by which an instance finds what is its own. */
export const instanceLabel = 'tidegate.instance'
export const taskLabel = 'tidegate.task'
export const containerLabel = 'tidegate.container'
/** Ports of a container in a network that another one holds, for example `80/tcp 53/udp`. */
export const portsLabel = 'tidegate.ports'

/** The same whenever it is asked for again: two containers can't have it at once. */
export function containerName({ taskArn, name }: ContainerRef): string {
  return `ecs-${taskArn.slice(taskArn.lastIndexOf('/') + 1)}-${name}`
}

export interface ConfigOptions {
  readonly instance: string
  /** Folders and files of the machine that tasks may mount. */
  readonly hostPaths: readonly string[]
}

export type NetworkConfigOptions = Pick<ConfigOptions, 'instance'>

/** Of the container that holds the network of a task. */
export function networkConfig(ref: ContainerRef, network: SharedNetwork, { instance }: NetworkConfigOptions): object {
  assertHarmlessSysctls(network.sysctls)
  const { top, host } = ownNetwork({ ...network, sysctls: sysctlsOf(network, 'network') })
  return {
    Image: PAUSE_IMAGE,
    Entrypoint: [PAUSE_COMMAND],
    StopSignal: 'SIGKILL', // the first process of a container hears no other
    Labels: { [instanceLabel]: instance, [taskLabel]: ref.taskArn, [containerLabel]: ref.name },
    ...top,
    HostConfig: { ...host, ReadonlyRootfs: true, CapDrop: ['ALL'], LogConfig: { Type: 'none' } },
  }
}

/**
 * @param holder id of the container whose network it joins
 *
 * Throws `RuntimeError` for what would hand the machine to whoever may register a task definition.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export function containerConfig(spec: ContainerSpec, holder: string | undefined, { instance, hostPaths }: ConfigOptions): object {
  assertHarmless(spec, hostPaths)
  const { healthCheck, ulimits } = spec
  const { top, host, labels } = holder === undefined ? ownNetwork(spec) : joinedNetwork(spec, holder)
  const isTerminal = spec.pseudoTerminal
  return {
    Image: spec.image,
    ...(spec.entryPoint && { Entrypoint: spec.entryPoint }),
    ...(spec.command && { Cmd: spec.command }),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...top,
    OpenStdin: spec.interactive,
    Tty: isTerminal,
    Labels: { ...spec.labels, ...labels, [instanceLabel]: instance, [taskLabel]: spec.taskArn, [containerLabel]: spec.name },
    // ECS looks at health checks of the task definition only, never at one of the image.
    Healthcheck: healthCheck === undefined ? { Test: ['NONE'] } : healthConfig(healthCheck),
    HostConfig: {
      ...host,
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
      Tmpfs: Object.fromEntries(spec.tmpfs.map(({ path, sizeMiB, options }) => [path, [...options, `size=${sizeMiB}m`].join(',')])),
      ...(spec.sharedMemoryMiB !== undefined && { ShmSize: spec.sharedMemoryMiB * MEBIBYTE }),
      Mounts: spec.mounts.map((mount) => mountConfig(spec, mount)),
      VolumesFrom: spec.volumesFrom.map(
        ({ container, readOnly }) => `${containerName({ taskArn: spec.taskArn, name: container })}${readOnly ? ':ro' : ''}`,
      ),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '8m', 'max-file': '3' } },
    },
  }
}

interface NetworkMembers {
  readonly top: object
  readonly host: object
  readonly labels: Readonly<Record<string, string>>
}

function ownNetwork({ hostname, ports, extraHosts, dnsServers, sysctls }: SharedNetwork): NetworkMembers {
  return {
    top: {
      ...(hostname !== undefined && { Hostname: hostname }),
      ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    },
    host: {
      NetworkMode: TASK_NETWORK,
      ExtraHosts: extraHosts.map((extra) => `${extra.hostname}:${extra.address}`),
      Dns: dnsServers,
      Sysctls: sysctls,
      PortBindings: portBindings(ports),
    },
    labels: {},
  }
}

/** The engine takes nothing here that is the network's. */
function joinedNetwork(spec: ContainerSpec, holder: string): NetworkMembers {
  return {
    top: {},
    host: { NetworkMode: `container:${holder}`, Sysctls: sysctlsOf(spec, 'container') },
    labels: { [portsLabel]: spec.ports.map(portKey).join(' ') },
  }
}

export const portKey = ({ containerPort, protocol }: Pick<PortSpec, 'containerPort' | 'protocol'>): string => `${containerPort}/${protocol}`

/** Those of the network, or those of the container that is in it. */
function sysctlsOf({ sysctls }: Pick<SharedNetwork, 'sysctls'>, of: 'network' | 'container'): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sysctls).filter(([name]) => name.startsWith('net.') === (of === 'network')))
}

/** Raw packets, other networks, the kernel: not for who may only run tasks. What is allowed is what Fargate allows. */
function assertHarmless({ privileged, capabilities, mounts, sysctls }: ContainerSpec, hostPaths: readonly string[]): void {
  if (privileged) throw refuse('a privileged container')
  const capability = capabilities.add.find((each) => !harmlessCapabilities.has(each.toUpperCase().replace(/^CAP_/, '')))
  if (capability !== undefined) throw refuse(`the capability ${capability}`)
  assertHarmlessSysctls(sysctls)
  const mount = mounts.find(({ hostPath }) => hostPath !== undefined && !hostPaths.includes(hostPath))
  if (mount !== undefined)
    throw new RuntimeError(
      'CannotCreateContainerError',
      `the host path ${mount.hostPath ?? ''} is not open to tasks: \`tidegate up --task-host-path ${mount.hostPath ?? ''}\` opens it to all of them`,
    )
}

function assertHarmlessSysctls(sysctls: ContainerSpec['sysctls']): void {
  const sysctl = Object.keys(sysctls).find((each) => each.startsWith('net.') && /arp|redirect|forward/.test(each))
  if (sysctl !== undefined) throw refuse(`the kernel parameter ${sysctl}`)
}

const refuse = (what: string): RuntimeError => new RuntimeError('CannotCreateContainerError', `${what} would give this task the machine`)

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

function portBindings(ports: readonly PortSpec[]): object {
  const bindings: Record<string, object[]> = {}
  for (const { containerPort, hostPort, protocol } of ports)
    (bindings[portKey({ containerPort, protocol })] ??= []).push({ HostPort: hostPort === 0 ? '' : String(hostPort) })
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
