/** What the scheduler needs of the rest of the instance. */
import type { Clock } from '../../../kernel/clock.ts'
import type { FrontDoor } from '../../../kernel/front-door.ts'
import type { State } from '../../../kernel/state.ts'
import type { Timers } from '../../../kernel/timers.ts'
import type { LogDriver, Runtime, TaskEndpoints } from '../runtime-port.ts'

export interface SchedulerPorts {
  /** Changes that belong to no request. */
  readonly state: State
  readonly runtime: Runtime
  readonly endpoints: TaskEndpoints
  /** By the name that a `logConfiguration` gives. What no driver is here for is not kept. */
  readonly logDrivers: Readonly<Record<string, LogDriver>>
  readonly frontDoor: FrontDoor
  /** Names this gateway among those on the same database; absent where it is alone. */
  readonly gateway?: string | undefined
  readonly clock: Clock
  readonly timers: Timers
  /** A new one each time, 32 hexadecimal digits. */
  readonly newId: () => string
  /** Told of what went wrong on our side. */
  readonly report: (message: string, error: unknown) => void
}
