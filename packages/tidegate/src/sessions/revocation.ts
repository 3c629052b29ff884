/**
 * Sessions are not stored, so they are not deleted either: a revocation says which ones are dead, by whom or what they are and until when they
 * were issued. All revocations are in memory, and every request is checked against them.
 */
import type { Actor, Session } from '../kernel/caller.ts'
import { collection, instanceAccount } from '../kernel/state.ts'
import type { State, Transaction } from '../kernel/state.ts'

export type Revocation = RevokedSessions & {
  /** Seconds since 1970: a session that was issued before is dead. */
  readonly issuedBefore: number
}

export type RevokedSessions =
  /** Of the instance: for a database that was restored from a backup, which has lost revocations. */
  | { readonly kind: 'all' }
  | { readonly kind: 'role'; readonly roleArn: string }
  | { readonly kind: 'session'; readonly accessKeyId: string }
  /**
   * Sessions of the actor and of what acts for it. A workload keeps running when who deployed it is revoked, unless `includesWorkloads`.
   */
  | { readonly kind: 'actor'; readonly issuer: string; readonly subject: string; readonly includesWorkloads?: boolean }

export const revocations = collection<Revocation>('sessions.revocations')

/**
 * Revokes what was issued up to `now` (milliseconds since 1970). A revocation never shortens one that is there.
 * Sessions that are issued in the same second are dead as well: times in tokens are seconds, and one too many is on the safe side.
 */
export function revoke(tx: Transaction, sessions: RevokedSessions, now: number): void {
  const key = keyOf(sessions)
  const issuedBefore = Math.max(Math.floor(now / 1000) + 1, tx.get(revocations, instanceAccount, key)?.issuedBefore ?? 0)
  tx.put(revocations, instanceAccount, key, { ...sessions, issuedBefore })
}

/** Removes the revocations that no living session can be subject to. Those of actors stay: refresh tokens may live for a year. */
export function pruneRevocations(tx: Transaction, now: number): void {
  for (const { key, value } of tx.list(revocations, instanceAccount))
    if (value.kind !== 'actor' && value.issuedBefore < now / 1000 - longestSessionSeconds) tx.delete(revocations, instanceAccount, key)
}

/** Issue times by what is revoked. */
export type RevocationTable = ReadonlyMap<string, number>

export function revocationTable(all: Iterable<Revocation>): RevocationTable {
  const table = new Map<string, number>()
  for (const { issuedBefore, ...sessions } of all) {
    const key = keyOf(sessions)
    table.set(key, Math.max(issuedBefore, table.get(key) ?? 0))
  }
  return table
}

/** The table of the present state: built again when a revocation was committed, by any gateway. */
export function revocationsIn(state: State): () => RevocationTable {
  let table: RevocationTable = new Map()
  let builtAt = -1
  return () =>
    state.read((snapshot) => {
      const changedAt = snapshot.changedAt(revocations)
      if (changedAt !== builtAt) table = revocationTable(snapshot.list(revocations, instanceAccount).map(({ value }) => value))
      builtAt = changedAt
      return table
    })
}

export function isRevoked(session: Session, table: RevocationTable): boolean {
  if (table.size === 0) return false
  return subjectsOf(session).some((sessions) => session.issuedAt < (table.get(keyOf(sessions)) ?? 0))
}

/** Whether what these actors asked for at a time (seconds since 1970) is dead: the same as for a session of theirs. */
export function areActorsRevoked(chain: readonly Actor[], at: number, table: RevocationTable): boolean {
  const all: RevokedSessions = { kind: 'all' }
  return table.size > 0 && [all, ...chain.flatMap(asActor)].some((sessions) => at < (table.get(keyOf(sessions)) ?? 0))
}

/** All that may be revoked and would end this session. */
function subjectsOf({ accessKeyId, kind, parentArn, actorChain }: Session): readonly RevokedSessions[] {
  const role: RevokedSessions[] = kind === 'role-session' ? [{ kind: 'role', roleArn: parentArn }] : []
  return [{ kind: 'all' }, { kind: 'session', accessKeyId }, ...role, ...actorChain.flatMap(asActor)]
}

function asActor({ issuer, subject }: Actor, place: number, chain: readonly Actor[]): readonly RevokedSessions[] {
  const behindWorkload = chain.slice(0, place).some(({ type }) => type === 'workload')
  const withWorkloads = { kind: 'actor', issuer, subject, includesWorkloads: true } as const
  return behindWorkload ? [withWorkloads] : [withWorkloads, { kind: 'actor', issuer, subject }]
}

function keyOf(sessions: RevokedSessions): string {
  switch (sessions.kind) {
    case 'all':
      return 'all'
    case 'role':
      return `role ${sessions.roleArn}`
    case 'session':
      return `session ${sessions.accessKeyId}`
    case 'actor':
      return `actor ${JSON.stringify([sessions.issuer, sessions.subject, sessions.includesWorkloads === true])}`
  }
}

/** GetSessionToken and GetFederationToken give up to 36 hours. */
const longestSessionSeconds = 129_600
