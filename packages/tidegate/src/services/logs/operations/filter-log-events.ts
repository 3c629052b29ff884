import {
  FilterLogEvents$,
  TestMetricFilter$,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
  type TestMetricFilterCommandInput,
  type TestMetricFilterCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { groupNameOf } from '../arn.ts'
import { logsError } from '../errors.ts'
import { filterPattern, type Matcher } from '../filter-pattern/filter-pattern.ts'
import { PatternError } from '../filter-pattern/reader.ts'
import { eventsOperation, groupCheck, groupOf, oldestOf, whereOf } from '../logs-operation.ts'
import { readToken, writeToken } from '../page.ts'
import type { Place, StoredEvent } from '../ports.ts'
import { type LogStream, logStreams, streamKey } from '../state.ts'
import { assertLimit, withinSize } from './get-log-events.ts'

/**
 * The events of a group that match, in the order of time whatever their streams. A page ends where it is full, or where so many events were
 * looked at that whoever waits should hear of it: it may be empty and have a token all the same.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export const filterLogEvents = eventsOperation<FilterLogEventsCommandInput, FilterLogEventsCommandOutput>(FilterLogEvents$, {
  isReadOnly: true,
  authorize(input, call) {
    const check = groupCheck('FilterLogEvents', groupNameOf(whereOf(call), input), call)
    return input.unmask === true ? [check, { ...check, action: 'logs:Unmask' }] : [check]
  },
  invoke(input, call) {
    const { startTime = 0, endTime, limit = 10_000, nextToken, logStreamNames, logStreamNamePrefix } = input
    const where = whereOf(call)
    const name = groupNameOf(where, input)
    assertLimit(limit)
    if (logStreamNames !== undefined && logStreamNamePrefix !== undefined)
      throw logsError('InvalidParameterException', 'Only one of logStreamNames or logStreamNamePrefix can be specified.')
    const matches = matcherOf(input.filterPattern)
    const { group, streams } = call.state.read((view) => ({
      group: groupOf(view, where, name),
      streams: view.list(logStreams, where.accountId, { prefix: streamKey(where.region, name, logStreamNamePrefix ?? '') }),
    }))
    const chosen = chosenOf(
      streams.map(({ value }) => value),
      logStreamNames,
    )
    const names = new Map(chosen.map((stream) => [stream.id, stream.name]))
    const isAll = logStreamNames === undefined && logStreamNamePrefix === undefined
    const from = Math.max(startTime, oldestOf(group, call.now))
    const found: StoredEvent[] = []
    let after = nextToken === undefined ? undefined : placeOf(nextToken)
    let looked = 0
    for (;;) {
      const events = call.events.read({
        groupId: group.id,
        ...(!isAll && { streamIds: [...names.keys()] }),
        from,
        // The end is inclusive here, and exclusive everywhere else.
        ...(endTime !== undefined && { to: endTime + 1 }),
        ...(after && { after }),
        direction: 'forward',
        limit: slice,
      })
      for (const event of events) {
        after = event
        if (names.has(event.streamId) && matches(event.message)) found.push(event)
        if (found.length === limit) break
      }
      looked += events.length
      if (events.length < slice && found.length < limit) after = undefined
      if (after === undefined || found.length === limit || looked >= mostLooked) break
    }
    const shown = withinSize(found)
    const next = shown.length < found.length ? shown.at(-1) : after
    return {
      events: shown.map((event) => ({
        logStreamName: names.get(event.streamId) ?? '',
        timestamp: event.time,
        message: event.message,
        ingestionTime: event.ingestedAt,
        eventId: eventIdOf(event),
      })),
      searchedLogStreams: [],
      ...(next && { nextToken: writeToken(`${next.time}.${next.sequence}`) }),
    }
  },
})

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export const testMetricFilter = eventsOperation<TestMetricFilterCommandInput, TestMetricFilterCommandOutput>(TestMetricFilter$, {
  isReadOnly: true,
  authorize: () => [{ action: 'logs:TestMetricFilter', resource: '*' }],
  invoke({ filterPattern: pattern, logEventMessages }) {
    const matches = matcherOf(pattern)
    const found = logEventMessages.flatMap((eventMessage, index) =>
      matches(eventMessage) ? [{ eventNumber: index + 1, eventMessage }] : [],
    )
    return { matches: found.map((each) => ({ ...each, extractedValues: {} })) }
  },
})

/** Throws `InvalidParameterException` for what is no pattern. */
export function matcherOf(pattern = ''): Matcher {
  try {
    return filterPattern(pattern)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    throw logsError('InvalidParameterException', `Invalid filter pattern: ${error.message}`)
  }
}

function chosenOf(streams: readonly LogStream[], names: readonly string[] | undefined): readonly LogStream[] {
  if (names === undefined) return streams
  if (names.length === 0 || names.length > 100)
    throw logsError('InvalidParameterException', 'Between 1 and 100 logStreamNames can be specified.')
  return names.map((name) => {
    const stream = streams.find((each) => each.name === name)
    if (stream === undefined) throw logsError('ResourceNotFoundException', 'The specified log stream does not exist.')
    return stream
  })
}

/** Digits, as AWS's are; no two events have the same. */
function eventIdOf({ time, sequence }: Place): string {
  return `${String(time).padStart(20, '0')}${String(sequence).padStart(36, '0')}`
}

function placeOf(token: string): Place {
  const [, time, sequence] = /^(\d{1,16})\.(\d{1,16})$/.exec(readToken(token)) ?? []
  if (time === undefined) throw logsError('InvalidParameterException', 'The specified nextToken is invalid.')
  return { time: Number(time), sequence: Number(sequence) }
}

const slice = 5_000
const mostLooked = 100_000
