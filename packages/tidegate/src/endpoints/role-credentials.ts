/**
 * The credentials of the role of one task: taken before they are asked for, renewed long before they end, and revoked with the task. Whatever
 * is handed out is on record first, so that a restart knows what to revoke.
 */
import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import type { Clock } from '../kernel/clock.ts'
import type { FrontDoor, InnerCaller } from '../kernel/front-door.ts'
import type { State } from '../kernel/state.ts'
import type { Timers } from '../kernel/timers.ts'
import type { TaskIdentity } from '../services/ecs/runtime-port.ts'
import { taskSessions } from './task-sessions.ts'

export interface RoleCredentials {
  readonly roleArn: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface RoleCredentialsPorts {
  readonly frontDoor: FrontDoor
  readonly state: State
  readonly clock: Clock
  readonly timers: Timers
  /** Ends sessions at once. */
  readonly revoke: (accessKeyIds: readonly string[]) => Promise<void>
  /** 900 to 43200, and not more than the role allows. */
  readonly ttlSeconds: number
  /** From 0 to 1. */
  readonly random: () => number
  readonly report: (message: string, error: unknown) => void
}

export class TaskRole {
  readonly #task: TaskIdentity
  readonly #roleArn: string
  readonly #ports: RoleCredentialsPorts
  #held: { readonly credentials: RoleCredentials; readonly renewAt: number } | undefined
  #renewal: Promise<RoleCredentials> | undefined
  #cancel: () => void = () => {}
  #isOver = false

  constructor(task: TaskIdentity, roleArn: string, ports: RoleCredentialsPorts) {
    this.#task = task
    this.#roleArn = roleArn
    this.#ports = ports
  }

  /** Takes the role. Rejects with `RefusedCall` where it does not let the task in. */
  async take(): Promise<RoleCredentials> {
    this.#renewal ??= this.#take().finally(() => (this.#renewal = undefined))
    return this.#renewal
  }

  /** What the task gets now; `undefined` where there is nothing that is still good. */
  async current(): Promise<RoleCredentials | undefined> {
    const now = this.#ports.clock()
    if (this.#held !== undefined && now < this.#held.renewAt) return this.#held.credentials
    const renewed = this.#renew()
    // Also where the clock jumped: what is not good for long is not waited out, and a slow renewal is no reason for none.
    if (this.#held !== undefined && now < this.#held.credentials.expiresAt - LAST_MINUTE) return this.#held.credentials
    await renewed
    return this.#held !== undefined && this.#ports.clock() < this.#held.credentials.expiresAt ? this.#held.credentials : undefined
  }

  /** Nothing is renewed any more. */
  end(): void {
    this.#isOver = true
    this.#held = undefined
    this.#cancel()
  }

  async #renew(): Promise<void> {
    try {
      await this.take()
    } catch (error) {
      if (this.#isOver) return
      this.#ports.report(`the credentials of a task can't be renewed: ${this.#task.taskArn}`, error)
      this.#schedule(this.#ports.clock() + RETRY_MILLISECONDS * (1 + this.#ports.random()))
    }
  }

  async #take(): Promise<RoleCredentials> {
    const { frontDoor, state, clock, ttlSeconds, random } = this.#ports
    const { taskArn, taskId, accountId, region, actorChain } = this.#task
    const as: InnerCaller = { kind: 'service', name: 'ecs-tasks.amazonaws.com', accountId, sourceArn: taskArn, actorChain }
    const input = { RoleArn: this.#roleArn, RoleSessionName: taskId, DurationSeconds: ttlSeconds }
    const takenAt = clock()
    const output = await frontDoor.call({ service: 'sts', operation: 'AssumeRole', input, region, as })
    const credentials = credentialsIn(output as AssumeRoleCommandOutput, this.#roleArn)
    const { accessKeyId, expiresAt } = credentials
    if (this.#isOver) {
      await this.#ports.revoke([accessKeyId])
      throw new Error('the task has ended')
    }
    await state.transact((tx) => {
      const before = tx.get(taskSessions, accountId, taskArn)?.sessions ?? []
      const sessions = [...before.filter((session) => session.expiresAt > takenAt), { accessKeyId, expiresAt }]
      tx.put(taskSessions, accountId, taskArn, { sessions })
    })
    // Half of their life, so that whoever asks gets clearly more than the 15 minutes before which boto3 asks again, and not all tasks at once.
    const renewAt = takenAt + (expiresAt - takenAt) * (0.4 + 0.1 * random())
    this.#held = { credentials, renewAt }
    this.#schedule(renewAt)
    return credentials
  }

  #schedule(at: number): void {
    this.#cancel()
    if (!this.#isOver) this.#cancel = this.#ports.timers.at(at, () => void this.#renew())
  }
}

function credentialsIn({ Credentials: given }: AssumeRoleCommandOutput, roleArn: string): RoleCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {}
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined || Expiration === undefined)
    throw new Error('AssumeRole answered no credentials')
  return {
    roleArn,
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiresAt: Expiration.getTime(),
  }
}

const LAST_MINUTE = 60_000
const RETRY_MILLISECONDS = 15_000
