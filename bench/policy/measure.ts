/** CPU time of short windows, taken in turn so that whatever disturbs the machine disturbs all contestants alike. */
import type { LoadedEngine } from './engine.ts'

export interface Plan {
  /** CPU milliseconds before anything counts, at least: compilation by the JIT. */
  readonly warmUp: number
  /** CPU milliseconds that a lazy engine may take at most to be asked every request once. */
  readonly firstRound: number
  /** CPU milliseconds of a window; slow engines take as long as ten decisions take. */
  readonly window: number
  /** CPU milliseconds of all windows of one contestant; at least three windows. */
  readonly total: number
}

export interface Figures {
  readonly windows: number
  readonly decisions: number
  /** CPU microseconds of a decision. */
  readonly median: number
  /** Median absolute deviation of the windows from the median. */
  readonly mad: number
  readonly best: number
}

/** User and system time of all threads in microseconds: compilation and garbage collection on other threads count. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

export function measure(contestants: ReadonlyMap<string, LoadedEngine>, plan: Plan): Map<string, Figures> {
  const running = [...contestants].map(([name, engine]) => new Contestant(name, engine, plan))
  while (running.some((contestant) => contestant.wantsMore)) {
    for (const contestant of running) if (contestant.wantsMore) contestant.runWindow()
  }
  return new Map(running.map((contestant) => [contestant.name, contestant.figures]))
}

class Contestant {
  readonly name: string
  readonly #engine: LoadedEngine
  readonly #perWindow: number
  readonly #windows: number
  readonly #samples: number[] = []
  #position = 0

  constructor(name: string, engine: LoadedEngine, plan: Plan) {
    this.name = name
    this.#engine = engine
    const cost = this.#warmUp(plan)
    // Windows of whole tens are alike: each ten has as many allows and denials.
    this.#perWindow = Math.max(10, Math.round((plan.window * 1000) / cost / 10) * 10)
    this.#windows = Math.max(3, Math.round((plan.total * 1000) / (this.#perWindow * cost)))
  }

  get wantsMore(): boolean {
    return this.#samples.length < this.#windows
  }

  runWindow(): void {
    collectYoungGarbage()
    const started = cpuMicroseconds()
    this.#run(this.#perWindow)
    this.#samples.push((cpuMicroseconds() - started) / this.#perWindow)
  }

  get figures(): Figures {
    const middle = median(this.#samples)
    return {
      windows: this.#samples.length,
      decisions: this.#samples.length * this.#perWindow,
      median: middle,
      mad: median(this.#samples.map((sample) => Math.abs(sample - middle))),
      best: Math.min(...this.#samples),
    }
  }

  /** Answers what a decision costs by then. */
  #warmUp({ warmUp, firstRound }: Plan): number {
    const started = cpuMicroseconds()
    let asked = 0
    let count = 10
    for (;;) {
      const before = cpuMicroseconds()
      this.#run(count)
      asked += count
      const now = cpuMicroseconds()
      const spent = (now - started) / 1000
      if (spent >= warmUp && (this.#engine.isLazy !== true || asked >= this.#engine.requests + count || spent >= firstRound))
        return Math.max(now - before, 1) / count
      if (now - before < 10_000) count *= 2
    }
  }

  #run(count: number): void {
    this.#engine.run(this.#position, count)
    this.#position = (this.#position + count) % this.#engine.requests
  }
}

/** So that no contestant pays for the garbage of the one before. */
function collectYoungGarbage(): void {
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
