/** A task as the endpoints inside of it show it. */
import type { View } from '../../../kernel/state.ts'
import { ecsArn, type Where } from '../arn.ts'
import { taskSize } from '../fargate-sizes.ts'
import type { ContainerView, TaskView } from '../runtime-port.ts'
import { taskDefinitionKey, taskDefinitions } from '../state.ts'
import { containerArn } from '../task.ts'
import { type Task, taskKey, tasks } from '../task-state.ts'
import { mountsOf } from './container-spec.ts'
import { identityOf } from './identity.ts'
import type { TaskRef } from './task-under-way.ts'

export function taskView(view: View, where: Where, ref: TaskRef): TaskView | undefined {
  const task = view.get(tasks, where.accountId, taskKey(where.region, ref))
  if (task === undefined) return undefined
  const { cpu, memory } = taskSize(task)
  return {
    ...identityOf(where, task),
    clusterArn: ecsArn(where, 'cluster', task.cluster),
    ...(task.service && { serviceName: task.service.name }),
    group: task.group,
    family: task.family,
    revision: task.revision,
    launchType: task.launchType,
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    ...(cpu !== undefined && { cpuUnits: cpu }),
    ...(memory !== undefined && { memoryMiB: memory }),
    tags: Object.fromEntries(task.tags.map(({ key, value }) => [key, value])),
    ...(task.pullStartedAt !== undefined && { pullStartedAt: task.pullStartedAt }),
    ...(task.pullStoppedAt !== undefined && { pullStoppedAt: task.pullStoppedAt }),
    ...(task.stoppingAt !== undefined && { stoppingAt: task.stoppingAt }),
    containers: containersOf(view, where, task),
  }
}

function containersOf(view: View, where: Where, task: Task): readonly ContainerView[] {
  const definition = view.get(taskDefinitions, where.accountId, taskDefinitionKey(where.region, task))?.definition
  return task.containers.map(({ name, image, lastStatus, started, exit, health, cpu, memory }) => {
    const container = definition?.containerDefinitions?.find((one) => one.name === name)
    const log = container?.logConfiguration
    return {
      name,
      arn: containerArn(where, task, name),
      image,
      lastStatus,
      ...(started && { started }),
      ...(exit && { exit }),
      ...(health && { health }),
      ...(cpu > 0 && { cpuUnits: cpu }),
      ...(memory !== undefined && { memoryMiB: memory }),
      mounts: container === undefined || definition === undefined ? [] : mountsOf(definition, container),
      labels: {
        ...container?.dockerLabels,
        'com.amazonaws.ecs.cluster': ecsArn(where, 'cluster', task.cluster),
        'com.amazonaws.ecs.container-name': name,
        'com.amazonaws.ecs.task-arn': identityOf(where, task).taskArn,
        'com.amazonaws.ecs.task-definition-family': task.family,
        'com.amazonaws.ecs.task-definition-version': String(task.revision),
      },
      ...(log?.logDriver !== undefined && { logDriver: log.logDriver }),
      logOptions: log?.options ?? {},
    }
  })
}
