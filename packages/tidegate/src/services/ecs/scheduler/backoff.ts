/** How long a service waits before it starts tasks again, when the last ones ended too soon: twice as long each time. */
export class Backoff {
  #round = 0
  #of: string | undefined
  #failedAt = 0
  /** Nothing is started before this time. */
  startsAt = 0

  /** Answers how many rounds in a row failed. A new deployment begins without a wait. */
  failed(deployment: string, now: number): number {
    const isStale = now - this.#failedAt > 2 * LONGEST_MILLISECONDS
    if (this.#of !== deployment || isStale) this.#round = 0
    this.#of = deployment
    this.#failedAt = now
    this.#round++
    this.startsAt = now + Math.min(FIRST_MILLISECONDS * 2 ** (this.#round - 1), LONGEST_MILLISECONDS)
    return this.#round
  }

  waits(deployment: string, now: number): boolean {
    // Further ahead than any wait: the clock was set back.
    return this.#of === deployment && now < this.startsAt && this.startsAt - now <= LONGEST_MILLISECONDS
  }
}

const FIRST_MILLISECONDS = 1_000
const LONGEST_MILLISECONDS = 300_000
