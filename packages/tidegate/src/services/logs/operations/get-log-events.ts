import { GetLogEvents$, type GetLogEventsCommandInput, type GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import { groupNameOf } from '../arn.ts'
import { logsError } from '../errors.ts'
import { eventsOperation, groupCheck, groupOf, oldestOf, streamOf, whereOf } from '../logs-operation.ts'
import { readToken, writeToken } from '../page.ts'
import type { Place, StoredEvent } from '../ports.ts'
import { streamCheck } from './log-streams.ts'

/**
 * A page of a stream, and a token for each direction. At the end of the stream the token that was given comes back: that is how clients see it.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export const getLogEvents = eventsOperation<GetLogEventsCommandInput, GetLogEventsCommandOutput>(GetLogEvents$, {
  authorize(input, call) {
    const group = groupNameOf(whereOf(call), input)
    const check = streamCheck('GetLogEvents', group, input.logStreamName, call)
    return input.unmask === true ? [check, groupCheck('Unmask', group, call)] : [check]
  },
  invoke(input, call) {
    const { startTime, endTime, startFromHead = false, limit = 10_000, nextToken } = input
    const where = whereOf(call)
    const name = groupNameOf(where, input)
    assertLimit(limit)
    const { group, stream } = call.state.read((view) => ({
      group: groupOf(view, where, name),
      stream: streamOf(view, where, name, input.logStreamName),
    }))
    const token = nextToken === undefined ? undefined : parse(nextToken)
    const direction = token?.direction ?? (startFromHead ? 'forward' : 'backward')
    const range = { from: Math.max(startTime ?? 0, oldestOf(group, call.now)), ...(endTime !== undefined && { to: endTime }) }
    const found = call.events.read({ streamId: stream.id, ...range, direction, limit, ...(token && { after: token.place }) })
    const shown = withinSize(found)
    const events = direction === 'backward' ? shown.toReversed() : shown
    const place = token?.place ?? (direction === 'forward' ? start : end)
    return {
      events: events.map(({ time, message, ingestedAt }) => ({ timestamp: time, message, ingestionTime: ingestedAt })),
      nextForwardToken: write('f', events.at(-1) ?? place),
      nextBackwardToken: write('b', events[0] ?? place),
    }
  },
})

/** AWS ends a page at 1 MiB; one event is always shown. */
export function withinSize(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let bytes = 0
  const last = events.findIndex(({ message }, index) => (bytes += Buffer.byteLength(message) + 26) > 1_048_576 && index > 0)
  return last < 0 ? events : events.slice(0, last)
}

export function assertLimit(limit: number): void {
  if (limit >= 1 && limit <= 10_000) return
  const rule = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 10000'
  throw logsError(
    'InvalidParameterException',
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${rule}`,
  )
}

function write(direction: 'f' | 'b', { time, sequence }: Place): string {
  return `${direction}/${writeToken(`${time}.${sequence}`)}`
}

function parse(token: string): { readonly direction: 'forward' | 'backward'; readonly place: Place } {
  const [, letter, rest] = /^([fb])\/([\w-]+)$/.exec(token) ?? []
  const [, time, sequence] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(rest === undefined ? '' : readToken(rest)) ?? []
  if (time === undefined) throw logsError('InvalidParameterException', 'The specified nextToken is invalid.')
  return { direction: letter === 'f' ? 'forward' : 'backward', place: { time: Number(time), sequence: Number(sequence) } }
}

const start: Place = { time: -1, sequence: 0 }
const end: Place = { time: 9_007_199_254_740_991, sequence: 0 }
