/**
 * Cutting a person off: every session that she or what acts for her has, every token that she signed in with, and, where that is wanted,
 * the sessions of the tasks that she started. The audit log knows which ones there are, so there is a receipt.
 */
import type { AuditLog } from './audit/log.ts'
import { type AuditRecord, auditRecord } from './audit/record.ts'
import type { Actor } from './kernel/caller.ts'
import type { State } from './kernel/state.ts'
import { revoke } from './sessions/revocation.ts'

export interface UserRevocation {
  /** Label or subject. */
  readonly person: string
  readonly issuer?: string | undefined
  readonly includesWorkloads: boolean
  readonly isDryRun: boolean
}

export interface RevocationReceipt {
  readonly issuer: string
  readonly subject: string
  readonly label?: string | undefined
  /** What was issued and who signed in before this is dead: ISO 8601. */
  readonly before: string
  readonly cut: readonly CutSession[]
  /** Of tasks that the person started, which go on. */
  readonly kept: readonly CutSession[]
  /** Event id of the audit record; absent on a dry run. */
  readonly eventId?: string | undefined
}

export interface CutSession {
  readonly accessKeyId: string
  readonly arn: string
  readonly expiresAt: string
  /** Whether a task or service stands between it and the person. */
  readonly isOfWorkload: boolean
}

interface Revoked {
  readonly state: State
  readonly audit: Pick<AuditLog, 'search' | 'append'>
  readonly now: number
}

/** Rejects in words for whoever asked: nobody of that name, or several people. */
export async function revokeUser(request: UserRevocation, { state, audit, now }: Revoked): Promise<RevocationReceipt> {
  const { issuer, subject, label } = await personNamed(request, audit, now)
  const { includesWorkloads, isDryRun } = request
  if (!isDryRun) await state.transact((tx) => revoke(tx, { kind: 'actor', issuer, subject, includesWorkloads }, now))
  const living = await livingSessions({ issuer, subject }, audit, now)
  const isCut = ({ isOfWorkload }: CutSession): boolean => includesWorkloads || !isOfWorkload
  const receipt = {
    issuer,
    subject,
    label,
    before: new Date(now).toISOString(),
    cut: living.filter(isCut),
    kept: living.filter((session) => !isCut(session)),
  }
  if (isDryRun) return receipt
  const { eventId } = await audit.append(recordOf(receipt, includesWorkloads, now))
  return { ...receipt, eventId }
}

/** INVARIANT: a label may be that of several people, of several issuers. Then none of them is meant. */
async function personNamed({ person, issuer }: UserRevocation, audit: Revoked['audit'], now: number): Promise<Actor> {
  const found = new Map<string, Actor>()
  let seen = 0
  for await (const { record } of audit.search({ actor: person, from: now - rememberedMs })) {
    for (const actor of record.additionalEventData.actorChain ?? []) {
      const isMeant = actor.type === 'human' && (actor.label === person || actor.subject === person)
      if (isMeant && (issuer === undefined || actor.issuer === issuer)) found.set(`${actor.issuer}#${actor.subject}`, actor)
    }
    if (++seen >= mostRecords) break
  }
  const [first, second] = found.values()
  if (first !== undefined && second === undefined) return first
  if (second !== undefined)
    throw new Error(`\`${person}\` is several people: ${[...found.keys()].join(', ')}; say --issuer, and the subject as PERSON`)
  if (issuer !== undefined) return { type: 'human', issuer, subject: person }
  throw new Error(`nobody called \`${person}\` has been here; say --issuer, and the subject as PERSON`)
}

async function livingSessions(
  { issuer, subject }: Pick<Actor, 'issuer' | 'subject'>,
  audit: Revoked['audit'],
  now: number,
): Promise<readonly CutSession[]> {
  const sessions: CutSession[] = []
  const filter = { actor: `${issuer}|${subject}`, eventSource: 'sts.amazonaws.com', from: now - longestSessionMs }
  for await (const { record } of audit.search(filter)) {
    const chain = record.additionalEventData.actorChain ?? []
    const place = chain.findIndex((actor) => actor.issuer === issuer && actor.subject === subject)
    const session = sessionIn(record)
    if (session === undefined || Date.parse(session.expiresAt) <= now) continue
    sessions.push({ ...session, isOfWorkload: chain.slice(0, place).some(({ type }) => type === 'workload') })
  }
  return sessions
}

function sessionIn({ responseElements, errorCode }: AuditRecord): Omit<CutSession, 'isOfWorkload'> | undefined {
  if (errorCode !== undefined) return undefined
  const { credentials, assumedRoleUser } = (responseElements ?? {}) as {
    readonly credentials?: { readonly accessKeyId?: unknown; readonly expiration?: unknown }
    readonly assumedRoleUser?: { readonly arn?: unknown }
  }
  const { accessKeyId, expiration } = credentials ?? {}
  if (typeof accessKeyId !== 'string' || typeof expiration !== 'string') return undefined
  return { accessKeyId, expiresAt: expiration, arn: typeof assumedRoleUser?.arn === 'string' ? assumedRoleUser.arn : '-' }
}

function recordOf({ issuer, subject, cut, kept }: RevocationReceipt, includesWorkloads: boolean, now: number): AuditRecord {
  return auditRecord({
    now,
    userIdentity: { type: 'AWSService', invokedBy: 'control.tidegate' },
    actorChain: [],
    eventSource: 'tidegate',
    eventName: 'RevokeUser',
    region: 'global',
    sourceIp: 'control.tidegate',
    userAgent: undefined,
    requestId: crypto.randomUUID(),
    isReadOnly: false,
    input: { issuer, subject, includesWorkloads },
    output: { cut: cut.map(({ accessKeyId }) => accessKeyId), kept: kept.map(({ accessKeyId }) => accessKeyId) },
    recipientAccountId: '',
  })
}

/** Sessions live 36 hours at most. */
const longestSessionMs = 129_600_000
const rememberedMs = 400 * 86_400_000
const mostRecords = 50_000
