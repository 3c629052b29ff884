import type { Health, ProcessHealthCheck } from './protocol.ts'

/**
 * What probes say about health. Failures in the start period do not count, but a success ends that period; after that, so many failures in
 * a row make it unhealthy and one success makes it healthy again.
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export class HealthRecord {
  #health: Health = 'starting'
  #failures = 0
  #isStarting = true

  /** @param elapsedMilliseconds since the start */
  probed(isGood: boolean, elapsedMilliseconds: number, { retries, startPeriodMilliseconds }: ProcessHealthCheck): Health {
    if (isGood) {
      this.#failures = 0
      this.#isStarting = false
      return (this.#health = 'healthy')
    }
    if (this.#isStarting && elapsedMilliseconds < startPeriodMilliseconds) return this.#health
    this.#isStarting = false
    this.#failures++
    return this.#failures >= retries ? (this.#health = 'unhealthy') : this.#health
  }
}
