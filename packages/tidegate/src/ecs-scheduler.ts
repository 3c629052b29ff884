/** The scheduler of ECS with what it runs tasks on. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './kernel/clock.ts'
import type { FrontDoor } from './kernel/front-door.ts'
import type { State } from './kernel/state.ts'
import type { Timers } from './kernel/timers.ts'
import type { Logger } from './log.ts'
import { awsLogsDriver } from './log-drivers/awslogs.ts'
import type { Runtime, TaskEndpoints } from './services/ecs/runtime-port.ts'
import { Scheduler } from './services/ecs/scheduler/scheduler.ts'

export interface SchedulerOptions {
  readonly state: State
  readonly frontDoor: FrontDoor
  readonly runtime: Runtime
  readonly endpoints: TaskEndpoints
  /** Names this gateway among those on the same database; absent where it is alone. */
  readonly gateway?: string | undefined
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
}

export function ecsScheduler({ log, ...ports }: SchedulerOptions): Scheduler {
  const awslogs = awsLogsDriver({
    frontDoor: ports.frontDoor,
    onLost: (stream, error) => log.problem(`events of the log stream ${stream} are lost`, error),
    sleep,
  })
  return new Scheduler({
    ...ports,
    logDrivers: { awslogs },
    newId: newEcsId,
    report: (message, error) => log.problem(message, error),
  })
}

export const newEcsId = (): string => randomBytes(16).toString('hex')
