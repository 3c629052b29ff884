import { setTimeout } from 'node:timers/promises'
import {
  StartLiveTail$,
  type LiveTailSessionLogEvent,
  type StartLiveTailCommandInput,
  type StartLiveTailCommandOutput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs'
import { groupNameIn } from '../arn.ts'
import { logsError } from '../errors.ts'
import type { Matcher } from '../filter-pattern/filter-pattern.ts'
import { eventsOperation, groupCheck, groupOf, type LogsCall, whereOf } from '../logs-operation.ts'
import { type LogGroup, logStreams, streamKey } from '../state.ts'
import { matcherOf } from './filter-log-events.ts'

/**
 * Events as they come: an update each second, at most 500 events in it, for three hours at most.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export const startLiveTail = eventsOperation<StartLiveTailCommandInput, StartLiveTailCommandOutput>(StartLiveTail$, {
  isReadOnly: true,
  authorize: ({ logGroupIdentifiers }, call) =>
    logGroupIdentifiers.map((each) => groupCheck('StartLiveTail', groupNameIn(whereOf(call), each), call)),
  invoke(input, call) {
    const { logGroupIdentifiers, logStreamNames = [], logStreamNamePrefixes = [], logEventFilterPattern } = input
    const where = whereOf(call)
    if (logGroupIdentifiers.length === 0 || logGroupIdentifiers.length > 10)
      throw logsError('InvalidParameterException', 'Between 1 and 10 logGroupIdentifiers can be specified.')
    if (logStreamNames.length > 0 && logStreamNamePrefixes.length > 0)
      throw logsError('InvalidParameterException', 'Only one of logStreamNames or logStreamNamePrefixes can be specified.')
    const groups = call.state.read((view) => logGroupIdentifiers.map((each) => groupOf(view, where, groupNameIn(where, each))))
    const isWanted = (stream: string): boolean =>
      (logStreamNames.length === 0 || logStreamNames.includes(stream)) &&
      (logStreamNamePrefixes.length === 0 || logStreamNamePrefixes.some((prefix) => stream.startsWith(prefix)))
    const start = {
      requestId: call.requestId,
      sessionId: call.requestId,
      logGroupIdentifiers,
      logStreamNames,
      logStreamNamePrefixes,
      logEventFilterPattern: logEventFilterPattern ?? '',
    }
    return { responseStream: tail({ groups, isWanted, matches: matcherOf(logEventFilterPattern), start }, call) }
  },
})

interface Tail {
  readonly groups: readonly LogGroup[]
  readonly isWanted: (stream: string) => boolean
  readonly matches: Matcher
  readonly start: NonNullable<StartLiveTailResponseStream['sessionStart']>
}

async function* tail({ groups, isWanted, matches, start }: Tail, call: LogsCall): AsyncGenerator<StartLiveTailResponseStream> {
  const behind = new Map(groups.map(({ id }) => [id, call.events.lastSequence()]))
  yield { sessionStart: start }
  for (let second = 0; second < longestSeconds; second++) {
    if (!(await isNextSecond(call.closing))) return
    const found: LiveTailSessionLogEvent[] = []
    for (const group of groups) found.push(...arrivals(group, behind, { isWanted, matches }, call))
    yield {
      sessionUpdate: {
        sessionMetadata: { sampled: found.length > mostInUpdate },
        sessionResults: found.slice(0, mostInUpdate),
      },
    }
  }
}

/** What came since the last time. */
function arrivals(
  group: LogGroup,
  behind: Map<string, number>,
  { isWanted, matches }: Pick<Tail, 'isWanted' | 'matches'>,
  call: LogsCall,
): LiveTailSessionLogEvent[] {
  const { accountId, region } = whereOf(call)
  const came = call.events.arrivals(group.id, behind.get(group.id) ?? 0, 5_000)
  const last = came.at(-1)
  if (last === undefined) return []
  behind.set(group.id, last.sequence)
  const streams = call.state.read((view) => view.list(logStreams, accountId, { prefix: streamKey(region, group.name, '') }))
  const names = new Map(streams.map(({ value }) => [value.id, value.name]))
  return came.flatMap(({ streamId, message, time, ingestedAt }) => {
    const logStreamName = names.get(streamId)
    if (logStreamName === undefined || !isWanted(logStreamName) || !matches(message)) return []
    return [{ logStreamName, logGroupIdentifier: group.name, message, timestamp: time, ingestionTime: ingestedAt }]
  })
}

/** False where the instance closes before. */
function isNextSecond(closing: AbortSignal): Promise<boolean> {
  return setTimeout(1000, true, { signal: closing, ref: false }).catch(() => false)
}

const mostInUpdate = 500
const longestSeconds = 3 * 3600
