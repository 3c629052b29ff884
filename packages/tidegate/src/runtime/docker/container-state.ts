/** What the engine says about a container, read. */
import type { ContainerExit, ContainerRef, HealthStatus, StartedContainer } from '../../services/ecs/runtime-port.ts'
import { containerLabel, taskLabel } from './container-config.ts'
import { listOf, recordOf, textOf } from './engine.ts'
import { TASK_NETWORK } from './network.ts'

export interface InspectedContainer {
  readonly id: string
  readonly ref: ContainerRef
  readonly isTerminal: boolean
  readonly isRunning: boolean
  /** Absent where it was created and never ran. */
  readonly started: StartedContainer | undefined
  readonly exit: ContainerExit | undefined
  readonly health: HealthStatus | undefined
}

/** @param answer of `GET /containers/{id}/json` */
export function inspectedContainer(answer: unknown): InspectedContainer {
  const { Id, Config, State, NetworkSettings, Image } = recordOf(answer)
  const [config, state, network] = [recordOf(Config), recordOf(State), recordOf(NetworkSettings)]
  const labels = recordOf(config['Labels'])
  const startedAt = timeOf(state['StartedAt'])
  const isRunning = state['Running'] === true
  const address = textOf(recordOf(recordOf(network['Networks'])[TASK_NETWORK])['IPAddress'])
  return {
    id: textOf(Id),
    ref: { taskArn: textOf(labels[taskLabel]), name: textOf(labels[containerLabel]) },
    isTerminal: config['Tty'] === true,
    isRunning,
    started:
      startedAt === undefined
        ? undefined
        : {
            runtimeId: textOf(Id),
            at: startedAt,
            imageDigest: textOf(Image),
            ...(address !== '' && { address }),
            ports: portsOf(network['Ports']),
          },
    exit: isRunning || startedAt === undefined ? undefined : exitOf(state),
    health: healthOf(textOf(recordOf(state['Health'])['Status'])),
  }
}

export function healthOf(status: string): HealthStatus | undefined {
  return status === 'healthy' ? 'HEALTHY' : status === 'unhealthy' ? 'UNHEALTHY' : status === 'starting' ? 'UNKNOWN' : undefined
}

function exitOf(state: Readonly<Record<string, unknown>>): ContainerExit {
  const at = timeOf(state['FinishedAt']) ?? 0
  const exitCode = Number(state['ExitCode'])
  const reason = state['OOMKilled'] === true ? 'OutOfMemoryError: Container killed due to memory usage' : textOf(state['Error'])
  return { exitCode, at, ...(reason !== '' && { reason }) }
}

/** IPv6 bindings of the same port are the same port. */
function portsOf(ports: unknown): StartedContainer['ports'] {
  return Object.entries(recordOf(ports)).flatMap(([key, bindings]) => {
    const [port = '', protocol = ''] = key.split('/')
    return listOf(bindings).flatMap((binding) => {
      const { HostIp, HostPort } = recordOf(binding)
      const bindIp = textOf(HostIp)
      if (bindIp.includes(':')) return []
      return [
        {
          containerPort: Number(port),
          hostPort: Number(textOf(HostPort)),
          protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
          bindIp,
        },
      ]
    })
  })
}

/** The engine says the year 1 where something did not happen. */
function timeOf(value: unknown): number | undefined {
  const at = Date.parse(textOf(value))
  return Number.isNaN(at) || at <= 0 ? undefined : at
}
