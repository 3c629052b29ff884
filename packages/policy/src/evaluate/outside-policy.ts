/** What AWS decides before and beside policies: calls that need no permission, sessions that may not make a call whatever the policies say. */
import { colonAt } from '../match/arn.ts'
import type { Principal } from '../request.ts'
import type { Action } from './action.ts'

/** `GetCallerIdentity` is allowed to every signed caller, even under an explicit Deny. */
export function isAllowedToEveryone({ name }: Action, { kind }: Principal): boolean {
  return name === 'sts:getcalleridentity' && kind !== 'anonymous'
}

/** `GetSessionToken` needs no permission. */
export function needsNoPermission({ name }: Action, { kind }: Principal): boolean {
  return name === 'sts:getsessiontoken' && (kind === 'user' || kind === 'root')
}

/**
 * Limits of the credentials themselves, for actions of STS and IAM; on all others there are none.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */
export function isBeyondSession({ name, service }: Action, principal: Principal): boolean {
  // Handing on a role is no call to IAM: another service asks whether the caller may.
  if (name === 'iam:passrole') return false
  switch (principal.kind) {
    case 'root':
      return name === 'sts:assumerole'
    case 'role-session':
      return name === 'sts:getfederationtoken' || name === 'sts:getsessiontoken'
    case 'federated-user':
      return true // all but GetCallerIdentity, which never comes here
    case 'user':
      if (principal.temporary === undefined) return false
      return service === 'sts' ? !assumingRoles.has(name) : principal.temporary === 'without-mfa'
    default:
      return false
  }
}

/**
 * Whether access to the resource begins with its own policy: a role by its trust policy, a KMS key by its key policy. An identity policy
 * alone grants nothing there, not even inside the account.
 */
export function isStrict({ service }: Action, resource: string): boolean {
  if (service === 'sts') return isArnOf(resource, 'iam:', 'role/')
  if (service === 'kms') return isArnOf(resource, 'kms:', 'key/')
  return false
}

/** Whether `arn` is of a service, given with its colon, and its resource part begins with `resourcePrefix`. */
function isArnOf(arn: string, service: string, resourcePrefix: string): boolean {
  // Where there is no such colon, the text is looked at from its beginning, which is `arn:`.
  return arn.startsWith('arn:') && arn.startsWith(service, colonAt(arn, 2) + 1) && arn.startsWith(resourcePrefix, colonAt(arn, 5) + 1)
}

/** What `AssumeRole` is authorised as: by itself, with tags, with a source identity, with contexts. */
const assumingRoles: ReadonlySet<string> = new Set(['sts:assumerole', 'sts:tagsession', 'sts:setsourceidentity', 'sts:setcontext'])
