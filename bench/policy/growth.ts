/** `@tidegate/policy` on all worlds in one process, interleaved: what more statements and more principals cost. */
import { openWorld, schedule, type WorldName } from '../policy-worlds.ts'
import { measure, quantile, type Figures } from './measure.ts'
import { askedOf, compileWorld, deciding } from './tidegate.ts'
import type { LoadedEngine } from './engine.ts'
import type { LabelledRequest, World } from './world.ts'

export interface Growth {
  /** Name of a world, or of a part of one. */
  readonly world: string
  readonly principals: number
  readonly statements: number
  readonly figures: Figures
  /** Nanoseconds on the clock of single decisions: hot, and each after 4 MiB of other memory was read. */
  readonly hot: Spread
  readonly cold: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** `s10` stands there a second time with so few principals that all of it stays in the processor's caches. */
export function growth(names: readonly WorldName[], quick: boolean): Growth[] {
  const contestants = new Map<string, LoadedEngine>()
  const sizes = new Map<string, { principals: number; statements: number }>()
  const enter = (label: string, world: World): void => {
    const requests: LabelledRequest[] = []
    let statements = 0
    const compiled = compileWorld(world, world.population(), (one) => {
      requests.push(...one.requests)
      for (const { Statement } of one.identity) statements += Statement.length
    })
    contestants.set(label, deciding(schedule(requests).map((request) => askedOf(request, compiled))))
    sizes.set(label, { principals: world.principals, statements })
  }
  for (const name of names) enter(name, openWorld(name, Math.ceil(openWorld(name).principals / (quick ? 8 : 1))))
  enter('s10, cached', openWorld('s10', 10))
  const figures = measure(
    contestants,
    quick ? { warmUp: 300, firstRound: 2000, window: 20, total: 300 } : { warmUp: 1000, firstRound: 20_000, window: 40, total: 1600 },
  )
  return [...contestants.keys()].flatMap((world) => {
    const [engine, measured, size] = [contestants.get(world), figures.get(world), sizes.get(world)]
    if (!engine || !measured || !size) return []
    return { world, ...size, figures: measured, hot: singles(engine, 20_000, () => {}), cold: singles(engine, quick ? 500 : 2000, sweep) }
  })
}

function singles(engine: LoadedEngine, count: number, before: () => void): Spread {
  const samples: number[] = []
  for (let position = 0; position < count; position++) {
    before()
    const started = performance.now()
    engine.run(position, 1)
    samples.push((performance.now() - started) * 1e6)
  }
  const clock = clockNanoseconds()
  return { p50: Math.max(0, quantile(samples, 0.5) - clock), p99: Math.max(0, quantile(samples, 0.99) - clock) }
}

/** What asking for the time twice adds to a sample. */
function clockNanoseconds(): number {
  const samples: number[] = []
  for (let n = 0; n < 10_000; n++) {
    const started = performance.now()
    samples.push((performance.now() - started) * 1e6)
  }
  return quantile(samples, 0.5)
}

const elsewhere = new Uint8Array(4 * 1024 * 1024).fill(1)
/** Written to, so that the sweep is not optimised away. */
const swept = new Float64Array(1)

function sweep(): void {
  for (let at = 0; at < elsewhere.length; at += 64) swept[0] = (swept[0] ?? 0) + (elsewhere[at] ?? 0)
}
