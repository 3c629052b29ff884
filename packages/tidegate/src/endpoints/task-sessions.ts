import { collection } from '../kernel/state.ts'

export interface TaskSessions {
  /** Those that a task was given and that may still be good. */
  readonly sessions: readonly { readonly accessKeyId: string; readonly expiresAt: number }[]
}

/** By the ARN of the task. */
export const taskSessions = collection<TaskSessions>('endpoints.task-sessions')
