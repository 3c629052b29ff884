/**
 * A session as bytes: its members in a fixed order as a JSON list, deflated where it is long. The access key id and the account are not in
 * it: the id authenticates the token, and tells the account.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Actor, Session } from '../kernel/caller.ts'
import { accountIdOfAccessKey } from './access-key-id.ts'

export function encodeSession(session: Session): Buffer {
  const { sessionPolicies } = session
  const members = [
    kinds.indexOf(session.kind),
    session.parentArn,
    session.parentId,
    session.name,
    session.issuedAt,
    session.expiresAt - session.issuedAt,
    session.actorChain.map(encodeActor),
    session.sourceIdentity,
    session.mfaAuthenticatedAt,
    session.federatedProvider,
    session.claims,
    session.tags,
    session.transitiveTagKeys,
    sessionPolicies && [sessionPolicies.inline, sessionPolicies.arns],
  ]
  const text = Buffer.from(JSON.stringify(members.slice(0, members.findLastIndex((each) => each !== undefined) + 1)))
  return text.length < deflatedFrom ? Buffer.concat([plain, text]) : Buffer.concat([deflated, deflateRawSync(text)])
}

/** Only for what was authenticated: it trusts that `encodeSession` wrote it, and throws where that is not so. */
export function decodeSession(bytes: Buffer, accessKeyId: string): Session {
  const accountId = accountIdOfAccessKey(accessKeyId)
  const isPlain = bytes[0] === plain[0]
  const text = isPlain ? bytes.subarray(1) : inflateRawSync(bytes.subarray(1), { maxOutputLength: maxTextBytes })
  const members = JSON.parse(text.toString()) as Members
  const [kindIndex, parentArn, parentId, name, issuedAt, seconds, chain, sourceIdentity, mfaAuthenticatedAt] = members
  const [, , , , , , , , , federatedProvider, claims, tags, transitiveTagKeys, policies] = members
  const kind = kinds[kindIndex]
  if (kind === undefined || accountId === undefined) throw new Error('not a session')
  return {
    kind,
    accessKeyId,
    accountId,
    parentArn,
    parentId,
    name,
    issuedAt,
    expiresAt: issuedAt + seconds,
    ...(policies && { sessionPolicies: decodePolicies(policies) }),
    ...(tags && { tags }),
    ...(transitiveTagKeys && { transitiveTagKeys }),
    ...(sourceIdentity != null && { sourceIdentity }),
    ...(mfaAuthenticatedAt != null && { mfaAuthenticatedAt }),
    ...(federatedProvider != null && { federatedProvider }),
    ...(claims && { claims }),
    actorChain: chain.map(decodeActor),
  }
}

/** JSON has no `undefined` in lists: what is absent is null, or behind the end. */
type Absent = null | undefined

type Members = readonly [
  kind: number,
  parentArn: string,
  parentId: string,
  name: string,
  issuedAt: number,
  seconds: number,
  actorChain: readonly EncodedActor[],
  sourceIdentity: string | Absent,
  mfaAuthenticatedAt: number | Absent,
  federatedProvider: string | Absent,
  claims: Readonly<Record<string, string>> | Absent,
  tags: Readonly<Record<string, string>> | Absent,
  transitiveTagKeys: readonly string[] | Absent,
  sessionPolicies: EncodedPolicies | Absent,
]

type EncodedActor = readonly [type: number, issuer: string, subject: string, label?: string | null, groups?: readonly string[]]

type EncodedPolicies = readonly [inline: string | null, arns: readonly string[] | null]

function encodeActor({ type, issuer, subject, label, groups }: Actor): EncodedActor {
  const head = [actorTypes.indexOf(type), issuer, subject] as const
  if (groups !== undefined) return [...head, label ?? null, groups]
  return label === undefined ? head : [...head, label]
}

function decodeActor([typeIndex, issuer, subject, label, groups]: EncodedActor): Actor {
  const type = actorTypes[typeIndex]
  if (type === undefined) throw new Error('not an actor')
  return { type, issuer, subject, ...(label != null && { label }), ...(groups && { groups }) }
}

function decodePolicies([inline, arns]: EncodedPolicies): NonNullable<Session['sessionPolicies']> {
  return { ...(inline !== null && { inline }), ...(arns !== null && { arns }) }
}

// INVARIANT: only ever appended to, tokens that are out there hold the indices.
const kinds: readonly Session['kind'][] = ['role-session', 'federated-user', 'session-token']
const actorTypes: readonly Actor['type'][] = ['human', 'pipeline', 'agent', 'workload', 'principal']

const plain = Buffer.of(0)
const deflated = Buffer.of(1)

/** Bytes from which deflating is worth the time that inflating takes in every request. */
const deflatedFrom = 700

const maxTextBytes = 1 << 20
