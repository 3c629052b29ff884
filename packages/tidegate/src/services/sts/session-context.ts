/**
 * What policies see of who calls: the principal and its condition keys, from a session or from the owner of a long-term key.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { Principal } from '@tidegate/policy'
import { actorContext } from '../../kernel/actor-chain.ts'
import { nameOf, rootArn } from '../../kernel/arn.ts'
import type { Session } from '../../kernel/caller.ts'
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import { assumedRoleArn, federatedUserArn } from './arn.ts'
import type { Tag } from './ports.ts'
import { claimContext } from './session-claims.ts'
import { mergedTags } from './tags.ts'

export type Context = Readonly<Record<string, string | readonly string[]>>

/** An IAM user as its calls show it. */
export interface CallingUser {
  readonly accountId: string
  readonly arn: string
  /** Unique id, `AIDA…`. */
  readonly id: string
  readonly tags: readonly Tag[]
}

/** Condition keys of an IAM user with a long-term key. */
export function userContext({ accountId, arn, id, tags }: CallingUser): Context {
  return {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': 'User',
    'aws:userid': id,
    'aws:username': nameOf(arn),
    ...principalTags(tags),
  }
}

/** Condition keys of an account root with a long-term key. */
export function rootContext(accountId: string): Context {
  return {
    'aws:PrincipalArn': rootArn(accountId),
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': 'Account',
    'aws:userid': accountId,
  }
}

/**
 * Condition keys of a session: of its principal, of how it came to be, and of who is behind it.
 * @param parentTags tags that the role or user has now; session tags stand above them
 * @param now milliseconds since 1970
 */
export function sessionContext(session: Session, parentTags: readonly Tag[], now: number): Context {
  const { issuedAt, mfaAuthenticatedAt, sourceIdentity, federatedProvider } = session
  return {
    ...principalContext(session),
    ...principalTags(mergedTags(parentTags, tagsOfSession(session))),
    'aws:TokenIssueTime': isoSeconds(issuedAt * 1000),
    'aws:MultiFactorAuthPresent': String(mfaAuthenticatedAt !== undefined),
    ...(mfaAuthenticatedAt === undefined
      ? {}
      : { 'aws:MultiFactorAuthAge': String(Math.max(0, Math.floor(now / 1000) - mfaAuthenticatedAt)) }),
    ...(sourceIdentity === undefined ? {} : { 'aws:SourceIdentity': sourceIdentity }),
    ...(federatedProvider === undefined ? {} : { 'aws:FederatedProvider': federatedProvider }),
    ...claimContext(session),
    ...actorContext(session.actorChain),
  }
}

/** Whom policies take the session for. */
export function sessionPrincipal(session: Session): Principal {
  const { kind, accountId: account, parentArn, parentId: id, mfaAuthenticatedAt } = session
  switch (kind) {
    case 'role-session':
      return { kind, arn: sessionArn(session), account, id, roleArn: parentArn }
    case 'federated-user':
      return { kind, arn: sessionArn(session), account, id, userArn: parentArn }
    case 'session-token':
      if (isOfRoot(session)) return { kind: 'root', arn: parentArn, account }
      return { kind: 'user', arn: parentArn, account, id, temporary: mfaAuthenticatedAt === undefined ? 'without-mfa' : 'with-mfa' }
  }
}

/** ARN that the session calls with. */
export function sessionArn({ kind, accountId, parentArn, name }: Pick<Session, 'kind' | 'accountId' | 'parentArn' | 'name'>): string {
  switch (kind) {
    case 'role-session':
      return assumedRoleArn(accountId, nameOf(parentArn), name)
    case 'federated-user':
      return federatedUserArn(accountId, name)
    case 'session-token':
      return parentArn
  }
}

/** `aws:userid`, which GetCallerIdentity and CloudTrail show too. */
export function sessionUserId({ kind, accountId, parentId, name }: Pick<Session, 'kind' | 'accountId' | 'parentId' | 'name'>): string {
  switch (kind) {
    case 'role-session':
      return `${parentId}:${name}`
    case 'federated-user':
      return `${accountId}:${name}`
    case 'session-token':
      return parentId
  }
}

export function isOfRoot({ parentArn, accountId }: Pick<Session, 'parentArn' | 'accountId'>): boolean {
  return parentArn === rootArn(accountId)
}

function tagsOfSession({ tags = {} }: Pick<Session, 'tags'>): readonly Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}

function principalContext(session: Session): Context {
  const { kind, accountId, parentArn } = session
  const isUser = kind === 'session-token' && !isOfRoot(session)
  return {
    'aws:PrincipalArn': kind === 'role-session' ? parentArn : sessionArn(session),
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType':
      kind === 'role-session' ? 'AssumedRole' : kind === 'federated-user' ? 'FederatedUser' : isUser ? 'User' : 'Account',
    'aws:userid': sessionUserId(session),
    ...(isUser ? { 'aws:username': nameOf(parentArn) } : {}),
  }
}

function principalTags(tags: readonly Tag[]): Context {
  return Object.fromEntries(tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value]))
}
