/** What the engine says about a container, read. */
import type { ContainerExit, ContainerRef, HealthStatus, StartedContainer } from '../../services/ecs/runtime-port.ts'
import { containerLabel, portKey, portsLabel, taskLabel } from './container-config.ts'
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

/** Id of the container whose network it is in; undefined where it has its own. */
export function holderOf(answer: unknown): string | undefined {
  const mode = textOf(recordOf(recordOf(answer)['HostConfig'])['NetworkMode'])
  return mode.startsWith('container:') ? mode.slice('container:'.length) : undefined
}

/**
 * @param answer of `GET /containers/{id}/json`
 * @param holder the same of the container whose network it is in
 */
export function inspectedContainer(answer: unknown, holder?: unknown): InspectedContainer {
  const { Id, Config, State, Image } = recordOf(answer)
  const [config, state] = [recordOf(Config), recordOf(State)]
  const network = recordOf(recordOf(holder ?? answer)['NetworkSettings'])
  const labels = recordOf(config['Labels'])
  const startedAt = timeOf(state['StartedAt'])
  const isRunning = state['Running'] === true
  const own = holder === undefined ? undefined : new Set(textOf(labels[portsLabel]).split(' '))
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
            ports: portsOf(network['Ports']).filter((port) => own === undefined || own.has(portKey(port))),
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
