/**
 * What CloudTrail's LookupEvents answers from this log: management events of one account and region, newest first.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import { errorsOf } from '../kernel/aws-error.ts'
import type { AuditFilter } from './filter.ts'
import { InvalidToken, type Page, type PageOptions } from './page.ts'
import type { FoundRecord } from './query.ts'
import { resourceNameOf, usernameOf } from './terms.ts'

/** The log as far as it is needed here. */
export interface QueryableLog {
  query(filter: AuditFilter, options?: PageOptions): Promise<Page>
}

export interface LookupEventsInput {
  readonly LookupAttributes?:
    | readonly { readonly AttributeKey?: string | undefined; readonly AttributeValue?: string | undefined }[]
    | undefined
  readonly StartTime?: Date | undefined
  readonly EndTime?: Date | undefined
  readonly EventCategory?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface LookupEventsOutput {
  readonly Events: readonly LookedUpEvent[]
  readonly NextToken?: string
}

export interface LookedUpEvent {
  readonly EventId: string
  readonly EventName: string
  readonly ReadOnly: 'true' | 'false'
  readonly AccessKeyId?: string
  readonly EventTime: Date
  readonly EventSource: string
  readonly Username?: string
  readonly Resources: readonly { readonly ResourceType?: string; readonly ResourceName: string }[]
  /** The record as JSON. */
  readonly CloudTrailEvent: string
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html#API_LookupEvents_Errors */
const lookupError = errorsOf({
  InvalidEventCategoryException: { status: 400, fault: 'client' },
  InvalidLookupAttributesException: { status: 400, fault: 'client' },
  InvalidMaxResultsException: { status: 400, fault: 'client' },
  InvalidNextTokenException: { status: 400, fault: 'client' },
  InvalidTimeRangeException: { status: 400, fault: 'client' },
})

/** @throws AwsError, one of `lookupError` */
export async function lookupEvents(
  log: QueryableLog,
  input: LookupEventsInput,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): Promise<LookupEventsOutput> {
  const { StartTime, EndTime, EventCategory, MaxResults = mostResults, NextToken } = input
  if (!(Number.isInteger(MaxResults) && MaxResults >= 1 && MaxResults <= mostResults)) {
    throw lookupError('InvalidMaxResultsException', `A valid maximum number of results is 1 to ${mostResults}.`)
  }
  if (StartTime !== undefined && EndTime !== undefined && StartTime > EndTime) {
    throw lookupError('InvalidTimeRangeException', 'The start time is after the end time.')
  }
  if (EventCategory !== undefined && EventCategory !== 'insight') {
    throw lookupError('InvalidEventCategoryException', 'The only event category that can be asked for is insight.')
  }
  const filter: AuditFilter = {
    ...attributeFilter(input),
    managementEvent: true,
    recipientAccountId: accountId,
    awsRegion: region,
    ...(StartTime && { from: StartTime.getTime() }),
    // "At or before": event times are whole seconds.
    ...(EndTime && { to: EndTime.getTime() + 1 }),
  }
  // There are no Insights events.
  if (EventCategory === 'insight') return { Events: [] }
  const { records, nextToken } = await page(log, filter, { limit: MaxResults, ...(NextToken !== undefined && { token: NextToken }) })
  return { Events: records.map(event), ...(nextToken !== undefined && { NextToken: nextToken }) }
}

async function page(log: QueryableLog, filter: AuditFilter, options: PageOptions): Promise<Page> {
  try {
    return await log.query(filter, options)
  } catch (error) {
    if (error instanceof InvalidToken)
      throw lookupError('InvalidNextTokenException', 'The token is not valid, or not of a call with the same parameters.')
    throw error
  }
}

function attributeFilter({ LookupAttributes = [] }: LookupEventsInput): AuditFilter {
  const [attribute, ...more] = LookupAttributes
  if (attribute === undefined) return {}
  const { AttributeKey = '', AttributeValue: value } = attribute
  const filter = attributes.get(AttributeKey)
  if (more.length > 0 || filter === undefined || value === undefined || value.length > mostCharacters) {
    throw lookupError('InvalidLookupAttributesException', 'Exactly one attribute with a known key and a value can be looked up.')
  }
  return filter(value)
}

const attributes = new Map<string, (value: string) => AuditFilter>([
  ['EventId', (eventId) => ({ eventId })],
  ['EventName', (eventName) => ({ eventName })],
  ['ReadOnly', (value) => ({ readOnly: value === 'true' })],
  ['Username', (username) => ({ username })],
  ['ResourceType', (resourceType) => ({ resourceType })],
  ['ResourceName', (resource) => ({ resource })],
  ['EventSource', (eventSource) => ({ eventSource })],
  ['AccessKeyId', (accessKeyId) => ({ accessKeyId })],
])

function event({ record, text }: FoundRecord): LookedUpEvent {
  const { accessKeyId } = record.userIdentity
  const username = usernameOf(record)
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: record.readOnly ? 'true' : 'false',
    ...(accessKeyId !== undefined && { AccessKeyId: accessKeyId }),
    EventTime: new Date(record.eventTime),
    EventSource: record.eventSource,
    ...(username !== undefined && { Username: username }),
    Resources: (record.resources ?? []).map(({ ARN, type }) => ({
      ...(type !== undefined && { ResourceType: type }),
      ResourceName: resourceNameOf(ARN),
    })),
    CloudTrailEvent: text,
  }
}

const mostResults = 50
const mostCharacters = 2000
