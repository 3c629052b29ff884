/** Tasks as they are stored. A task changes with each step of its life; what it was asked to be stays. */
import type { TaskOverride } from '@aws-sdk/client-ecs'
import type { Actor } from '../../kernel/caller.ts'
import { collection } from '../../kernel/state.ts'
import type { ContainerExit, HealthStatus, StartedContainer } from './runtime-port.ts'
import type { Tag } from './state.ts'

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
export type TaskStatus = 'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED'

export type StopCode = 'EssentialContainerExited' | 'ServiceSchedulerInitiated' | 'TaskFailedToStart' | 'UserInitiated'

/** Times are milliseconds since 1970. */
export interface Task {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly cluster: string
  readonly family: string
  readonly revision: number
  readonly lastStatus: TaskStatus
  readonly desiredStatus: 'RUNNING' | 'STOPPED'
  readonly launchType: 'EC2' | 'FARGATE' | 'EXTERNAL'
  readonly capacityProvider?: string | undefined
  readonly platformVersion?: string | undefined
  readonly group: string
  readonly startedBy?: string | undefined
  /** Of a task that the scheduler started for a service: its name, and the id of the deployment. */
  readonly service?: { readonly name: string; readonly deployment: string } | undefined
  readonly overrides: TaskOverride
  readonly cpu?: string | undefined
  readonly memory?: string | undefined
  readonly taskRoleArn?: string | undefined
  readonly executionRoleArn?: string | undefined
  readonly enableExecuteCommand: boolean
  readonly tags: readonly Tag[]
  /** Who is behind it, nearest first; the task itself, and its service, are not in here. */
  readonly createdBy: readonly Actor[]
  readonly createdAt: number
  readonly pullStartedAt?: number | undefined
  readonly pullStoppedAt?: number | undefined
  readonly startedAt?: number | undefined
  readonly stoppingAt?: number | undefined
  readonly executionStoppedAt?: number | undefined
  readonly stoppedAt?: number | undefined
  readonly stopCode?: StopCode | undefined
  readonly stoppedReason?: string | undefined
  readonly containers: readonly TaskContainer[]
  readonly protection?: { readonly until: number } | undefined
  /** Counts the changes, as ECS's `version` does. */
  readonly version: number
}

export interface TaskContainer {
  readonly name: string
  readonly image: string
  readonly isEssential: boolean
  readonly cpu: number
  readonly memory?: number | undefined
  readonly memoryReservation?: number | undefined
  readonly lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED'
  readonly imageDigest?: string | undefined
  readonly started?: StartedContainer | undefined
  readonly exit?: ContainerExit | undefined
  /** Why it did not start, or ended. */
  readonly reason?: string | undefined
  /** Absent where there is no health check. */
  readonly health?: { readonly status: HealthStatus; readonly since: number } | undefined
}

/** What was asked for under a client token, and what came of it. */
export interface ClientToken {
  /** SHA-256 of the request. */
  readonly request: string
  readonly arns: readonly string[]
  readonly at: number
}

export const tasks = collection<Task>('ecs.tasks')
/** The tasks of each service: an index, written with the task. The value says nothing. */
export const tasksOfServices = collection<true>('ecs.tasks-of-services')
export const clientTokens = collection<ClientToken>('ecs.client-tokens')

interface OfTask {
  readonly cluster: string
  readonly id: string
}

export const taskKey = (region: string, { cluster, id }: OfTask): string => `${region}/${cluster}/${id}`
export const taskOfServiceKey = (region: string, cluster: string, service: string, id: string): string =>
  `${region}/${cluster}/${service}/${id}`
