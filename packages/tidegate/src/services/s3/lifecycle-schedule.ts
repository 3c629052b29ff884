/**
 * When the rules for the life of objects are looked at: after a start and every hour. What is due becomes so at midnight (UTC), so a bucket
 * where nothing was due is not walked over again on that day, unless its rules change.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../kernel/clock.ts'
import type { State } from '../../kernel/state.ts'
import type { Timers } from '../../kernel/timers.ts'
import { type LifecyclePorts, passOver } from './lifecycle-pass.ts'
import { bucketsWith } from './state.ts'

export interface ScheduleOptions extends Omit<LifecyclePorts, 'nextTurn'> {
  readonly state: State
  readonly clock: Clock
  readonly timers: Timers
  readonly onProblem: (bucket: string, error: unknown) => void
}

export class LifecycleSchedule {
  readonly #options: ScheduleOptions
  readonly #closing = new AbortController()
  /** By the id of the bucket: the rules and the day for which nothing is due any more. */
  readonly #quiet = new Map<string, string>()
  #cancel = (): void => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#passes()
  }

  /** Waits for what is being deleted. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#cancel()
    await this.#running
  }

  async #passes(): Promise<void> {
    const { state, clock, timers, onProblem } = this.#options
    const buckets = bucketsWith(state, 'lifecycle')
    const ids = new Set(buckets.map(({ id }) => id))
    for (const id of this.#quiet.keys()) if (!ids.has(id)) this.#quiet.delete(id)
    for (const bucket of buckets) {
      if (this.#closing.signal.aborted) return
      const now = clock()
      const seen = `${Math.floor(now / DAY)} ${bucket.versioning} ${bucket.configurations['lifecycle']}`
      if (this.#quiet.get(bucket.id) === seen) continue
      try {
        const due = await passOver(bucket, { ...this.#options, nextTurn }, now, this.#closing.signal)
        if (due === 0) this.#quiet.set(bucket.id, seen)
      } catch (error) {
        onProblem(bucket.name, error)
      }
    }
    if (this.#closing.signal.aborted) return
    this.#cancel = timers.at(clock() + HOUR, () => this.start())
  }
}

const DAY = 86_400_000
const HOUR = 3_600_000
