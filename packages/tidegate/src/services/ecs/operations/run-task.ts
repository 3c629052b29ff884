/** RunTask and StartTask: tasks of nobody's service. */
import {
  RunTask$,
  StartTask$,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
  type StartTaskCommandInput,
  type StartTaskCommandOutput,
  type TaskOverride,
} from '@aws-sdk/client-ecs'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import type { Given } from '../../../kernel/judged-operation.ts'
import type { Check } from '../../../kernel/operation.ts'
import type { Transaction, View } from '../../../kernel/state.ts'
import { clusterName, ecsArn, taskDefinitionName, type Where } from '../arn.ts'
import { capacityProviderKeys } from '../capacity-providers.ts'
import { rememberedArns, type TokenUse } from '../client-token.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { launchTarget, strategyOf } from '../launch-target.ts'
import { passRoleChecks } from '../pass-role.ts'
import { sizeKeys } from '../size-keys.ts'
import { clusterKey, clusters, type Tag, type TaskDefinition } from '../state.ts'
import { managedTags, requestTags, resourceTags, tagsOf, withTags } from '../tags.ts'
import { assertOverrides, newTask, taskArn, type TaskRequest, taskShape } from '../task.ts'
import { taskDefinitionArn } from '../task-definition.ts'
import { type Task, taskKey, tasks } from '../task-state.ts'
import { activeCluster } from './clusters.ts'
import { findTaskDefinition } from './task-definitions.ts'

type RunInput = Given<RunTaskCommandInput>

export const runTask = ecsOperation<RunTaskCommandInput, RunTaskCommandOutput>(RunTask$, {
  secretInputs: ['overrides.containerOverrides.environment.value'],
  recordedOutputs: ['tasks.taskArn', 'tasks.taskDefinitionArn', 'failures'],
  authorize: (input, call) => launchChecks('RunTask', input, call, { 'tidegate:TaskCount': String(input.count ?? 1) }),
  async invoke(input, call) {
    const where = whereOf(call)
    const { count = 1 } = input
    if (count < 1 || count > 10) throw ecsError('InvalidParameterException', 'count must be between 1 and 10')
    if ((input.startedBy ?? '').length > 128) throw ecsError('InvalidParameterException', 'startedBy must be 128 characters or fewer')
    // Ids are made before the transaction: it may run again.
    const ids = Array.from({ length: count }, () => call.newId())
    const token: TokenUse = { operation: 'RunTask', token: input.clientToken, input, now: call.now }
    const made = await call.state.transact((tx) => {
      const request = taskRequest(tx, input, call)
      const known = rememberedArns(tx, where, token, () => ids.map((id) => taskArn(where, { cluster: request.cluster, id })))
      if (known !== undefined) return known.flatMap((arn) => tx.get(tasks, where.accountId, keyOfArn(where, arn)) ?? [])
      return ids.map((id) => put(tx, where, newTask(id, call.now, request)))
    })
    for (const task of made) call.scheduling.taskChanged(where, task)
    return { tasks: made.map((task) => taskShape(where, task, call.runtime, true)), failures: [] }
  },
})

/** There are no container instances here, so each one that is named is missing. */
export const startTask = ecsOperation<StartTaskCommandInput, StartTaskCommandOutput>(StartTask$, {
  secretInputs: ['overrides.containerOverrides.environment.value'],
  authorize(input, call) {
    const where = whereOf(call)
    const instances = instanceArns(where, input)
    return launchChecks('StartTask', input, call, { 'ecs:container-instances': instances })
  },
  invoke(input, call) {
    const where = whereOf(call)
    if (input.containerInstances.length === 0 || input.containerInstances.length > 10)
      throw ecsError('InvalidParameterException', 'Container instances must have between 1 and 10 elements.')
    call.state.read((view) => taskRequest(view, { ...input, launchType: 'EC2' }, call))
    return { tasks: [], failures: instanceArns(where, input).map((arn) => ({ arn, reason: 'MISSING' })) }
  },
})

type LaunchInput = Pick<
  RunInput,
  | 'cluster'
  | 'taskDefinition'
  | 'overrides'
  | 'tags'
  | 'propagateTags'
  | 'enableExecuteCommand'
  | 'enableECSManagedTags'
  | 'group'
  | 'startedBy'
  | 'networkConfiguration'
> &
  Partial<Pick<RunInput, 'launchType' | 'capacityProviderStrategy' | 'platformVersion' | 'volumeConfigurations'>>

