/** Protection of tasks against being stopped when their service scales in or deploys. */
import {
  GetTaskProtection$,
  UpdateTaskProtection$,
  type Failure,
  type GetTaskProtectionCommandInput,
  type GetTaskProtectionCommandOutput,
  type ProtectedTask,
  type UpdateTaskProtectionCommandInput,
  type UpdateTaskProtectionCommandOutput,
} from '@aws-sdk/client-ecs'
import type { View } from '../../../kernel/state.ts'
import { clusterName, type Where } from '../arn.ts'
import { ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { isProtected, taskArn } from '../task.ts'
import { type Task, taskKey, tasks } from '../task-state.ts'
import { activeCluster } from './clusters.ts'
import { findTask, idsIn, taskCheck, tasksIn } from './tasks.ts'

export const getTaskProtection = ecsOperation<GetTaskProtectionCommandInput, GetTaskProtectionCommandOutput>(GetTaskProtection$, {
  authorize(input, call) {
    const where = whereOf(call)
    const cluster = clusterName(where, input.cluster)
    const ids =
      (input.tasks ?? []).length > 0 ? idsIn(input, where, 100) : call.state.read((view) => protectedIds(view, where, cluster, call.now))
    if (ids.length > 0) return ids.map((id) => taskCheck('ecs:GetTaskProtection', cluster, id, call))
    return [taskCheck('ecs:GetTaskProtection', cluster, '*', call)]
  },
  invoke(input, call) {
    const where = whereOf(call)
    return call.state.read((view) => {
      const { name: cluster } = activeCluster(view, where, clusterName(where, input.cluster))
      const ids = (input.tasks ?? []).length > 0 ? idsIn(input, where, 100) : protectedIds(view, where, cluster, call.now)
      return sorted(view, where, cluster, ids, (task) => protectionShape(where, task, call.now))
    })
  },
})

export const updateTaskProtection = ecsOperation<UpdateTaskProtectionCommandInput, UpdateTaskProtectionCommandOutput>(
  UpdateTaskProtection$,
  {
    authorize: (input, call) => idsIn(input, whereOf(call), 10).map((id) => taskCheck('ecs:UpdateTaskProtection', input.cluster, id, call)),
    async invoke(input, call) {
      const where = whereOf(call)
      const { protectionEnabled, expiresInMinutes = 120 } = input
      if (protectionEnabled && (expiresInMinutes < 1 || expiresInMinutes > 2880))
        throw ecsError('InvalidParameterException', 'expiresInMinutes must be between 1 and 2880.')
      const result = await call.state.transact((tx) => {
        const { name: cluster } = activeCluster(tx, where, clusterName(where, input.cluster))
        return sorted(tx, where, cluster, idsIn(input, where, 10), (task) => {
          const changed: Task = { ...task, protection: protectionEnabled ? { until: call.now + expiresInMinutes * 60_000 } : undefined }
          tx.put(tasks, where.accountId, taskKey(where.region, changed), changed)
          return protectionShape(where, changed, call.now)
        })
      })
      for (const { taskArn: arn = '' } of result.protectedTasks) {
        const [, cluster = '', id = ''] = arn.split('/')
        call.scheduling.taskChanged(where, { cluster, id })
      }
      return result
    },
  },
)

function protectedIds(view: View, where: Where, cluster: string, now: number): string[] {
  return tasksIn(view, where, cluster).flatMap((task) => (isProtected(task, now) ? [task.id] : []))
}

/** Protection is for tasks of services that run. */
function sorted(view: View, where: Where, cluster: string, ids: readonly string[], work: (task: Task) => ProtectedTask) {
  const protectedTasks: ProtectedTask[] = []
  const failures: Failure[] = []
  for (const id of ids) {
    const task = findTask(view, where, cluster, id)
    const arn = taskArn(where, { cluster, id })
    if (task === undefined) failures.push({ arn, reason: 'MISSING' })
    else if (task.service === undefined)
      failures.push({ arn, reason: 'TASK_NOT_VALID', detail: 'The specified task is not part of an Amazon ECS service.' })
    else if (task.desiredStatus === 'STOPPED')
      failures.push({ arn, reason: 'TASK_NOT_VALID', detail: 'The specified task is stopping or stopped.' })
    else protectedTasks.push(work(task))
  }
  return { protectedTasks, failures }
}

function protectionShape(where: Where, task: Task, now: number): ProtectedTask {
  const isOn = isProtected(task, now)
  return {
    taskArn: taskArn(where, task),
    protectionEnabled: isOn,
    ...(isOn && task.protection && { expirationDate: new Date(task.protection.until) }),
  }
}
