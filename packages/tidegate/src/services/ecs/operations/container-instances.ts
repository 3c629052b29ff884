/** Container instances and their attributes: there are none here, since tasks run on the machine of the instance itself. */
import {
  DeleteAttributes$,
  ListAttributes$,
  ListContainerInstances$,
  PutAttributes$,
  type Attribute,
  type DeleteAttributesCommandInput,
  type DeleteAttributesCommandOutput,
  type ListAttributesCommandInput,
  type ListAttributesCommandOutput,
  type ListContainerInstancesCommandInput,
  type ListContainerInstancesCommandOutput,
  type PutAttributesCommandInput,
  type PutAttributesCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Check } from '../../../kernel/operation.ts'
import { clusterName, ecsArn } from '../arn.ts'
import { type EcsCall, ecsOperation, whereOf } from '../ecs-operation.ts'
import { ecsError } from '../errors.ts'
import { activeCluster, clusterCheck } from './clusters.ts'

export const listContainerInstances = ecsOperation<ListContainerInstancesCommandInput, ListContainerInstancesCommandOutput>(
  ListContainerInstances$,
  {
    authorize: ({ cluster }, call) => [clusterCheck('ecs:ListContainerInstances', clusterName(whereOf(call), cluster), call)],
    invoke({ cluster }, call) {
      assertCluster(cluster, call)
      return { containerInstanceArns: [] }
    },
  },
)

export const listAttributes = ecsOperation<ListAttributesCommandInput, ListAttributesCommandOutput>(ListAttributes$, {
  authorize: ({ cluster }, call) => [clusterCheck('ecs:ListAttributes', clusterName(whereOf(call), cluster), call)],
  invoke({ cluster }, call) {
    assertCluster(cluster, call)
    return { attributes: [] }
  },
})

export const putAttributes = ecsOperation<PutAttributesCommandInput, PutAttributesCommandOutput>(PutAttributes$, {
  authorize: ({ cluster, attributes }, call) => instanceChecks('ecs:PutAttributes', cluster, attributes, call),
  invoke: ({ cluster }, call) => noTarget(cluster, call),
})

export const deleteAttributes = ecsOperation<DeleteAttributesCommandInput, DeleteAttributesCommandOutput>(DeleteAttributes$, {
  authorize: ({ cluster, attributes }, call) => instanceChecks('ecs:DeleteAttributes', cluster, attributes, call),
  invoke: ({ cluster }, call) => noTarget(cluster, call),
})

function instanceChecks(action: string, given: string | undefined, attributes: readonly Attribute[], call: EcsCall): Check[] {
  const where = whereOf(call)
  const cluster = clusterName(where, given)
  const context = { 'ecs:cluster': ecsArn(where, 'cluster', cluster) }
  const start = `arn:aws:ecs:${where.region}:${where.accountId}:container-instance/${cluster}/`
  const targets = new Set(attributes.map(({ targetId = '' }) => (targetId.startsWith('arn:') ? targetId : start + targetId)))
  if (targets.size === 0) throw ecsError('InvalidParameterException', 'Attributes cannot be empty.')
  return [...targets].map((resource) => ({ action, resource, context }))
}

function assertCluster(given: string | undefined, call: EcsCall): void {
  const where = whereOf(call)
  call.state.read((view) => activeCluster(view, where, clusterName(where, given)))
}

function noTarget(given: string | undefined, call: EcsCall): never {
  assertCluster(given, call)
  throw ecsError('TargetNotFoundException', 'The specified target was not found. There are no container instances here.')
}
