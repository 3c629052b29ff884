/** Task definitions: revisions of a family. A revision never changes but for its status and tags. */
import {
  DeleteTaskDefinitions$,
  DeregisterTaskDefinition$,
  DescribeTaskDefinition$,
  ListTaskDefinitionFamilies$,
  ListTaskDefinitions$,
  RegisterTaskDefinition$,
  type DeleteTaskDefinitionsCommandInput,
  type DeleteTaskDefinitionsCommandOutput,
  type DeregisterTaskDefinitionCommandInput,
  type DeregisterTaskDefinitionCommandOutput,
  type DescribeTaskDefinitionCommandInput,
  type DescribeTaskDefinitionCommandOutput,
  type Failure,
  type ListTaskDefinitionFamiliesCommandInput,
  type ListTaskDefinitionFamiliesCommandOutput,
  type ListTaskDefinitionsCommandInput,
  type ListTaskDefinitionsCommandOutput,
  type RegisterTaskDefinitionCommandInput,
  type RegisterTaskDefinitionCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Given } from '../../../kernel/judged-operation.ts'
import type { View } from '../../../kernel/state.ts'
import { ecsArn, taskDefinitionName, type TaskDefinitionName, type Where } from '../arn.ts'
import { ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { passRoleChecks } from '../pass-role.ts'
import { sizeKeys } from '../size-keys.ts'
import { families, familyKey, type TaskDefinition, taskDefinitionKey, taskDefinitions } from '../state.ts'
import { requestTags, resourceTags, tagsOf } from '../tags.ts'
import { usedDefinitions } from '../used-definitions.ts'
import { assertDefinition, taskDefinitionArn, taskDefinitionShape, withDefaults } from '../task-definition.ts'

export const registerTaskDefinition = ecsOperation<RegisterTaskDefinitionCommandInput, RegisterTaskDefinitionCommandOutput>(
  RegisterTaskDefinition$,
  {
    secretInputs: ['containerDefinitions.environment.value'],
    recordedOutputs: ['taskDefinition.taskDefinitionArn'],
    authorize(input, call) {
      assertDefinition(input)
      // The revision is not known before it is made.
      const resource = ecsArn(whereOf(call), 'task-definition', `${input.family}:*`)
      const tags = requestTags(input.tags)
      const checks = [
        { action: 'ecs:RegisterTaskDefinition', resource, context: { ...tags, ...definitionKeys(input) } },
        ...passRoleChecks(call.caller.accountId, [input.executionRoleArn, input.taskRoleArn], resource),
      ]
      if ((input.tags ?? []).length === 0) return checks
      return [...checks, { action: 'ecs:TagResource', resource, context: { ...tags, 'ecs:CreateAction': 'RegisterTaskDefinition' } }]
    },
    async invoke(input, call) {
      const where = whereOf(call)
      const { principal } = call.caller
      const registered = await call.state.transact((tx) => {
        const key = familyKey(where.region, input.family)
        const revision = (tx.get(families, where.accountId, key)?.lastRevision ?? 0) + 1
        const taskDefinition: TaskDefinition = {
          family: input.family,
          revision,
          status: 'ACTIVE',
          registeredAt: call.now,
          registeredBy: 'arn' in principal ? principal.arn : '',
          definition: withDefaults(input),
          tags: tagsOf(input.tags),
        }
        tx.put(families, where.accountId, key, { lastRevision: revision })
        tx.put(taskDefinitions, where.accountId, taskDefinitionKey(where.region, taskDefinition), taskDefinition)
        return taskDefinition
      })
      return { taskDefinition: taskDefinitionShape(where, registered), tags: [...registered.tags] }
    },
  },
)

export const describeTaskDefinition = ecsOperation<DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput>(
  DescribeTaskDefinition$,
  {
    authorize: () => [{ action: 'ecs:DescribeTaskDefinition', resource: '*' }],
    invoke({ taskDefinition: given, include }, call) {
      const where = whereOf(call)
      const found = call.state.read((view) => findTaskDefinition(view, where, taskDefinitionName(where, given)))
      if (found === undefined) throw ecsError('ClientException', 'Unable to describe task definition.')
      return { taskDefinition: taskDefinitionShape(where, found), ...(include?.includes('TAGS') && { tags: [...found.tags] }) }
    },
  },
)

export const deregisterTaskDefinition = ecsOperation<DeregisterTaskDefinitionCommandInput, DeregisterTaskDefinitionCommandOutput>(
  DeregisterTaskDefinition$,
  {
    authorize: () => [{ action: 'ecs:DeregisterTaskDefinition', resource: '*' }],
    async invoke({ taskDefinition: given }, call) {
      const where = whereOf(call)
      const name = taskDefinitionName(where, given)
      if (name.revision === undefined) throw ecsError('ClientException', 'The task definition must be named with its revision.')
      const gone = await call.state.transact((tx) => {
        const known = findTaskDefinition(tx, where, name)
        if (known === undefined) throw ecsError('ClientException', 'The specified task definition does not exist.')
        if (known.status !== 'ACTIVE') return known
        const inactive: TaskDefinition = { ...known, status: 'INACTIVE', deregisteredAt: call.now }
        tx.put(taskDefinitions, where.accountId, taskDefinitionKey(where.region, inactive), inactive)
        return inactive
      })
      return { taskDefinition: taskDefinitionShape(where, gone) }
    },
  },
)

export const deleteTaskDefinitions = ecsOperation<DeleteTaskDefinitionsCommandInput, DeleteTaskDefinitionsCommandOutput>(
  DeleteTaskDefinitions$,
  {
    authorize(input, call) {
      const where = whereOf(call)
      return namesToDelete(input, where).map((name) => ({
        action: 'ecs:DeleteTaskDefinitions',
        resource: taskDefinitionArn(where, name),
        context: resourceTags(call.state.read((view) => findTaskDefinition(view, where, name))?.tags),
      }))
    },
    invoke(input, call) {
      const where = whereOf(call)
      return call.state.transact((tx) => {
        const deleted: TaskDefinition[] = []
        const failures: Failure[] = []
        const used = usedDefinitions(tx, where.accountId)
        for (const name of namesToDelete(input, where)) {
          const known = findTaskDefinition(tx, where, name)
          if (known?.status === 'INACTIVE') {
            const key = taskDefinitionKey(where.region, known)
            if (used.has(key)) tx.put(taskDefinitions, where.accountId, key, { ...known, status: 'DELETE_IN_PROGRESS' })
            else tx.delete(taskDefinitions, where.accountId, key)
            deleted.push(known)
          } else failures.push({ arn: taskDefinitionArn(where, name), reason: known === undefined ? noSuchRevision : stillActive })
        }
        // One that nothing runs by is gone at once; ECS answers with the state in between.
        const shapes = deleted.map((each) => ({ ...taskDefinitionShape(where, each), status: 'DELETE_IN_PROGRESS' as const }))
        return { taskDefinitions: shapes, failures }
      })
    },
  },
)

export const listTaskDefinitions = ecsOperation<ListTaskDefinitionsCommandInput, ListTaskDefinitionsCommandOutput>(ListTaskDefinitions$, {
  authorize: () => [{ action: 'ecs:ListTaskDefinitions', resource: '*' }],
  invoke({ familyPrefix, status = 'ACTIVE', ...page }, call) {
    const where = whereOf(call)
    // The prefix is a whole family name here, unlike in ListTaskDefinitionFamilies.
    const prefix = familyKey(where.region, familyPrefix === undefined ? '' : `${familyPrefix}:`)
    const found = call.state.read((view) => view.list(taskDefinitions, where.accountId, { prefix }))
    const listed = found.filter(({ value }) => value.status === status)
    const { items, ...rest } = pageOf(
      listed.map(({ key, value }) => ({ key, item: taskDefinitionArn(where, value) })),
      page,
    )
    return { taskDefinitionArns: items, ...rest }
  },
})

export const listTaskDefinitionFamilies = ecsOperation<ListTaskDefinitionFamiliesCommandInput, ListTaskDefinitionFamiliesCommandOutput>(
  ListTaskDefinitionFamilies$,
  {
    authorize: () => [{ action: 'ecs:ListTaskDefinitionFamilies', resource: '*' }],
    invoke({ familyPrefix = '', status = 'ALL', ...page }, call) {
      const where = whereOf(call)
      const prefix = familyKey(where.region, familyPrefix)
      const found = call.state.read((view) => view.list(taskDefinitions, where.accountId, { prefix }))
      // A family is active as long as one of its revisions is.
      const isActive = new Map<string, boolean>()
      for (const { value } of found) isActive.set(value.family, isActive.get(value.family) === true || value.status === 'ACTIVE')
      const names = [...isActive].filter(([, active]) => status === 'ALL' || active === (status === 'ACTIVE')).map(([name]) => name)
      const { items, ...rest } = pageOf(
        names.toSorted().map((name) => ({ key: name, item: name })),
        page,
      )
      return { families: items, ...rest }
    },
  },
)

/** The named revision; the newest active one where none is named. */
export function findTaskDefinition(
  view: View,
  { accountId, region }: Where,
  { family, revision }: TaskDefinitionName,
): TaskDefinition | undefined {
  if (revision !== undefined) return view.get(taskDefinitions, accountId, taskDefinitionKey(region, { family, revision }))
  const all = view.list(taskDefinitions, accountId, { prefix: familyKey(region, `${family}:`) })
  return all.findLast(({ value }) => value.status === 'ACTIVE')?.value
}

function namesToDelete(
  { taskDefinitions: given }: Given<DeleteTaskDefinitionsCommandInput>,
  where: Where,
): { family: string; revision: number }[] {
  if (given.length === 0 || given.length > 10)
    throw ecsError('InvalidParameterException', 'taskDefinitions must have between 1 and 10 elements.')
  return given.map((each) => {
    const { family, revision } = taskDefinitionName(where, each)
    if (revision === undefined) throw ecsError('ClientException', 'The task definition must be named with its revision.')
    return { family, revision }
  })
}

function definitionKeys(input: Given<RegisterTaskDefinitionCommandInput>): Readonly<Record<string, string | readonly string[]>> {
  const { requiresCompatibilities = [], containerDefinitions } = input
  return {
    ...(requiresCompatibilities.length > 0 && { 'ecs:compute-compatibility': requiresCompatibilities }),
    'ecs:privileged': String(containerDefinitions.some(({ privileged }) => privileged === true)),
    ...sizeKeys(input),
  }
}

const noSuchRevision = 'The specified task definition does not exist.'
const stillActive = 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.'
