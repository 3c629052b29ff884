/** Windows of load that the servers take in turn, so that whatever disturbs the machine disturbs all alike. */
import { quantile, run } from './load.ts'
import type { Server } from './servers.ts'
import { type Kind, wireBatch, type World } from './world.ts'

export interface Contestant {
  readonly server: string
  readonly process: Server
  readonly world: World
  readonly kinds: readonly Kind[]
}

export interface Plan {
  readonly rounds: number
  readonly windowMilliseconds: number
  /** For each kind of request: by then most of what runs is compiled. */
  readonly warmUpCpuSeconds: number
}

/** Each with one value for each round. */
export interface Windows {
  readonly server: string
  readonly kind: Kind
  requests: number
  readonly cpuMicroseconds: number[]
  readonly perSecond: number[]
  readonly p50: number[]
  readonly p99: number[]
}

export async function measure(contestants: readonly Contestant[], plan: Plan): Promise<readonly Windows[]> {
  for (const contestant of contestants) await warmUp(contestant, plan)
  const entries = contestants.flatMap((contestant) =>
    contestant.kinds.map((kind) => {
      const windows: Windows = { server: contestant.server, kind, requests: 0, cpuMicroseconds: [], perSecond: [], p50: [], p99: [] }
      return { contestant, kind, windows }
    }),
  )
  for (let round = 0; round < plan.rounds; round++) {
    for (const { contestant, kind, windows } of entries) await take(contestant, kind, windows, plan)
  }
  return entries.map(({ windows }) => windows)
}

async function warmUp({ process: server, world, kinds }: Contestant, { warmUpCpuSeconds }: Plan): Promise<void> {
  for (const kind of kinds) {
    const enough = server.cpuMicroseconds() + warmUpCpuSeconds * 1e6
    const deadline = performance.now() + 15_000
    while (server.cpuMicroseconds() < enough && performance.now() < deadline) {
      await run(server.url, { requests: requestsOf(server, world, kind), connections, milliseconds: 400 })
    }
  }
}

async function take({ process: server, world }: Contestant, kind: Kind, windows: Windows, plan: Plan): Promise<void> {
  const requests = requestsOf(server, world, kind)
  const before = server.cpuMicroseconds()
  const { count, seconds, latencies } = await run(server.url, { requests, connections, milliseconds: plan.windowMilliseconds })
  windows.cpuMicroseconds.push((server.cpuMicroseconds() - before) / count)
  windows.requests += count
  windows.perSecond.push(count / seconds)
  windows.p50.push(quantile(latencies, 0.5))
  windows.p99.push(quantile(latencies, 0.99))
}

function requestsOf(server: Server, world: World, kind: Kind): readonly Buffer[] {
  return wireBatch(world, kind, 256, new URL(server.url).host)
}

const connections = 24
