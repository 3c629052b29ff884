/** Who a task is: what its credentials, its metadata and the records of what it does say of it. */
import { chainOf, workloadActor } from '../../../kernel/actor-chain.ts'
import type { Actor } from '../../../kernel/caller.ts'
import { ecsArn, type Where } from '../arn.ts'
import type { TaskIdentity } from '../runtime-port.ts'
import { taskArn } from '../task.ts'
import type { Task } from '../task-state.ts'

export function identityOf(where: Where, task: Task): TaskIdentity {
  const { taskRoleArn, executionRoleArn } = task
  return {
    taskArn: taskArn(where, task),
    taskId: task.id,
    accountId: where.accountId,
    region: where.region,
    ...(taskRoleArn !== undefined && { taskRoleArn: roleArn(where, taskRoleArn) }),
    ...(executionRoleArn !== undefined && { executionRoleArn: roleArn(where, executionRoleArn) }),
    actorChain: actorChainOf(where, task),
  }
}

/** The task, its service, then who made that: nearest first. */
function actorChainOf(where: Where, task: Task): readonly Actor[] {
  const { cluster, family, revision, service, createdBy } = task
  const own = workloadActor(taskArn(where, task), `${family}:${revision}`)
  const acting = service === undefined ? [own] : [own, workloadActor(ecsArn(where, 'service', `${cluster}/${service.name}`), service.name)]
  return chainOf(acting, createdBy)
}

/** Roles may be named without their ARN. */
const roleArn = ({ accountId }: Where, given: string): string =>
  given.startsWith('arn:') ? given : `arn:aws:iam::${accountId}:role/${given}`
