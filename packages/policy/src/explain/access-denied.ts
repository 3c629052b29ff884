/**
 * AWS's own sentence for a denied request.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import type { Decision, PolicyType } from '../decision.ts'
import { actionOf } from '../evaluate/action.ts'
import { isStrict } from '../evaluate/outside-policy.ts'
import type { AuthorizationRequest, Principal } from '../request.ts'

/**
 * The text of the access-denied error, or `undefined` when the request is allowed. It names the policy type that decided, and never what
 * a policy says; for that see `explain`. `withReason: false` leaves the policy type out, as AWS does for callers of another account, who
 * must not learn what is there.
 */
export function accessDeniedMessage(request: AuthorizationRequest, decision: Decision, { withReason = true } = {}): string | undefined {
  if (decision.effect === 'allow') return undefined
  const refusal = `User: ${callerText(request.principal)} is not authorized to perform: ${request.action} on resource: ${request.resource}`
  if (!withReason) return refusal
  if (decision.effect === 'explicit-deny') {
    const type = policyTypeText(decision.policyType, request)
    return `${refusal} with an explicit deny in ${/^[aeiou]/i.test(type) ? 'an' : 'a'} ${type}`
  }
  if (decision.missing === 'session-type') return refusal
  return `${refusal} because no ${policyTypeText(decision.missing, request)} allows the ${request.action} action`
}

/** The caller as messages and traces name it. */
export function callerText(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous'
    case 'service':
      return principal.name
    case 'federated':
      return principal.provider
    default:
      return principal.arn
  }
}

/** A policy type in AWS's words; a role's own policy is called by its name. */
function policyTypeText(policyType: PolicyType, { action, resource }: AuthorizationRequest): string {
  const known = actionOf(action)
  return policyType === 'resource' && known.service === 'sts' && isStrict(known, resource)
    ? 'role trust policy'
    : policyTypeTexts[policyType]
}

const policyTypeTexts: Readonly<Record<PolicyType, string>> = {
  scp: 'service control policy',
  rcp: 'resource control policy',
  endpoint: 'VPC endpoint policy',
  resource: 'resource-based policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
}
