/** Time that passes when a test says so: a clock, and what waits for it, in the order in which it is due. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Timers } from '../../src/kernel/timers.ts'

interface Due {
  readonly at: number
  readonly work: () => void
}

export class VirtualTime implements Timers {
  #now: number
  #waiting: Due[] = []

  constructor(now = Date.UTC(2026, 10, 25, 12)) {
    this.#now = now
  }

  readonly clock = (): number => this.#now

  at(at: number, work: () => void): () => void {
    const due: Due = { at, work }
    let low = 0
    for (let high = this.#waiting.length; low < high;) {
      const middle = (low + high) >>> 1
      if ((this.#waiting[middle]?.at ?? 0) <= at) low = middle + 1
      else high = middle
    }
    this.#waiting.splice(low, 0, due)
    return () => {
      const index = this.#waiting.indexOf(due)
      if (index >= 0) this.#waiting.splice(index, 1)
    }
  }

  /** Lets `milliseconds` pass, and all that becomes due in them happen, each at its time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await quiet()
    for (let next = this.#waiting[0]; next !== undefined && next.at <= end; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#now = Math.max(this.#now, next.at)
      next.work()
      await quiet()
    }
    this.#now = end
    await quiet()
  }
}

/** Promises and commits in memory settle within a few turns of the event loop. */
async function quiet(turns = 24): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn()
}
