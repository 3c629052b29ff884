/** What a record can be found by: field and value, as the index keeps them and as queries name them. */
import type { AuditRecord } from './record.ts'

export const termFields = [
  'actor',
  'username',
  'principalArn',
  'eventName',
  'eventSource',
  'errorCode',
  'resource',
  'resourceType',
  'accessKeyId',
  'eventId',
] as const
export type TermField = (typeof termFields)[number]

type Visit = (field: TermField, value: string) => void

/** Terms of who made the request: the same for all requests of a session. */
export function forEachCallerTerm(record: AuditRecord, visit: Visit): void {
  const { userIdentity, additionalEventData } = record
  for (const { subject, label } of additionalEventData.actorChain ?? []) {
    visit('actor', subject)
    if (label !== undefined && label !== subject) visit('actor', label)
  }
  const username = usernameOf(record)
  if (username !== undefined) visit('username', username)
  if (userIdentity.arn !== undefined) visit('principalArn', userIdentity.arn)
  const issuer = issuerArnOf(record)
  if (issuer !== undefined) visit('principalArn', issuer)
  if (userIdentity.accessKeyId !== undefined) visit('accessKeyId', userIdentity.accessKeyId)
}

/** What the terms of a caller are made of; small, because it outlives its record. */
export type CallerPrint = readonly (string | undefined)[]

export function callerPrint(record: AuditRecord): CallerPrint {
  const { arn, type, userName, principalId } = record.userIdentity
  const print = [arn, type, userName, principalId, issuerArnOf(record)]
  for (const { subject, label } of record.additionalEventData.actorChain ?? []) print.push(subject, label)
  return print
}

export function isSamePrint(a: CallerPrint, b: CallerPrint): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}

/** Terms of what was asked for, but for `eventId`, which is a term only where an id does not say by itself where its event is. */
export function forEachRequestTerm({ eventName, eventSource, errorCode, resources }: AuditRecord, visit: Visit): void {
  visit('eventName', eventName)
  visit('eventSource', eventSource)
  if (errorCode !== undefined) visit('errorCode', errorCode)
  for (const { ARN, type } of resources ?? []) {
    visit('resource', resourceNameOf(ARN))
    if (type !== undefined) visit('resourceType', type)
  }
}

/** CloudTrail's `Username`: the user, or the name of the role session. */
export function usernameOf({ userIdentity: { type, userName, arn, principalId } }: AuditRecord): string | undefined {
  if (typeof userName === 'string') return userName
  if (type === 'Root') return 'root'
  const isSession = arn !== undefined && /^arn:[^:]*:sts::[^:]*:(?:assumed-role|federated-user)\//.test(arn)
  if (isSession) return resourceNameOf(arn)
  return principalId === undefined ? undefined : /:(.+)$/.exec(principalId)?.[1]
}

/** The role behind a session. */
export function issuerArnOf({ userIdentity: { sessionContext } }: AuditRecord): string | undefined {
  const arn = sessionContext?.sessionIssuer?.['arn']
  return typeof arn === 'string' ? arn : undefined
}

/** What stands behind the last `/` or `:` of an ARN; the index holds this, and it is what people call the resource. */
export function resourceNameOf(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1)
}
