/**
 * How many tasks of a service are how far: kept as they change, so that what the scheduler does for one change costs the same however many
 * tasks there are. It holds nothing that the state does not: a restarted scheduler counts again.
 */
import { hasHealthCheck, healthOf } from '../task.ts'
import type { Task } from '../task-state.ts'
import type { Counts } from './service-plan.ts'
import { isLaunching } from './task-record.ts'

type Phase = 'pending' | 'settling' | 'healthy' | 'unhealthy' | 'stopping'

interface Entry {
  readonly deployment: string
  readonly phase: Phase
  readonly startedAt: number | undefined
}

export interface BookOptions {
  /** Seconds from its start in which an unhealthy task is left alone. */
  readonly graceSeconds: number
}

/** What came of the tasks of a service, by deployment. */
export interface Outcomes {
  /** How many ended by themselves before they were healthy. */
  readonly failures: ReadonlyMap<string, number>
  /** Deployments that had a task become healthy. */
  readonly successes: ReadonlySet<string>
  /** How many ended by themselves soon after their start. */
  readonly earlyEnds: number
  /** Why the last one that did not even start did not. */
  readonly launchError: string | undefined
}

export class ServiceBook {
  readonly #entries = new Map<string, Entry>()
  /** Ids by deployment and phase. */
  readonly #ids = new Map<string, Set<string>>()
  /** Tasks that ended without being told to, since somebody asked, by deployment. */
  #failures = new Map<string, number>()
  #successes = new Set<string>()
  /** Those whose early end makes the service wait. */
  #earlyEnds = 0
  #launchError: string | undefined

  /** Answers when it has to be told of the same task again, because its phase changes with time; undefined where it does not. */
  note(task: Task, now: number, { graceSeconds }: BookOptions): number | undefined {
    const known = this.#entries.get(task.id)
    const deployment = task.service?.deployment ?? ''
    const { phase, until } = phaseOf(task, now, graceSeconds)
    if (phase === 'gone') {
      if (known !== undefined) this.#drop(task.id, known)
      return undefined
    }
    if (known?.phase === phase) return until
    if (known !== undefined) this.#drop(task.id, known)
    this.#entries.set(task.id, { deployment, phase, startedAt: task.startedAt })
    this.#set(deployment, phase).add(task.id)
    if (phase === 'healthy') this.#successes.add(deployment)
    if (phase === 'stopping' && known !== undefined) this.#ended(task, known, now)
    return until
  }

  counts(isMine: (deployment: string) => boolean): Counts {
    const sum = { pending: 0, settling: 0, healthy: 0 }
    for (const [key, ids] of this.#ids) {
      const [phase, deployment] = split(key)
      if (!isMine(deployment)) continue
      // An unhealthy one is stopped, and is nobody's until then.
      if (phase === 'pending' || phase === 'settling' || phase === 'healthy') sum[phase] += ids.size
    }
    return sum
  }

  get stopping(): number {
    let count = 0
    for (const [key, ids] of this.#ids) if (key.startsWith('stopping ') || key.startsWith('unhealthy ')) count += ids.size
    return count
  }

  get unhealthy(): readonly string[] {
    return [...this.#ids].flatMap(([key, ids]) => (key.startsWith('unhealthy ') ? [...ids] : []))
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Ids of tasks to stop, those first that are missed least: not running, not healthy, youngest. */
  toStop(isMine: (deployment: string) => boolean): Iterable<string> {
    return this.#inOrder(isMine)
  }

  /** What failed and what succeeded since the last time. */
  takeOutcomes(): Outcomes {
    const outcomes = { failures: this.#failures, successes: this.#successes, earlyEnds: this.#earlyEnds, launchError: this.#launchError }
    this.#failures = new Map()
    this.#successes = new Set()
    this.#earlyEnds = 0
    this.#launchError = undefined
    return outcomes
  }

  #ended({ stopCode, stoppedReason, startedAt }: Task, before: Entry, now: number): void {
    const byItself = stopCode === 'TaskFailedToStart' || stopCode === 'EssentialContainerExited' || stoppedReason === failedHealthChecks
    if (!byItself) return
    if (before.phase !== 'healthy') this.#failures.set(before.deployment, (this.#failures.get(before.deployment) ?? 0) + 1)
    if (stopCode === 'TaskFailedToStart') this.#launchError = stoppedReason
    if (startedAt === undefined || now - startedAt < EARLY_MILLISECONDS) this.#earlyEnds++
  }

  *#inOrder(isMine: (deployment: string) => boolean): Generator<string> {
    for (const phase of ['pending', 'settling'] as const)
      for (const [key, ids] of this.#ids) {
        const [of, deployment] = split(key)
        if (of === phase && isMine(deployment)) yield* ids
      }
    const healthy = [...this.#ids].flatMap(([key, ids]) => {
      const [of, deployment] = split(key)
      return of === 'healthy' && isMine(deployment) ? [...ids] : []
    })
    yield* healthy.toSorted((a, b) => (this.#entries.get(b)?.startedAt ?? 0) - (this.#entries.get(a)?.startedAt ?? 0))
  }

  #set(deployment: string, phase: Phase): Set<string> {
    const key = `${phase} ${deployment}`
    let set = this.#ids.get(key)
    if (set === undefined) this.#ids.set(key, (set = new Set()))
    return set
  }

  #drop(id: string, { deployment, phase }: Entry): void {
    this.#entries.delete(id)
    const set = this.#set(deployment, phase)
    set.delete(id)
    if (set.size === 0) this.#ids.delete(`${phase} ${deployment}`)
  }
}

function phaseOf(task: Task, now: number, graceSeconds: number): { readonly phase: Phase | 'gone'; readonly until?: number } {
  if (task.lastStatus === 'STOPPED') return { phase: 'gone' }
  if (task.desiredStatus === 'STOPPED') return { phase: 'stopping' }
  if (isLaunching(task)) return { phase: 'pending' }
  const startedAt = task.startedAt ?? now
  // A start that lies ahead: the clock was set back. Nobody waits until it is there again.
  const isSetBack = startedAt > now + SKEW_MILLISECONDS
  if (!hasHealthCheck(task)) {
    const settled = startedAt + SETTLING_MILLISECONDS
    return isSetBack || now >= settled ? { phase: 'healthy' } : { phase: 'settling', until: settled }
  }
  const health = healthOf(task)
  if (health === 'HEALTHY') return { phase: 'healthy' }
  if (health === 'UNKNOWN') return { phase: 'settling' }
  const graceEnds = startedAt + graceSeconds * 1000
  return isSetBack || now >= graceEnds ? { phase: 'unhealthy' } : { phase: 'settling', until: graceEnds }
}

const split = (key: string): readonly [string, string] => {
  const space = key.indexOf(' ')
  return [key.slice(0, space), key.slice(space + 1)]
}

export const failedHealthChecks = 'Task failed container health checks'
/** A task without a health check counts as healthy when it has run for so long. */
const SETTLING_MILLISECONDS = 2_000
/** Of the clocks of several gateways. */
const SKEW_MILLISECONDS = 1_000
/** One that ends by itself sooner than this makes its service wait before the next. */
const EARLY_MILLISECONDS = 60_000
