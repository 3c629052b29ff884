/**
 * Which of several gateways on one database schedules: whoever holds the lease. The others serve calls; what these change, the holder sees
 * in the state.
 */
import { collection, instanceAccount } from '../../../kernel/state.ts'
import type { SchedulerPorts } from './ports.ts'

interface Held {
  readonly holder: string
  /** Milliseconds since 1970; nobody's after that. */
  readonly until: number
}

const leases = collection<Held>('ecs.scheduler-lease')

export class Lease {
  readonly #ports: Pick<SchedulerPorts, 'state' | 'clock'>
  readonly #holder: string

  constructor(ports: Pick<SchedulerPorts, 'state' | 'clock'>, holder: string) {
    this.#ports = ports
    this.#holder = holder
  }

  /** Takes or renews it. False where another one holds it. */
  take(): Promise<boolean> {
    const now = this.#ports.clock()
    return this.#ports.state.transact((tx) => {
      const held = tx.get(leases, instanceAccount, KEY)
      if (held !== undefined && held.holder !== this.#holder && held.until > now) return false
      tx.put(leases, instanceAccount, KEY, { holder: this.#holder, until: now + LIFE_MILLISECONDS })
      return true
    })
  }

  async release(): Promise<void> {
    await this.#ports.state.transact((tx) => {
      if (tx.get(leases, instanceAccount, KEY)?.holder === this.#holder) tx.delete(leases, instanceAccount, KEY)
    })
  }
}

const KEY = 'scheduler'
const LIFE_MILLISECONDS = 30_000
