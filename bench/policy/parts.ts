/** The parts of the benchmark. Each runs in a process of its own, so that none inherits another's heap, JIT state or wasm memory. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { WorldName } from '../policy-worlds.ts'
import type { Allocation, Compilation, FirstDecision, Memory } from './costs.ts'
import type { Duel } from './duel.ts'
import type { Growth } from './growth.ts'

export interface Parts {
  readonly duel: (world: WorldName, quick: boolean) => Promise<Duel>
  readonly growth: (worlds: readonly WorldName[], quick: boolean) => Promise<readonly Growth[]>
  readonly costs: (quick: boolean) => Promise<Costs>
  readonly memory: (world: WorldName, quick: boolean) => Promise<Memory>
}

export interface Costs {
  readonly allocations: readonly Allocation[]
  readonly compilation: Compilation
  readonly firstDecisions: readonly FirstDecision[]
  readonly requestCost: number
}

/** Runs one part in a new process and answers its result. */
export function run<Name extends keyof Parts>(name: Name, ...args: Parameters<Parts[Name]>): Awaited<ReturnType<Parts[Name]>> {
  process.stderr.write(`${name} ${args.map(String).join(' ')}\n`)
  const flags = ['--conditions=@tidegate/source', '--expose-gc', '--max-old-space-size=6144']
  const script = fileURLToPath(new URL('./run-part.ts', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [...flags, script, name, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`the part \`${name}\` ended with status ${status}`)
  return JSON.parse(stdout) as Awaited<ReturnType<Parts[Name]>>
}
