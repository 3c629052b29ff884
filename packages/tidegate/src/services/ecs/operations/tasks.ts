/** Tasks that are there: describe, list, stop. */
import {
  DescribeTasks$,
  ListTasks$,
  StopTask$,
  type DescribeTasksCommandInput,
  type DescribeTasksCommandOutput,
  type ListTasksCommandInput,
  type ListTasksCommandOutput,
  type StopTaskCommandInput,
  type StopTaskCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Check } from '../../../kernel/operation.ts'
import type { View } from '../../../kernel/state.ts'
import { clusterName, ecsArn, serviceName, taskId, type Where } from '../arn.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { resourceTags } from '../tags.ts'
import { taskArn, taskShape } from '../task.ts'
import { taskDefinitionArn } from '../task-definition.ts'
import { type Task, taskKey, taskOfServiceKey, tasks, tasksOfServices } from '../task-state.ts'
import { activeCluster } from './clusters.ts'

export const describeTasks = ecsOperation<DescribeTasksCommandInput, DescribeTasksCommandOutput>(DescribeTasks$, {
  authorize: (input, call) => idsIn(input, whereOf(call), 100).map((id) => taskCheck('ecs:DescribeTasks', input.cluster, id, call)),
  invoke(input, call) {
    const where = whereOf(call)
    return call.state.read((view) => {
      const { name: cluster } = activeCluster(view, where, clusterName(where, input.cluster))
      const found = idsIn(input, where, 100).map((id) => ({ id, task: findTask(view, where, cluster, id) }))
      const withTags = input.include?.includes('TAGS') === true
      return {
        tasks: found.flatMap(({ task }) => (task === undefined ? [] : [taskShape(where, task, call.runtime, withTags)])),
        failures: found.flatMap(({ id, task }) =>
          task === undefined ? [{ arn: taskArn(where, { cluster, id }), reason: 'MISSING' }] : [],
        ),
      }
    })
  },
})

export const listTasks = ecsOperation<ListTasksCommandInput, ListTasksCommandOutput>(ListTasks$, {
  authorize(input, call) {
    const where = whereOf(call)
    const cluster = clusterName(where, input.cluster)
    const context = { 'ecs:cluster': ecsArn(where, 'cluster', cluster) }
    return [{ action: 'ecs:ListTasks', resource: instanceOrAll(where, cluster, input.containerInstance), context }]
  },
  invoke(input, call) {
    const where = whereOf(call)
    const { family, startedBy, serviceName: service, desiredStatus = 'RUNNING', launchType, containerInstance } = input
    if (startedBy !== undefined && (family !== undefined || service !== undefined || containerInstance !== undefined))
      throw ecsError('InvalidParameterException', 'cannot specify startedBy with family, serviceName or containerInstance')
    return call.state.read((view) => {
      const { name: cluster } = activeCluster(view, where, clusterName(where, input.cluster))
      const all = tasksIn(view, where, cluster, service === undefined ? undefined : serviceName(where, cluster, service))
      const shown = all.filter(
        (task) =>
          // Nothing runs on container instances, which there are none of.
          containerInstance === undefined &&
          (desiredStatus === 'STOPPED' ? task.desiredStatus === 'STOPPED' : task.desiredStatus === 'RUNNING') &&
          (family === undefined || task.family === family) &&
          (startedBy === undefined || task.startedBy === startedBy) &&
          (launchType === undefined || task.launchType === launchType),
      )
      const { items, ...rest } = pageOf(
        shown.map((task) => ({ key: task.id, item: taskArn(where, task) })),
        input,
      )
      return { taskArns: items, ...rest }
    })
  },
})

export const stopTask = ecsOperation<StopTaskCommandInput, StopTaskCommandOutput>(StopTask$, {
  recordedOutputs: ['task.taskArn', 'task.taskDefinitionArn'],
  authorize({ cluster, task: given }, call) {
    const where = whereOf(call)
    const id = taskId(where, clusterName(where, cluster), given)
    const known = call.state.read((view) => findTask(view, where, clusterName(where, cluster), id))
    // AWS's own guide prints a policy for StopTask that names the task definition: here it does what the guide says.
    const otherResources = known === undefined ? [] : [taskDefinitionArn(where, known)]
    return [{ ...taskCheck('ecs:StopTask', cluster, id, call), ...(otherResources.length > 0 && { otherResources }) }]
  },
  async invoke({ cluster: given, task: task_, reason }, call) {
    const where = whereOf(call)
    if ((reason ?? '').length > 1024) throw ecsError('InvalidParameterException', 'reason must be 1024 characters or fewer')
    const stopped = await call.state.transact((tx) => {
      const { name: cluster } = activeCluster(tx, where, clusterName(where, given))
      const task = findTask(tx, where, cluster, taskId(where, cluster, task_))
      if (task === undefined) throw ecsError('InvalidParameterException', 'The referenced task was not found.')
      if (task.desiredStatus === 'STOPPED') return task
      const asked: Task = {
        ...task,
        desiredStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: reason === undefined || reason === '' ? 'Task stopped by user' : reason,
        stoppingAt: call.now,
        version: task.version + 1,
      }
      tx.put(tasks, where.accountId, taskKey(where.region, asked), asked)
      return asked
    })
    call.scheduling.taskChanged(where, stopped)
    return { task: taskShape(where, stopped, call.runtime, false) }
  },
})

export function findTask(view: View, { accountId, region }: Where, cluster: string, id: string): Task | undefined {
  return view.get(tasks, accountId, taskKey(region, { cluster, id }))
}

/** In the order of their ids. */
export function tasksIn(view: View, { accountId, region }: Where, cluster: string, service?: string): readonly Task[] {
  if (service === undefined) return view.list(tasks, accountId, { prefix: taskKey(region, { cluster, id: '' }) }).map(({ value }) => value)
  const prefix = taskOfServiceKey(region, cluster, service, '')
  return view
    .list(tasksOfServices, accountId, { prefix })
    .flatMap(({ key }) => view.get(tasks, accountId, taskKey(region, { cluster, id: key.slice(prefix.length) })) ?? [])
}

export function taskCheck(action: string, givenCluster: string | undefined, id: string, call: EcsCall): Check {
  const where = whereOf(call)
  const cluster = clusterName(where, givenCluster)
  const known = call.state.read((view) => findTask(view, where, cluster, id))
  const resource = taskArn(where, { cluster, id })
  return { action, resource, context: { 'ecs:cluster': ecsArn(where, 'cluster', cluster), ...resourceTags(known?.tags) } }
}

export function idsIn(
  input: { readonly cluster?: string | undefined; readonly tasks?: readonly string[] | undefined },
  where: Where,
  most: number,
): readonly string[] {
  const { tasks: given = [] } = input
  if (given.length === 0) throw ecsError('InvalidParameterException', 'Tasks cannot be empty.')
  if (given.length > most) throw ecsError('InvalidParameterException', `Tasks cannot have more than ${most} elements.`)
  return [...new Set(given.map((each) => taskId(where, clusterName(where, input.cluster), each)))]
}

function instanceOrAll({ accountId, region }: Where, cluster: string, given: string | undefined): string {
  if (given === undefined) return '*'
  return given.startsWith('arn:') ? given : `arn:aws:ecs:${region}:${accountId}:container-instance/${cluster}/${given}`
}
