/** Who did what, read from the audit log. An account sees the calls of its principals and those on what it has. */
import type { ActivityFilter, ActivityGroup, CountActivityOutput, LookupActivityOutput } from './api/activity.ts'
import { actionOf, activityEvent, deniedBy, isDenial, principalOf } from './activity-event.ts'
import { openCheckpoint } from './audit/checkpoint.ts'
import { type AuditFilter, denialCodes } from './audit/filter.ts'
import type { AuditLog } from './audit/log.ts'
import { toBase64 } from './audit/merkle.ts'
import { parseVerifierKey } from './audit/note.ts'
import { InvalidToken } from './audit/page.ts'
import type { AuditRecord } from './audit/record.ts'
import { issuerArnOf } from './audit/terms.ts'
import { chainOfEvent } from './event-chain.ts'
import type { Activity } from './services/tidegate/ports.ts'

export function activityIn(audit: AuditLog): Activity {
  return {
    async lookUp(filter, accountId, { limit, token }): Promise<LookupActivityOutput | undefined> {
      try {
        const { records, nextToken } = await audit.query(auditFilter(filter, accountId), { limit, ...(token !== undefined && { token }) })
        return { Events: records.map(({ record }) => activityEvent(record)), ...(nextToken !== undefined && { NextToken: nextToken }) }
      } catch (error) {
        if (error instanceof InvalidToken) return undefined
        throw error
      }
    },
    count: (filter, accountId) => count(audit, auditFilter(filter, accountId)),
    async chainOf(eventId, accountId) {
      const byEvent = await audit.query({ eventId, accountId }, { limit: 1 })
      // People have the id of the request at hand.
      const { records } = byEvent.records.length > 0 ? byEvent : await audit.query({ requestId: eventId, accountId }, { limit: 1 })
      return records[0] && chainOfEvent(records[0].record, (each) => audit.search({ ...each, accountId }))
    },
    async integrity() {
      const Checkpoint = await audit.checkpoint()
      const key = parseVerifierKey(audit.verifierKey)
      const opened = openCheckpoint(Checkpoint, key === undefined ? [] : [key])
      if (opened.state !== 'signed') throw new Error(`the newest checkpoint is ${opened.state}`)
      const { size, root, time } = opened.checkpoint
      return {
        VerifierKey: audit.verifierKey,
        Records: audit.size,
        Checkpoint,
        CheckpointRecords: size,
        CheckpointTime: new Date(time).toISOString(),
        Root: toBase64(root),
      }
    },
  }
}

function auditFilter(filter: ActivityFilter, accountId: string): AuditFilter {
  const [service, name] = filter.Action?.includes(':') === true ? filter.Action.split(':', 2) : [filter.Service, filter.Action]
  const asked = filter.Service ?? service
  return present({
    accountId,
    actor: filter.Actor,
    principalArn: filter.Principal,
    username: filter.SessionName,
    accessKeyId: filter.AccessKeyId,
    resource: filter.Resource,
    eventName: name,
    eventSource: asked === undefined ? undefined : asked === 'tidegate' ? asked : `${asked}.amazonaws.com`,
    errorCode: filter.DeniedOnly === true ? denialCodes : undefined,
    readOnly: filter.ChangesOnly === true ? false : undefined,
    from: filter.StartTime === undefined ? undefined : Date.parse(filter.StartTime),
    to: filter.EndTime === undefined ? undefined : Date.parse(filter.EndTime),
  })
}

function present(filter: { readonly [Name in keyof AuditFilter]: AuditFilter[Name] | undefined }): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

async function count(audit: AuditLog, filter: AuditFilter): Promise<CountActivityOutput> {
  const groups = new Map<string, Counted>()
  let events = 0
  for await (const { record } of audit.search(filter)) {
    if (events === MOST_COUNTED) return { Groups: sorted(groups), Events: events, IsComplete: false }
    events += 1
    const [who, type] = whoIn(record)
    const [principal, action] = [issuerArnOf(record) ?? principalOf(record), actionOf(record)]
    const key = JSON.stringify([who, principal, action])
    const denial = deniedBy(record)
    const group = groups.get(key) ?? { who, type, principal, action, count: 0, denied: 0, types: new Set(), newest: record, oldest: record }
    group.count += 1
    if (isDenial(record)) group.denied += 1
    if (denial !== undefined) group.types.add(denial)
    group.oldest = record
    groups.set(key, group)
  }
  return { Groups: sorted(groups), Events: events, IsComplete: true }
}

interface Counted {
  readonly who: string
  readonly type: string
  readonly principal: string
  readonly action: string
  count: number
  denied: number
  readonly types: Set<string>
  readonly newest: AuditRecord
  oldest: AuditRecord
}

/** The person, pipeline or agent furthest behind the call; else its principal. */
function whoIn(record: AuditRecord): readonly [string, string] {
  const actor = record.additionalEventData.actorChain?.at(-1)
  if (actor === undefined || actor.type === 'principal') return [principalOf(record), 'principal']
  return [actor.label ?? actor.subject, actor.type]
}

function sorted(groups: ReadonlyMap<string, Counted>): ActivityGroup[] {
  return [...groups.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_GROUPS)
    .map(({ who, type, principal, action, count: number, denied, types, newest, oldest }) => ({
      Who: who,
      WhoType: type,
      Principal: principal,
      Action: action,
      Count: number,
      Denied: denied,
      PolicyTypes: [...types].toSorted(),
      FirstTime: oldest.eventTime,
      LastTime: newest.eventTime,
      LastEventId: newest.eventID,
    }))
}

const MOST_COUNTED = 50_000
const MOST_GROUPS = 500
