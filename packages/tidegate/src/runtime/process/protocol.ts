/**
 * What the runtime and the supervisor of its processes say to each other: lines of JSON over a socket in the data folder. The supervisor is
 * a process of its own, so that tasks, their output and their exit codes outlive an instance that is killed.
 */

export interface ProcessSpec {
  readonly id: string
  readonly taskArn: string
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
  /** Beside `PATH` and `HOME`. It is in the supervisor's memory only, never in a file. */
  readonly environment: Readonly<Record<string, string>>
  /** An empty folder of its own where absent. */
  readonly workingDirectory?: string | undefined
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  readonly healthCheck?: ProcessHealthCheck | undefined
  readonly ports: readonly ProcessPort[]
}

/** It listens by itself: nothing is mapped. */
export interface ProcessPort {
  readonly containerPort: number
  readonly hostPort: number
  readonly protocol: 'tcp' | 'udp'
  readonly bindIp: string
}

export interface ProcessHealthCheck {
  readonly command: readonly [program: string, ...args: string[]]
  readonly intervalMilliseconds: number
  readonly timeoutMilliseconds: number
  /** Failures in a row that make it unhealthy. */
  readonly retries: number
  /** After the start, in which failures do not count. */
  readonly startPeriodMilliseconds: number
}

export type Health = 'starting' | 'healthy' | 'unhealthy'

export interface ProcessState {
  readonly id: string
  readonly taskArn: string
  readonly name: string
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly ports: readonly ProcessPort[]
  readonly health?: Health | undefined
  readonly exit?: ProcessExit | undefined
}

export interface ProcessExit {
  /** As a shell tells it: 128 and the number of the signal for what a signal ended; absent where it is not known. */
  readonly code?: number | undefined
  readonly at: number
  readonly reason?: string | undefined
}

export type SupervisorRequest =
  | { readonly ask: 'start'; readonly spec: ProcessSpec }
  | { readonly ask: 'stop'; readonly id: string; readonly signal: NodeJS.Signals; readonly timeoutMilliseconds: number }
  | { readonly ask: 'remove'; readonly id: string }
  | { readonly ask: 'list' }
  /** Ends the supervisor, unless something runs. */
  | { readonly ask: 'quit' }

export type SupervisorMessage =
  | { readonly tell: 'hello'; readonly version: number; readonly pid: number }
  | { readonly tell: 'answer'; readonly n: number; readonly value?: unknown; readonly problem?: string }
  | { readonly tell: 'exited'; readonly state: ProcessState }
  | { readonly tell: 'health'; readonly state: ProcessState }
  /** There is more in the log of the container. */
  | { readonly tell: 'output'; readonly id: string }

export const PROTOCOL_VERSION = 1
