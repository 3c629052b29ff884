import { PutLogEvents$, type PutLogEventsCommandInput, type PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import type { Given } from '../../../kernel/judged-operation.ts'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import { logsError } from '../errors.ts'
import { eventsOperation, groupOf, type LogsCall, oldestOf, streamOf, whereOf } from '../logs-operation.ts'
import type { Origin } from '../ports.ts'
import { streamCheck } from './log-streams.ts'

/**
 * Events that are too old, too new or past retention are not kept, and the answer says which; the others are.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const putLogEvents = eventsOperation<PutLogEventsCommandInput, PutLogEventsCommandOutput>(PutLogEvents$, {
  // What a program writes is nobody's business but its readers'.
  secretInputs: ['logEvents'],
  authorize: ({ logGroupName, logStreamName }, call) => [streamCheck('PutLogEvents', logGroupName, logStreamName, call)],
  async invoke({ logGroupName, logStreamName, logEvents }, call) {
    const where = whereOf(call)
    const { group, stream } = call.state.read((view) => ({
      group: groupOf(view, where, logGroupName),
      stream: streamOf(view, where, logGroupName, logStreamName),
    }))
    const events = eventsIn(logEvents)
    const expired = Math.max(oldestOf(group, call.now), 0)
    const tooOld = call.now - 14 * day
    const tooNew = call.now + 2 * hour
    const kept = events.filter(({ time }) => time >= expired && time >= tooOld && time <= tooNew)
    const rejected = {
      ...endIndex(
        'expiredLogEventEndIndex',
        events.findLastIndex(({ time }) => time < expired),
      ),
      ...endIndex(
        'tooOldLogEventEndIndex',
        events.findLastIndex(({ time }) => time < tooOld),
      ),
      ...startIndex(events.findIndex(({ time }) => time > tooNew)),
    }
    if (kept.length > 0) {
      const stored = kept.map(({ time, message }) => ({ time, message, ingestedAt: call.now }))
      await call.events.append({ groupId: group.id, streamId: stream.id }, stored, originOf(call))
    }
    return {
      nextSequenceToken: String(call.now).padStart(56, '0'),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    }
  },
})

interface Event {
  readonly time: number
  readonly message: string
}

/** Throws `InvalidParameterException` for what makes the whole batch no batch. */
function eventsIn(given: Given<PutLogEventsCommandInput>['logEvents']): readonly Event[] {
  if (given.length === 0 || given.length > 10_000)
    throw invalid(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length ${given.length === 0 ? 'greater than or equal to 1' : 'less than or equal to 10000'}`,
    )
  const events = given.map(({ timestamp = 0, message = '' }) => ({ time: timestamp, message }))
  let bytes = 0
  for (const [index, { time, message }] of events.entries()) {
    if (message === '')
      throw invalid(
        `1 validation error detected: Value '' at 'logEvents.${index + 1}.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      )
    if (!Number.isSafeInteger(time) || time < 0)
      throw invalid(
        `1 validation error detected: Value '${time}' at 'logEvents.${index + 1}.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0`,
      )
    const size = Buffer.byteLength(message) + overhead
    if (size > largestBatch) throw invalid(`Log event too large: ${size} bytes exceeds limit of ${largestBatch}`)
    bytes += size
    if (time < (events[index - 1]?.time ?? 0)) throw invalid('Log events in a single PutLogEvents request must be in chronological order.')
  }
  if (bytes > largestBatch) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${largestBatch}`)
  if ((events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0) > day)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.')
  return events
}

function originOf({ caller }: LogsCall): Origin {
  const arn = caller.context['aws:PrincipalArn']
  return { principalArn: typeof arn === 'string' ? arn : '', actorChain: chainBehind(caller) }
}

const endIndex = (name: string, last: number): object => (last < 0 ? {} : { [name]: last + 1 })
const startIndex = (first: number): object => (first < 0 ? {} : { tooNewLogEventStartIndex: first })
const invalid = (message: string): Error => logsError('InvalidParameterException', message)

const hour = 3_600_000
const day = 24 * hour
/** What AWS counts for an event beside its text, and for a batch in all. */
const overhead = 26
const largestBatch = 1_048_576
