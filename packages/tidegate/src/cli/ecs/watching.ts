import type { Service } from '@aws-sdk/client-ecs'
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import { progressText, type Verdict } from './rollout.ts'

export interface Watch {
  readonly look: () => Promise<Service>
  readonly verdict: (service: Service) => Verdict
  /** Ids of events that are no news. */
  readonly knownEvents: ReadonlySet<string>
  /** Milliseconds. */
  readonly timeout: number
  readonly tell: (line: string) => void
  readonly time: WatchTime
}

/** Passed in, so that tests own it. */
export interface WatchTime {
  readonly clock: () => number
  readonly pause: (milliseconds: number) => Promise<void>
}

export type Watched = Exclude<Verdict, { readonly state: 'pending' }> | { readonly state: 'timed-out'; readonly reason: string }

/** Looks until the verdict is no longer pending, and tells what is new at each look: events in the words of ECS, and how far it is. */
export async function watch({ look, verdict, knownEvents, timeout, tell, time }: Watch): Promise<Watched> {
  const end = time.clock() + timeout
  const known = new Set(knownEvents)
  let told = ''
  for (;;) {
    const service = await look()
    for (const { id = '', createdAt, message = '' } of (service.events ?? []).toReversed()) {
      if (known.has(id)) continue
      known.add(id)
      tell(`${createdAt === undefined ? '-' : isoSeconds(createdAt.getTime())}  ${message}`)
    }
    const progress = progressText(service)
    if (progress !== told) tell(`progress: ${progress}`)
    told = progress
    const found = verdict(service)
    if (found.state !== 'pending') return found
    if (time.clock() >= end) return { state: 'timed-out', reason: `it goes on: ${progress}` }
    await time.pause(pauseMilliseconds)
  }
}

const pauseMilliseconds = 1_000
