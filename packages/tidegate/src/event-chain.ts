/**
 * What led to an event, from the records themselves: the call that made its session, the call that made the task that the session is of,
 * and so on until somebody who came in from outside. Who it was is in the record of the event already (`actorChain`); this is the evidence.
 */
import { activityEvent, principalOf } from './activity-event.ts'
import type { ChainLink, DescribedActor, DescribeEventChainOutput } from './api/activity.ts'
import type { AuditFilter } from './audit/filter.ts'
import type { FoundRecord } from './audit/query.ts'
import type { AuditRecord } from './audit/record.ts'
import type { Actor } from './kernel/caller.ts'
import { describedActor } from './services/tidegate/actors.ts'

/** Records that match, newest first. */
type Search = (filter: AuditFilter) => AsyncIterable<FoundRecord>

export async function chainOfEvent(record: AuditRecord, search: Search): Promise<DescribeEventChainOutput> {
  const links: ChainLink[] = []
  let current: AuditRecord = record
  let chain = chainOf(record)
  while (links.length < MOST_LINKS) {
    const issuing = await issuingRecord(current, search)
    if (issuing !== undefined) {
      links.push({ Kind: 'session', Event: activityEvent(issuing) })
      current = issuing
      continue
    }
    const [actor, ...behind] = chain
    if (actor?.type !== 'workload') break
    chain = behind
    const making = await makingRecord(actor, behind, current, search)
    links.push({ Kind: 'workload', Actor: describedActor(actor), ...(making && { Event: activityEvent(making) }) })
    if (making !== undefined) current = making
  }
  return { Event: activityEvent(record), Links: links, Origin: originOf(record) }
}

/** The call that answered with the credentials that this one was signed with: in the second in which the session began. */
async function issuingRecord({ userIdentity }: AuditRecord, search: Search): Promise<AuditRecord | undefined> {
  const { accessKeyId, sessionContext } = userIdentity
  const created = sessionContext?.attributes?.['creationDate']
  if (accessKeyId?.startsWith('ASIA') !== true || typeof created !== 'string') return undefined
  const began = Date.parse(created)
  if (Number.isNaN(began)) return undefined
  const filter = { eventSource: 'sts.amazonaws.com', mentions: accessKeyId, from: began - 2000, to: began + 3000 }
  for await (const { record } of search(filter)) if (issuedKey(record) === accessKeyId) return record
  return undefined
}

function issuedKey({ responseElements }: AuditRecord): unknown {
  const { credentials } = (responseElements ?? {}) as { readonly credentials?: { readonly accessKeyId?: unknown } }
  return credentials?.accessKeyId
}

/** The newest change before the event that names the workload and that the rest of the chain made. */
async function makingRecord(
  { subject }: Actor,
  behind: readonly Actor[],
  { eventTime, eventID }: AuditRecord,
  search: Search,
): Promise<AuditRecord | undefined> {
  const filter = { eventSource: 'ecs.amazonaws.com', mentions: subject, readOnly: false, to: Date.parse(eventTime) + 1000 }
  for await (const { record } of search(filter)) {
    if (record.errorCode === undefined && record.eventID !== eventID && isSame(chainOf(record), behind)) return record
  }
  return undefined
}

/** A user or root that nothing is behind stands for itself, as in what it creates. */
function isSame(made: readonly Actor[], behind: readonly Actor[]): boolean {
  const [first] = behind
  if (made.length === 0) return behind.length === 0 || (behind.length === 1 && first?.type === 'principal')
  return (
    made.length === behind.length && made.every((actor, i) => actor.issuer === behind[i]?.issuer && actor.subject === behind[i].subject)
  )
}

function originOf(record: AuditRecord): DescribedActor {
  const actor = chainOf(record).at(-1)
  return actor === undefined ? { Type: 'principal', Issuer: 'iam.amazonaws.com', Subject: principalOf(record) } : describedActor(actor)
}

function chainOf({ additionalEventData }: AuditRecord): readonly Actor[] {
  return additionalEventData.actorChain ?? []
}

const MOST_LINKS = 16
