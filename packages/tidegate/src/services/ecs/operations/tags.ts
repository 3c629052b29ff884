/** Tags of what is there already; tags of what is made are part of its own operation. */
import {
  ListTagsForResource$,
  TagResource$,
  UntagResource$,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
  type TagResourceCommandInput,
  type TagResourceCommandOutput,
  type UntagResourceCommandInput,
  type UntagResourceCommandOutput,
} from '@aws-sdk/client-ecs'
import type { Transaction, View } from '../../../kernel/state.ts'
import { clusterName, serviceName, taskDefinitionName, taskId, type Where } from '../arn.ts'
import { ecsOperation, whereOf } from '../ecs-operation.ts'
import { serviceKey, services } from '../service-state.ts'
import { taskKey, tasks } from '../task-state.ts'
import { ecsError } from '../errors.ts'
import { clusterKey, clusters, type Tag, taskDefinitionKey, taskDefinitions } from '../state.ts'
import { requestTags, resourceTags, tagsOf, withoutTags, withTags } from '../tags.ts'
import { activeCluster } from './clusters.ts'
import { findTaskDefinition } from './task-definitions.ts'

export const tagResource = ecsOperation<TagResourceCommandInput, TagResourceCommandOutput>(TagResource$, {
  authorize({ resourceArn, tags }, call) {
    const { tags: known = [] } = call.state.read((view) => find(view, whereOf(call), resourceArn)) ?? {}
    return [{ action: 'ecs:TagResource', resource: resourceArn, context: { ...resourceTags(known), ...requestTags(tags) } }]
  },
  async invoke({ resourceArn, tags }, call) {
    await call.state.transact((tx) => {
      const tagged = found(tx, whereOf(call), resourceArn)
      tagged.put(tx, withTags(tagged.tags, tagsOf(tags)))
    })
    return {}
  },
})

export const untagResource = ecsOperation<UntagResourceCommandInput, UntagResourceCommandOutput>(UntagResource$, {
  authorize({ resourceArn, tagKeys }, call) {
    const { tags: known = [] } = call.state.read((view) => find(view, whereOf(call), resourceArn)) ?? {}
    const keys = tagKeys.length > 0 ? { 'aws:TagKeys': tagKeys } : {}
    return [{ action: 'ecs:UntagResource', resource: resourceArn, context: { ...resourceTags(known), ...keys } }]
  },
  async invoke({ resourceArn, tagKeys }, call) {
    await call.state.transact((tx) => {
      const tagged = found(tx, whereOf(call), resourceArn)
      tagged.put(tx, withoutTags(tagged.tags, tagKeys))
    })
    return {}
  },
})

export const listTagsForResource = ecsOperation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(ListTagsForResource$, {
  authorize({ resourceArn }, call) {
    const { tags = [] } = call.state.read((view) => find(view, whereOf(call), resourceArn)) ?? {}
    return [{ action: 'ecs:ListTagsForResource', resource: resourceArn, context: resourceTags(tags) }]
  },
  invoke: ({ resourceArn }, call) => ({ tags: call.state.read((view) => [...found(view, whereOf(call), resourceArn).tags]) }),
})

interface Tagged {
  readonly tags: readonly Tag[]
  put(tx: Transaction, tags: readonly Tag[]): void
}

function find(view: View, where: Where, arn: string): Tagged | undefined {
  const { accountId, region } = where
  switch (kindOf(arn)) {
    case 'cluster': {
      const cluster = view.get(clusters, accountId, clusterKey(region, clusterName(where, arn)))
      return (
        cluster && {
          tags: cluster.tags,
          put: (tx, tags) => tx.put(clusters, accountId, clusterKey(region, cluster.name), { ...cluster, tags }),
        }
      )
    }
    case 'task-definition': {
      const name = taskDefinitionName(where, arn)
      const known = name.revision === undefined ? undefined : findTaskDefinition(view, where, name)
      return (
        known && {
          tags: known.tags,
          put: (tx, tags) => tx.put(taskDefinitions, accountId, taskDefinitionKey(region, known), { ...known, tags }),
        }
      )
    }
    case 'task': {
      const [, cluster = ''] = arn.split('/')
      const task = view.get(tasks, accountId, taskKey(region, { cluster, id: taskId(where, cluster, arn) }))
      return task && { tags: task.tags, put: (tx, tags) => tx.put(tasks, accountId, taskKey(region, task), { ...task, tags }) }
    }
    case 'service': {
      const [, cluster = ''] = arn.split('/')
      const service = view.get(services, accountId, serviceKey(region, { cluster, name: serviceName(where, cluster, arn) }))
      return (
        service && { tags: service.tags, put: (tx, tags) => tx.put(services, accountId, serviceKey(region, service), { ...service, tags }) }
      )
    }
    default:
      throw ecsError('InvalidParameterException', `Invalid resource ARN: ${arn}`)
  }
}

function found(view: View, where: Where, arn: string): Tagged {
  if (kindOf(arn) === 'cluster') activeCluster(view, where, clusterName(where, arn))
  const tagged = find(view, where, arn)
  if (tagged === undefined) throw ecsError('ResourceNotFoundException', 'The specified resource was not found.')
  return tagged
}

const kindOf = (arn: string): string => /^arn:aws:ecs:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1] ?? ''
