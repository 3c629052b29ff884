/** The scheduler of ECS with what it runs tasks on. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'
import type { Clock } from './kernel/clock.ts'
import type { FrontDoor } from './kernel/front-door.ts'
import type { State } from './kernel/state.ts'
import type { Timers } from './kernel/timers.ts'
import type { Logger } from './log.ts'
import { awsLogsDriver } from './log-drivers/awslogs.ts'
import { ProcessRuntime } from './runtime/process/process-runtime.ts'
import type { Runtime, TaskEndpoints } from './services/ecs/runtime-port.ts'
import { Scheduler } from './services/ecs/scheduler/scheduler.ts'

export interface SchedulerOptions {
  readonly state: State
  readonly frontDoor: FrontDoor
  readonly runtime: Runtime
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
  /** Where this instance listens. */
  readonly url: () => string
}

export function ecsScheduler({ url, log, ...ports }: SchedulerOptions): Scheduler {
  const awslogs = awsLogsDriver({
    frontDoor: ports.frontDoor,
    onLost: (stream, error) => log.problem(`events of the log stream ${stream} are lost`, error),
    sleep,
  })
  return new Scheduler({
    ...ports,
    endpoints: plainEndpoints(ports.frontDoor, url),
    logDrivers: { awslogs },
    newId: newEcsId,
    report: (message, error) => log.problem(message, error),
  })
}

export const newEcsId = (): string => randomBytes(16).toString('hex')

export const systemTimers: Timers = {
  at(at, work) {
    const timer = setTimeout(work, Math.min(Math.max(0, at - Date.now()), LONGEST_TIMER))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Where nothing else is said, tasks are processes of this machine. */
export function defaultRuntime({ path }: DataFolder, log: Logger): Runtime {
  return new ProcessRuntime({ folder: join(path, 'processes'), onProblem: (message, error) => log.problem(message, error) })
}

/** The role of a task has to trust it; its environment says where this instance is. */
function plainEndpoints(frontDoor: FrontDoor, url: () => string): TaskEndpoints {
  return {
    async open({ taskArn, taskId, taskRoleArn, accountId, region, actorChain }) {
      if (taskRoleArn === undefined) return
      const as = { kind: 'service', name: 'ecs-tasks.amazonaws.com', accountId, sourceArn: taskArn, actorChain } as const
      await frontDoor.call({
        service: 'sts',
        operation: 'AssumeRole',
        input: { RoleArn: taskRoleArn, RoleSessionName: taskId },
        region,
        as,
      })
    },
    environmentOf: ({ region }) => ({
      AWS_ENDPOINT_URL: url(),
      AWS_ENDPOINT_URL_STS: url(),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    }),
    close: () => Promise.resolve(),
  }
}

/** What `setTimeout` takes. */
const LONGEST_TIMER = 2 ** 31 - 1
