/** What a query asks for. All that is given must hold. */
import { timeOfEventId } from './event-id.ts'
import { textInRecord } from './record-text.ts'
import type { AuditRecord } from './record.ts'
import { type TermField, issuerArnOf, resourceNameOf, usernameOf } from './terms.ts'

export interface AuditFilter {
  /** Milliseconds since 1970, by `eventTime`: at `from` or later, earlier than `to`. */
  readonly from?: number
  readonly to?: number
  /** Subject, label, or `issuer|subject` of anyone in the actor chain. */
  readonly actor?: string
  /** User, or name of the role session. */
  readonly username?: string
  /** ARN of the caller, or of the role behind the session. */
  readonly principalArn?: string
  readonly eventName?: string
  readonly eventSource?: string
  /** One of these. */
  readonly errorCode?: string | readonly string[]
  /** ARN, or the name at its end. */
  readonly resource?: string
  readonly resourceType?: string
  readonly accessKeyId?: string
  readonly eventId?: string
  readonly requestId?: string
  /** Text that stands anywhere in the record: the ARN of what an answer told. */
  readonly mentions?: string
  readonly readOnly?: boolean
  readonly managementEvent?: boolean
  /** 12 digits. */
  readonly recipientAccountId?: string
  /** Account of the caller or of what was called; 12 digits. */
  readonly accountId?: string
  readonly awsRegion?: string
}

/** The error codes with which AWS services deny access. */
export const denialCodes: readonly string[] = [
  'AccessDenied',
  'AccessDeniedException',
  'AccessDeniedFault',
  'AuthorizationError',
  'Client.UnauthorizedOperation',
  'NotAuthorized',
  'UnauthorizedOperation',
]

export function matches(record: AuditRecord, filter: AuditFilter): boolean {
  const { userIdentity, additionalEventData, resources = [] } = record
  const { from = -Infinity, to = Infinity, actor, resource, principalArn } = filter
  const time = Date.parse(record.eventTime)
  return (
    time >= from &&
    time < to &&
    is(filter.eventName, record.eventName) &&
    is(filter.eventSource, record.eventSource) &&
    is(filter.accessKeyId, userIdentity.accessKeyId) &&
    is(filter.eventId, record.eventID) &&
    is(filter.requestId, record.requestID) &&
    is(filter.readOnly, record.readOnly) &&
    is(filter.managementEvent, record.managementEvent) &&
    is(filter.recipientAccountId, record.recipientAccountId) &&
    is(filter.awsRegion, record.awsRegion) &&
    (filter.accountId === undefined || record.recipientAccountId === filter.accountId || userIdentity.accountId === filter.accountId) &&
    (filter.username === undefined || filter.username === usernameOf(record)) &&
    (filter.errorCode === undefined || (record.errorCode !== undefined && errorCodesOf(filter).includes(record.errorCode))) &&
    (principalArn === undefined || principalArn === userIdentity.arn || principalArn === issuerArnOf(record)) &&
    (actor === undefined || (additionalEventData.actorChain ?? []).some((each) => isActor(each, actor))) &&
    (resource === undefined || resources.some(({ ARN }) => ARN === resource || resourceNameOf(ARN) === resource)) &&
    (filter.resourceType === undefined || resources.some(({ type }) => type === filter.resourceType))
  )
}

/** What a parsed record does not say: whether its text has `mentions` in it. */
export function isMentioned(text: string, { mentions }: AuditFilter): boolean {
  return mentions === undefined || text.includes(textInRecord(mentions))
}

/** What to ask the index for: a record that matches has, for each entry, one of the values. */
export function termsOf(filter: AuditFilter): readonly (readonly [TermField, readonly string[]])[] {
  const terms: [TermField, readonly string[]][] = []
  const add = (field: TermField, value: string | undefined): void => {
    if (value !== undefined) terms.push([field, [value]])
  }
  // `issuer|subject` is in the index by its subject; a subject may have a bar in it itself.
  if (filter.actor !== undefined) terms.push(['actor', [filter.actor, ...barredSubjects(filter.actor)]])
  add('username', filter.username)
  add('principalArn', filter.principalArn)
  add('eventName', filter.eventName)
  add('eventSource', filter.eventSource)
  if (filter.errorCode !== undefined) terms.push(['errorCode', errorCodesOf(filter)])
  add('resource', filter.resource === undefined ? undefined : resourceNameOf(filter.resource))
  add('resourceType', filter.resourceType)
  add('accessKeyId', filter.accessKeyId)
  if (filter.eventId !== undefined && timeOfEventId(filter.eventId) === undefined) add('eventId', filter.eventId)
  return terms
}

/** Text that every matching record has in it; undefined where there is none. Only what has it is worth parsing. */
export function needleOf(filter: AuditFilter): Buffer | undefined {
  const { eventId, requestId, mentions, accessKeyId, resource, username, principalArn, eventName, eventSource, resourceType, actor } =
    filter
  const quoted = (name: string, value: string): string => `"${name}":"${textInRecord(value)}"`
  const plain = [username, principalArn, resource, resourceType].find((value) => value !== undefined && value !== '')
  const text =
    (eventId !== undefined && quoted('eventID', eventId)) ||
    (requestId !== undefined && quoted('requestID', requestId)) ||
    (mentions !== undefined && mentions !== '' && textInRecord(mentions)) ||
    (accessKeyId !== undefined && quoted('accessKeyId', accessKeyId)) ||
    (actor !== undefined && !actor.includes('|') && actor !== '' && textInRecord(actor)) ||
    (plain !== undefined && plain !== 'root' && textInRecord(plain)) ||
    (eventName !== undefined && quoted('eventName', eventName)) ||
    (eventSource !== undefined && quoted('eventSource', eventSource)) ||
    (filter.errorCode !== undefined && '"errorCode":"') ||
    undefined
  return text === undefined ? undefined : Buffer.from(text)
}

export function errorCodesOf({ errorCode }: AuditFilter): readonly string[] {
  return errorCode === undefined ? [] : typeof errorCode === 'string' ? [errorCode] : errorCode
}

function isActor({ issuer, subject, label }: { issuer: string; subject: string; label?: string }, actor: string): boolean {
  return subject === actor || label === actor || `${issuer}|${subject}` === actor
}

function barredSubjects(actor: string): string[] {
  const parts = actor.split('|')
  return parts.slice(1).map((_, index) => parts.slice(index + 1).join('|'))
}

function is<T>(wanted: T | undefined, value: T | undefined): boolean {
  return wanted === undefined || wanted === value
}
