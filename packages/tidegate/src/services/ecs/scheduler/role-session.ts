/** Sessions of the execution role of a task, as ECS gets them: `sts:AssumeRole` by `ecs-tasks.amazonaws.com`, through the front door. */
import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import type { Clock } from '../../../kernel/clock.ts'
import type { FrontDoor, InnerCaller } from '../../../kernel/front-door.ts'
import type { TaskIdentity } from '../runtime-port.ts'

export class RoleSession {
  readonly #frontDoor: FrontDoor
  readonly #clock: Clock
  readonly #task: TaskIdentity
  readonly #roleArn: string
  #session: { readonly caller: InnerCaller; readonly renewAt: number } | undefined

  constructor(task: TaskIdentity, roleArn: string, { frontDoor, clock }: { readonly frontDoor: FrontDoor; readonly clock: Clock }) {
    this.#task = task
    this.#roleArn = roleArn
    this.#frontDoor = frontDoor
    this.#clock = clock
  }

  /** One that is good for a while. Rejects with `RefusedCall` where the role does not trust the task. */
  async caller(): Promise<InnerCaller> {
    const now = this.#clock()
    if (this.#session === undefined || now >= this.#session.renewAt)
      this.#session = { caller: await this.#assume(), renewAt: now + HALF_LIFE }
    return this.#session.caller
  }

  async #assume(): Promise<InnerCaller> {
    const { taskArn, taskId, accountId, region, actorChain } = this.#task
    const output = (await this.#frontDoor.call({
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn: this.#roleArn, RoleSessionName: taskId, DurationSeconds: LIFE_SECONDS },
      region,
      as: { kind: 'service', name: 'ecs-tasks.amazonaws.com', accountId, sourceArn: taskArn, actorChain },
    })) as AssumeRoleCommandOutput
    const { AccessKeyId: accessKeyId, SessionToken: sessionToken } = output.Credentials ?? {}
    if (accessKeyId === undefined || sessionToken === undefined) throw new Error('AssumeRole answered no credentials')
    return { kind: 'credentials', accessKeyId, sessionToken, through: 'ecs.amazonaws.com' }
  }
}

const LIFE_SECONDS = 3600
const HALF_LIFE = (LIFE_SECONDS / 2) * 1000
