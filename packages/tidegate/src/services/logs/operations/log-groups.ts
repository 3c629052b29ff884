import { randomUUID } from 'node:crypto'
import {
  CreateLogGroup$,
  DeleteLogGroup$,
  DeleteRetentionPolicy$,
  DescribeLogGroups$,
  PutRetentionPolicy$,
  type CreateLogGroupCommandInput,
  type CreateLogGroupCommandOutput,
  type DeleteLogGroupCommandInput,
  type DeleteLogGroupCommandOutput,
  type DeleteRetentionPolicyCommandInput,
  type DeleteRetentionPolicyCommandOutput,
  type DescribeLogGroupsCommandInput,
  type DescribeLogGroupsCommandOutput,
  type LogGroup as LogGroupShape,
  type PutRetentionPolicyCommandInput,
  type PutRetentionPolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { View } from '../../../kernel/state.ts'
import { assertGroupName, groupArn, groupArnWithStar, groupNameIn, groupResource, type Where } from '../arn.ts'
import { logsError } from '../errors.ts'
import { findGroup, groupCheck, groupOf, type LogsCall, logsOperation, oldestOf, whereOf } from '../logs-operation.ts'
import { pageOf } from '../page.ts'
import type { LogEvents } from '../ports.ts'
import { type LogGroup, logGroups, logStreams, metricFilters, regional, streamKey } from '../state.ts'
import { assertTags, requestTags } from '../tags.ts'

export const createLogGroup = logsOperation<CreateLogGroupCommandInput, CreateLogGroupCommandOutput>(CreateLogGroup$, {
  authorize({ logGroupName, tags }, call) {
    const resource = groupResource(whereOf(call), logGroupName)
    const context = requestTags(tags)
    const create = { action: 'logs:CreateLogGroup', resource, context }
    return Object.keys(context).length === 0
      ? [create]
      : [create, { ...create, action: 'logs:TagResource', resource: groupArn(whereOf(call), logGroupName) }]
  },
  async invoke({ logGroupName, tags = {}, kmsKeyId, logGroupClass = 'STANDARD', deletionProtectionEnabled }, call) {
    const where = whereOf(call)
    const name = assertGroupName(logGroupName)
    if (kmsKeyId !== undefined)
      throw logsError('InvalidParameterException', 'The specified KMS key does not exist or is not allowed to be used.')
    if (deletionProtectionEnabled === true)
      throw logsError('InvalidParameterException', 'Deletion protection is not available for log groups here.')
    const group: LogGroup = { name, id: randomUUID(), createdAt: call.now, logGroupClass: classOf(logGroupClass), tags: assertTags(tags) }
    await call.state.transact((tx) => {
      if (findGroup(tx, where, name) !== undefined)
        throw logsError('ResourceAlreadyExistsException', 'The specified log group already exists')
      tx.put(logGroups, where.accountId, regional(where.region, name), group)
    })
    return {}
  },
})

export const deleteLogGroup = logsOperation<DeleteLogGroupCommandInput, DeleteLogGroupCommandOutput>(DeleteLogGroup$, {
  authorize: ({ logGroupName }, call) => [groupCheck('DeleteLogGroup', logGroupName, call)],
  async invoke({ logGroupName }, call) {
    const where = whereOf(call)
    const { accountId, region } = where
    const group = await call.state.transact((tx) => {
      const found = groupOf(tx, where, logGroupName)
      tx.delete(logGroups, accountId, regional(region, found.name))
      for (const { key } of tx.list(logStreams, accountId, { prefix: streamKey(region, found.name, '') }))
        tx.delete(logStreams, accountId, key)
      for (const { key } of tx.list(metricFilters, accountId, { prefix: streamKey(region, found.name, '') }))
        tx.delete(metricFilters, accountId, key)
      return found
    })
    await call.events.removeGroup(group.id)
    return {}
  },
})

/** With a list of identifiers it is about those groups alone. */
export const describeLogGroups = logsOperation<DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput>(DescribeLogGroups$, {
  authorize: (_, call) => [{ action: 'logs:DescribeLogGroups', resource: groupResource(whereOf(call), '') }],
  invoke(input, call) {
    const { logGroupNamePrefix = '', logGroupNamePattern, logGroupClass, logGroupIdentifiers } = input
    const where = whereOf(call)
    if (input.logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined)
      throw logsError('InvalidParameterException', 'Only one of logGroupNamePrefix or logGroupNamePattern can be specified.')
    return call.state.read((view) => {
      const named = logGroupIdentifiers?.map((each) => groupNameIn(where, each))
      const found = view
        .list(logGroups, where.accountId, { prefix: regional(where.region, logGroupNamePrefix) })
        .map(({ value }) => value)
        .filter((group) => named === undefined || named.includes(group.name))
        .filter((group) => logGroupNamePattern === undefined || group.name.toLowerCase().includes(logGroupNamePattern.toLowerCase()))
        .filter((group) => logGroupClass === undefined || group.logGroupClass === logGroupClass)
      const { items, ...rest } = pageOf(found, input, ({ name }) => name)
      return { logGroups: items.map((group) => groupShape(view, where, group, call.events)), ...rest }
    })
  },
})

export const putRetentionPolicy = logsOperation<PutRetentionPolicyCommandInput, PutRetentionPolicyCommandOutput>(PutRetentionPolicy$, {
  authorize: ({ logGroupName }, call) => [groupCheck('PutRetentionPolicy', logGroupName, call)],
  async invoke({ logGroupName, retentionInDays }, call) {
    if (!retentions.has(retentionInDays)) {
      const values = [...retentions].join(', ')
      throw logsError(
        'InvalidParameterException',
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${values}]`,
      )
    }
    const group = await change(logGroupName, call, (known) => ({ ...known, retentionInDays }))
    await call.events.expire(group.id, oldestOf(group, call.now))
    return {}
  },
})

export const deleteRetentionPolicy = logsOperation<DeleteRetentionPolicyCommandInput, DeleteRetentionPolicyCommandOutput>(
  DeleteRetentionPolicy$,
  {
    authorize: ({ logGroupName }, call) => [groupCheck('DeleteRetentionPolicy', logGroupName, call)],
    async invoke({ logGroupName }, call) {
      await change(logGroupName, call, (known) => ({ ...known, retentionInDays: undefined }))
      return {}
    },
  },
)

function change(name: string, call: LogsCall, changed: (group: LogGroup) => LogGroup): Promise<LogGroup> {
  const where = whereOf(call)
  return call.state.transact((tx) => {
    const group = changed(groupOf(tx, where, name))
    tx.put(logGroups, where.accountId, regional(where.region, group.name), group)
    return group
  })
}

function groupShape(view: View, where: Where, group: LogGroup, events: LogEvents): LogGroupShape {
  const filters = view.list(metricFilters, where.accountId, { prefix: streamKey(where.region, group.name, '') })
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: filters.length,
    arn: groupArnWithStar(where, group.name),
    logGroupArn: groupArn(where, group.name),
    storedBytes: events.storedBytes(group.id),
    logGroupClass: group.logGroupClass,
  }
}

function classOf(given: string): LogGroup['logGroupClass'] {
  if (given === 'STANDARD' || given === 'INFREQUENT_ACCESS' || given === 'DELIVERY') return given
  throw logsError('InvalidParameterException', `The log group class ${given} is not valid.`)
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])