function launchChecks(
  name: 'RunTask' | 'StartTask',
  input: LaunchInput,
  call: EcsCall,
  more: Readonly<Record<string, string | readonly string[]>>,
): Check[] {
  const where = whereOf(call)
  const clusterArn = ecsArn(where, 'cluster', clusterName(where, input.cluster))
  const { overrides = {}, volumeConfigurations = [] } = input
  const { known, cluster } = call.state.read((view) => ({
    known: findTaskDefinition(view, where, taskDefinitionName(where, input.taskDefinition)),
    cluster: view.get(clusters, where.accountId, clusterKey(where.region, clusterName(where, input.cluster))),
  }))
  const strategy = cluster === undefined ? input.capacityProviderStrategy : strategyOf(input, cluster)
  const tags = requestTags(input.tags)
  const check: Check = {
    action: `ecs:${name}`,
    resource: asWritten(where, input.taskDefinition),
    context: {
      'ecs:cluster': clusterArn,
      'ecs:enable-execute-command': String(input.enableExecuteCommand ?? false),
      'ecs:enable-ebs-volumes': String(volumeConfigurations.length > 0),
      ...capacityProviderKeys(
        where,
        strategy?.map(({ capacityProvider = '' }) => capacityProvider),
      ),
      ...resourceTags(known?.tags),
      ...tags,
      ...(known && sizeKeys(known.definition, overrides)),
      ...more,
    },
  }
  const taggingAsked = (input.tags ?? []).length > 0 || (input.propagateTags === 'TASK_DEFINITION' && (known?.tags ?? []).length > 0)
  return [
    check,
    ...passRoleChecks(where.accountId, rolesOf(known, overrides), known ? taskDefinitionArn(where, known) : check.resource),
    ...(taggingAsked ? [tagCheck(where, clusterName(where, input.cluster), name, tags)] : []),
  ]
}

function tagCheck(where: Where, cluster: string, name: string, tags: Readonly<Record<string, string | readonly string[]>>): Check {
  const resource = ecsArn(where, 'task', `${cluster}/*`)
  return {
    action: 'ecs:TagResource',
    resource,
    context: { ...tags, 'ecs:CreateAction': name, 'ecs:cluster': ecsArn(where, 'cluster', cluster) },
  }
}

/** A family that is named without its revision is judged without one, as ECS does. */
function asWritten(where: Where, given: string): string {
  const { family, revision } = taskDefinitionName(where, given)
  return ecsArn(where, 'task-definition', revision === undefined ? family : `${family}:${revision}`)
}

const rolesOf = (known: TaskDefinition | undefined, overrides: TaskOverride): (string | undefined)[] => [
  overrides.executionRoleArn ?? known?.definition.executionRoleArn,
  overrides.taskRoleArn ?? known?.definition.taskRoleArn,
]

function taskRequest(view: View, input: LaunchInput, call: EcsCall): TaskRequest {
  const where = whereOf(call)
  const cluster = activeCluster(view, where, clusterName(where, input.cluster))
  const taskDefinition = usableTaskDefinition(view, where, input.taskDefinition)
  const { overrides = {}, propagateTags } = input
  assertOverrides(overrides, taskDefinition)
  if (propagateTags === 'SERVICE') throw ecsError('InvalidParameterException', 'Invalid value for propagateTags')
  const group = input.group ?? `family:${taskDefinition.family}`
  if (group.startsWith('service:')) throw ecsError('InvalidParameterException', 'Task group names that start with service: are reserved.')
  const managed = input.enableECSManagedTags === true ? managedTags(cluster.name) : []
  return {
    cluster: cluster.name,
    taskDefinition,
    ...launchTarget(input, cluster, taskDefinition),
    platformVersion: input.platformVersion,
    group,
    startedBy: input.startedBy,
    overrides,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    tags: tagsOfTask(propagateTags === 'TASK_DEFINITION' ? taskDefinition.tags : [], tagsOf(input.tags), managed),
    createdBy: chainBehind(call.caller),
  }
}

const tagsOfTask = (propagated: readonly Tag[], own: readonly Tag[], managed: readonly Tag[]): readonly Tag[] => [
  ...withTags(propagated, own),
  ...managed,
]

/** Throws `ClientException` for one that is not there or no longer active. */
export function usableTaskDefinition(view: View, where: Where, given: string): TaskDefinition {
  const known = findTaskDefinition(view, where, taskDefinitionName(where, given))
  if (known === undefined) throw ecsError('ClientException', 'TaskDefinition not found.')
  if (known.status !== 'ACTIVE') throw ecsError('ClientException', 'TaskDefinition is inactive')
  return known
}

function instanceArns({ accountId, region }: Where, { cluster, containerInstances }: Given<StartTaskCommandInput>): string[] {
  const start = `arn:aws:ecs:${region}:${accountId}:container-instance/${clusterName({ accountId, region }, cluster)}/`
  return containerInstances.map((given) => {
    const id = given.startsWith('arn:') ? given.slice(given.lastIndexOf('/') + 1) : given
    if (!/^[0-9a-f-]{32,36}$/.test(id)) throw ecsError('InvalidParameterException', `Invalid identifier: ${given}`)
    return start + id
  })
}

function put(tx: Transaction, { accountId, region }: Where, task: Task): Task {
  tx.put(tasks, accountId, taskKey(region, task), task)
  return task
}

const keyOfArn = ({ region }: Where, arn: string): string => {
  const [, cluster = '', id = ''] = arn.split('/')
  return taskKey(region, { cluster, id })
}
