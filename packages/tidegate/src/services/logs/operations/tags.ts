import {
  ListTagsForResource$,
  ListTagsLogGroup$,
  TagLogGroup$,
  TagResource$,
  UntagLogGroup$,
  UntagResource$,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
  type ListTagsLogGroupCommandInput,
  type ListTagsLogGroupCommandOutput,
  type TagLogGroupCommandInput,
  type TagLogGroupCommandOutput,
  type TagResourceCommandInput,
  type TagResourceCommandOutput,
  type UntagLogGroupCommandInput,
  type UntagLogGroupCommandOutput,
  type UntagResourceCommandInput,
  type UntagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Check } from '../../../kernel/operation.ts'
import { groupArn, groupNameIn } from '../arn.ts'
import { findGroup, groupCheck, groupOf, groupTags, type LogsCall, logsOperation, whereOf } from '../logs-operation.ts'
import { logGroups, regional } from '../state.ts'
import { assertTags, requestTags } from '../tags.ts'

export const tagResource = logsOperation<TagResourceCommandInput, TagResourceCommandOutput>(TagResource$, {
  authorize: ({ resourceArn, tags }, call) => [tagCheck('TagResource', resourceArn, call, requestTags(tags))],
  invoke: ({ resourceArn, tags }, call) =>
    change(groupNameIn(whereOf(call), resourceArn), call, (known) => assertTags({ ...known, ...assertTags(tags) })),
})

export const untagResource = logsOperation<UntagResourceCommandInput, UntagResourceCommandOutput>(UntagResource$, {
  authorize: ({ resourceArn, tagKeys }, call) => [tagCheck('UntagResource', resourceArn, call, { 'aws:TagKeys': tagKeys })],
  invoke: ({ resourceArn, tagKeys }, call) => change(groupNameIn(whereOf(call), resourceArn), call, (known) => without(known, tagKeys)),
})

export const listTagsForResource = logsOperation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(ListTagsForResource$, {
  authorize: ({ resourceArn }, call) => [tagCheck('ListTagsForResource', resourceArn, call)],
  invoke: ({ resourceArn }, call) => tagsOf(groupNameIn(whereOf(call), resourceArn), call),
})

/** The operations before these, which old clients still call. */
export const tagLogGroup = logsOperation<TagLogGroupCommandInput, TagLogGroupCommandOutput>(TagLogGroup$, {
  authorize: ({ logGroupName, tags }, call) => [groupCheck('TagLogGroup', logGroupName, call, requestTags(tags))],
  invoke: ({ logGroupName, tags }, call) => change(logGroupName, call, (known) => assertTags({ ...known, ...assertTags(tags) })),
})

export const untagLogGroup = logsOperation<UntagLogGroupCommandInput, UntagLogGroupCommandOutput>(UntagLogGroup$, {
  authorize: ({ logGroupName, tags }, call) => [groupCheck('UntagLogGroup', logGroupName, call, { 'aws:TagKeys': tags })],
  invoke: ({ logGroupName, tags }, call) => change(logGroupName, call, (known) => without(known, tags)),
})

export const listTagsLogGroup = logsOperation<ListTagsLogGroupCommandInput, ListTagsLogGroupCommandOutput>(ListTagsLogGroup$, {
  authorize: ({ logGroupName }, call) => [groupCheck('ListTagsLogGroup', logGroupName, call)],
  invoke: ({ logGroupName }, call) => tagsOf(logGroupName, call),
})

/** These three alone are judged on the ARN without anything behind the name. */
function tagCheck(action: string, arn: string, call: LogsCall, context: Check['context'] = {}): Check {
  const where = whereOf(call)
  const name = groupNameIn(where, arn)
  const known = call.state.read((view) => findGroup(view, where, name))
  return { action: `logs:${action}`, resource: groupArn(where, name), context: { ...groupTags(known), ...context } }
}

async function change(name: string, call: LogsCall, changed: (tags: Tags) => Tags): Promise<object> {
  const where = whereOf(call)
  await call.state.transact((tx) => {
    const group = groupOf(tx, where, name)
    tx.put(logGroups, where.accountId, regional(where.region, group.name), { ...group, tags: changed(group.tags) })
  })
  return {}
}

function tagsOf(name: string, call: LogsCall): { tags: Record<string, string> } {
  return { tags: { ...call.state.read((view) => groupOf(view, whereOf(call), name)).tags } }
}

function without(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}

type Tags = Readonly<Record<string, string>>
