/** What all ways into a role share: finding it, the checks on its trust policy, its limits, and the session. */
import type { Check } from '../../kernel/operation.ts'
import { assumedRoleArn, parseRoleArn } from './arn.ts'
import { stsError } from './errors.ts'
import { newSession } from './new-session.ts'
import type { Role, UnsealedSession } from './ports.ts'
import type { Context } from './session-context.ts'
import { assertPackedSize, assertPoliciesExist, packedPolicySize } from './session-policies.ts'
import type { SessionPolicies } from './session-policies.ts'
import type { StsCall } from './sts-operation.ts'
import { requestTagContext, roleTagContext, taggedSession } from './tags.ts'
import type { SessionTags } from './tags.ts'

/** Somebody wants to be a role. */
export interface RoleRequest {
  readonly roleArn: string
  readonly accountId: string
  /** `undefined` when there is no such role; nobody is told so. */
  readonly role: Role | undefined
  readonly sessionName: string
  readonly durationSeconds: number | undefined
  readonly policies: SessionPolicies | undefined
  readonly tags: SessionTags
  /** Of the session that is made, whether given or inherited. */
  readonly sourceIdentity: string | undefined
}

/** Throws `ValidationError` for what is no ARN of a role. */
export function findRole(roleArn: string, { roles }: StsCall): Pick<RoleRequest, 'roleArn' | 'accountId' | 'role'> {
  const parsed = parseRoleArn(roleArn)
  if (parsed === undefined) throw stsError('ValidationError', `${roleArn} is invalid`)
  const role = roles.role(parsed.accountId, parsed.name)
  // Names are found without regard to case, ARNs are compared with it: what is judged must be the ARN that the role has.
  return { roleArn, accountId: parsed.accountId, role: role?.arn === roleArn ? role : undefined }
}

/**
 * The checks: `action` on the role, and what is done to the session beside. Each is decided by the caller's policies and the trust policy.
 * INVARIANT: a role that does not exist is judged as one that trusts nobody and has no tags.
 */
export function roleChecks(action: string, request: RoleRequest, context: Context, { roles }: StsCall): readonly Check[] {
  const { role, roleArn, accountId, sessionName, tags, sourceIdentity } = request
  const base = {
    resource: roleArn,
    accountId,
    context: {
      'sts:RoleSessionName': sessionName,
      ...requestTagContext(tags),
      ...roleTagContext(role?.tags ?? [], tags),
      ...context,
    },
    ...(role === undefined ? {} : { resourcePolicy: roles.trustPolicyOf(accountId, role.name) }),
  }
  const isTagged = tags.given.length + tags.inherited.length > 0
  return [
    { action: `sts:${action}`, ...base },
    ...(isTagged ? [{ action: 'sts:TagSession', ...base }] : []),
    ...(sourceIdentity === undefined ? [] : [{ action: 'sts:SetSourceIdentity', ...base }]),
  ]
}

/** The session, once the checks are passed. `who` is the rest of it: how the caller was authenticated, and who is behind the call. */
export function assumeRole(request: RoleRequest, who: Pick<UnsealedSession, 'actorChain'> & Partial<UnsealedSession>, call: StsCall) {
  const { role, accountId, sessionName, policies, tags, sourceIdentity, durationSeconds = defaultSeconds } = request
  if (role === undefined) throw new Error(`role ${request.roleArn} does not exist and was allowed to be assumed`)
  // AWS services are not bound by it: a task runs for six hours on a role whose sessions last one.
  if (durationSeconds > role.maxSessionDurationSeconds && call.caller.principal.kind !== 'service') {
    throw stsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  assertPoliciesExist(policies, accountId, call.managedPolicies)
  const packedSize = packedPolicySize(policies, tags)
  assertPackedSize(packedSize, policies)
  const session = {
    ...who,
    kind: 'role-session',
    accountId,
    parentArn: role.arn,
    parentId: role.id,
    name: sessionName,
    ...(policies === undefined ? {} : { sessionPolicies: policies }),
    ...taggedSession(tags),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  } as const
  return {
    ...newSession(session, durationSeconds, call),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: assumedRoleArn(accountId, role.name, sessionName) },
    ...(packedSize === undefined ? {} : { PackedPolicySize: packedSize }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  }
}

export const defaultSeconds = 3600
