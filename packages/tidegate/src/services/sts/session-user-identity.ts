/**
 * CloudTrail's `userIdentity` of a caller.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { nameOf, rootArn } from '../../kernel/arn.ts'
import type { Session } from '../../kernel/caller.ts'
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import { isOfRoot, sessionArn, sessionUserId } from './session-context.ts'
import type { CallingUser } from './session-context.ts'

export type UserIdentity = Readonly<Record<string, unknown>>

export function userUserIdentity({ accountId, arn, id }: CallingUser, accessKeyId: string): UserIdentity {
  return { type: 'IAMUser', principalId: id, arn, accountId, accessKeyId, userName: nameOf(arn) }
}

export function rootUserIdentity(accountId: string, accessKeyId: string): UserIdentity {
  return { type: 'Root', principalId: accountId, arn: rootArn(accountId), accountId, accessKeyId }
}

export function sessionUserIdentity(session: Session): UserIdentity {
  const { accountId, accessKeyId, parentArn } = session
  return {
    type: typeOf(session),
    principalId: sessionUserId(session),
    arn: sessionArn(session),
    accountId,
    accessKeyId,
    ...(session.kind === 'session-token' && !isOfRoot(session) ? { userName: nameOf(parentArn) } : {}),
    sessionContext: {
      ...(session.kind === 'session-token' ? {} : { sessionIssuer: issuerOf(session) }),
      ...webIdentityOf(session),
      attributes: { creationDate: isoSeconds(session.issuedAt * 1000), mfaAuthenticated: String(session.mfaAuthenticatedAt !== undefined) },
      ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
    },
  }
}

function typeOf(session: Session): string {
  switch (session.kind) {
    case 'role-session':
      return 'AssumedRole'
    case 'federated-user':
      return 'FederatedUser'
    case 'session-token':
      return isOfRoot(session) ? 'Root' : 'IAMUser'
  }
}

/** The role, user or root that the session was made from. */
function issuerOf(session: Session): UserIdentity {
  const { kind, accountId, parentArn, parentId } = session
  const issuer = { principalId: parentId, arn: parentArn, accountId }
  if (kind === 'role-session') return { type: 'Role', ...issuer, userName: nameOf(parentArn) }
  return isOfRoot(session) ? { type: 'Root', ...issuer } : { type: 'IAMUser', ...issuer, userName: nameOf(parentArn) }
}

function webIdentityOf({ federatedProvider, claims }: Session): UserIdentity {
  if (federatedProvider === undefined) return {}
  return { webIdFederationData: { federatedProvider, attributes: claims ?? {} } }
}
