import { randomUUID } from 'node:crypto'
import {
  CreateLogStream$,
  DeleteLogStream$,
  DescribeLogStreams$,
  type CreateLogStreamCommandInput,
  type CreateLogStreamCommandOutput,
  type DeleteLogStreamCommandInput,
  type DeleteLogStreamCommandOutput,
  type DescribeLogStreamsCommandInput,
  type DescribeLogStreamsCommandOutput,
  type LogStream as LogStreamShape,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Check } from '../../../kernel/operation.ts'
import { assertStreamName, groupNameOf, streamArn } from '../arn.ts'
import { logsError } from '../errors.ts'
import { findGroup, groupCheck, groupOf, groupTags, type LogsCall, logsOperation, streamOf, whereOf } from '../logs-operation.ts'
import { pageOf } from '../page.ts'
import type { StreamBounds } from '../ports.ts'
import { type LogStream, logStreams, streamKey } from '../state.ts'

export const createLogStream = logsOperation<CreateLogStreamCommandInput, CreateLogStreamCommandOutput>(CreateLogStream$, {
  authorize: ({ logGroupName, logStreamName }, call) => [streamCheck('CreateLogStream', logGroupName, logStreamName, call)],
  async invoke({ logGroupName, logStreamName }, call) {
    const where = whereOf(call)
    const stream: LogStream = { name: assertStreamName(logStreamName), id: randomUUID(), createdAt: call.now }
    await call.state.transact((tx) => {
      const group = groupOf(tx, where, logGroupName)
      const key = streamKey(where.region, group.name, stream.name)
      if (tx.get(logStreams, where.accountId, key) !== undefined)
        throw logsError('ResourceAlreadyExistsException', 'The specified log stream already exists')
      tx.put(logStreams, where.accountId, key, stream)
    })
    return {}
  },
})

export const deleteLogStream = logsOperation<DeleteLogStreamCommandInput, DeleteLogStreamCommandOutput>(DeleteLogStream$, {
  authorize: ({ logGroupName, logStreamName }, call) => [streamCheck('DeleteLogStream', logGroupName, logStreamName, call)],
  async invoke({ logGroupName, logStreamName }, call) {
    const where = whereOf(call)
    const stream = await call.state.transact((tx) => {
      const found = streamOf(tx, where, logGroupName, logStreamName)
      tx.delete(logStreams, where.accountId, streamKey(where.region, logGroupName, found.name))
      return found
    })
    await call.events.removeStream(stream.id)
    return {}
  },
})

export const describeLogStreams = logsOperation<DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput>(DescribeLogStreams$, {
  authorize: (input, call) => [groupCheck('DescribeLogStreams', groupNameOf(whereOf(call), input), call)],
  invoke(input, call) {
    const { logStreamNamePrefix = '', orderBy = 'LogStreamName', descending = false } = input
    const where = whereOf(call)
    const byTime = orderBy === 'LastEventTime'
    if (byTime && input.logStreamNamePrefix !== undefined)
      throw logsError('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.')
    const group = groupNameOf(where, input)
    const found = call.state.read((view) => {
      groupOf(view, where, group)
      return view.list(logStreams, where.accountId, { prefix: streamKey(where.region, group, logStreamNamePrefix) })
    })
    // Only what is shown is asked for, unless the order is by it.
    const lastTimes = new Map(byTime ? found.map(({ value: { id } }) => [id, call.events.bounds(id)?.lastTime ?? 0]) : [])
    const keyOf = ({ id, name }: LogStream): string => (byTime ? `${sortable(lastTimes.get(id) ?? 0)} ${name}` : name)
    const ordered = found.map(({ value }) => value).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    const { items, ...rest } = pageOf(descending ? ordered.toReversed() : ordered, input, keyOf, descending)
    const shapes = items.map((stream) =>
      streamShape({ stream, bounds: call.events.bounds(stream.id) }, streamArn(where, group, stream.name)),
    )
    return { logStreams: shapes, ...rest }
  },
})

interface Described {
  readonly stream: LogStream
  readonly bounds: StreamBounds | undefined
}

export function streamCheck(action: string, group: string, stream: string, call: LogsCall): Check {
  const known = call.state.read((view) => findGroup(view, whereOf(call), group))
  return { action: `logs:${action}`, resource: streamArn(whereOf(call), group, stream), context: groupTags(known) }
}

function streamShape({ stream, bounds }: Described, arn: string): LogStreamShape {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    ...(bounds && { firstEventTimestamp: bounds.firstTime, lastEventTimestamp: bounds.lastTime, lastIngestionTime: bounds.lastIngestedAt }),
    // No client needs it any more, and some still read it.
    uploadSequenceToken: sortable(bounds?.lastIngestedAt ?? stream.createdAt),
    arn,
    // AWS stopped counting the bytes of streams in 2019.
    storedBytes: 0,
  }
}

const sortable = (time: number): string => String(time).padStart(16, '0')
