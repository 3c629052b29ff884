/**
 * So many requests a second for each who asks, and some more at once: what the ECS agent allows.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html (ECS_TASK_METADATA_RPS_LIMIT)
 */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  /** @param now milliseconds of a clock that only goes forward */
  takes(who: string, now: number): boolean {
    const bucket = this.#buckets.get(who) ?? { tokens: BURST, at: now }
    const tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND)
    if (this.#buckets.size >= MOST_BUCKETS) this.#forget(now)
    this.#buckets.set(who, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    return tokens >= 1
  }

  /** A bucket that is full again says nothing. */
  #forget(now: number): void {
    for (const [who, { tokens, at }] of this.#buckets) if (tokens + ((now - at) / 1000) * PER_SECOND >= BURST) this.#buckets.delete(who)
  }
}

const PER_SECOND = 40
const BURST = 60
const MOST_BUCKETS = 10_000
