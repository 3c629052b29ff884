/**
 * The decision: may this principal do this action on this resource?
 *
 * Matching statements are added up layer by layer; then the sum is read in AWS's order: an explicit Deny anywhere wins; every guardrail
 * that takes part must allow; and somebody must grant: inside an account the identity or the resource side, across accounts both.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { Decision, PolicyType } from '../decision.ts'
import type { AuthorizationRequest, Principal } from '../request.ts'
import { type Action, actionOf } from './action.ts'
import type { GrantKind } from '../match/principal.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { ACCOUNT, BOUNDARY, DIRECT, ENDPOINT, grantBit, IDENTITY, layersOf, RCP, RESOURCE, ROLE, SCP, SESSION, USER } from './layers.ts'
import { isAllowedToEveryone, isBeyondSession, isStrict, needsNoPermission } from './outside-policy.ts'
import type { PolicySet } from './policy-set.ts'
import { Tally } from './tally.ts'

/**
 * Decides one request. `policies` are all the sets that bear on it: the principal's, its session's, its account's, the resource's.
 * Never throws. A decision that was made before allocates nothing.
 */
export function authorize(request: AuthorizationRequest, policies: readonly PolicySet[]): Decision {
  const action = actionOf(request.action)
  const outside = outsidePolicies(request, action)
  if (outside !== undefined) return outside
  let present = 0
  for (const set of policies) present |= set.present
  const layers = layersFor(request.principal, action)
  tally.clear()
  for (const set of policies) set.about(action).evaluate(request, layers, (present & BOUNDARY) !== 0, tally)
  return conclude(request, action, present & layers)
}

/** A statement that is taken to match, and how it names the principal. */
export interface TakenStatement {
  readonly statement: CompiledStatement
  readonly kind: GrantKind
}

/**
 * Decides as if exactly these statements of the policies matched, all of layers that have a say: for what depends on something that is
 * not known.
 */
export function authorizeTaking(request: AuthorizationRequest, policies: readonly PolicySet[], taken: readonly TakenStatement[]): Decision {
  const action = actionOf(request.action)
  const outside = outsidePolicies(request, action)
  if (outside !== undefined) return outside
  const present = policies.reduce((bits, set) => bits | set.present, 0)
  const layers = layersFor(request.principal, action)
  tally.clear()
  for (const { statement, kind } of taken) {
    if (statement.isDeny) tally.deny(statement)
    else tally.allow(statement, (statement.layer & RESOURCE) === 0 ? statement.layer : grantBit[kind])
  }
  return conclude(request, action, present & layers)
}

/** What no policy has a say in. */
function outsidePolicies({ principal }: AuthorizationRequest, action: Action): Decision | undefined {
  if (!action.isOfIdentityService) return undefined
  if (isAllowedToEveryone(action, principal)) return alwaysAllowed
  return isBeyondSession(action, principal) ? missing['session-type'] : undefined
}

/** One of the checks that an API call consists of. */
export interface AuthorizationCheck {
  readonly request: AuthorizationRequest
  readonly policies: readonly PolicySet[]
}

/**
 * Decides the several checks of an API call, which may go ahead only when all are allowed.
 * Answers the first that is not, or the last.
 */
export function authorizeAll(checks: readonly [AuthorizationCheck, ...AuthorizationCheck[]]): {
  readonly check: AuthorizationCheck
  readonly decision: Decision
} {
  let [check] = checks
  let decision = authorize(check.request, check.policies)
  for (let i = 1; i < checks.length && decision.effect === 'allow'; i++) {
    check = checks[i] ?? check
    decision = authorize(check.request, check.policies)
  }
  return { check, decision }
}

/** The layers that have a say over this principal and action. */
export function layersFor(principal: Principal, action: Action): number {
  let layers = layersOf(principal.kind)
  if (principal.kind === 'role-session' && isServiceLinked(principal.roleArn)) layers &= ~(SCP | RCP)
  return action.isUnderRcps ? layers : layers & ~RCP
}

/** Reads the tally; `present` are the layers that take part and have a say. */
function conclude({ principal, resource, resourceAccount }: AuthorizationRequest, action: Action, present: number): Decision {
  const { granted, denial } = tally
  if (denial !== undefined) return denial.decision
  if (needsNoPermission(action, principal)) return alwaysAllowed
  if ((present & SCP & ~granted) !== 0) return missing.scp
  if ((present & ENDPOINT & ~granted) !== 0) return missing.endpoint

  if (!('account' in principal)) return (granted & DIRECT) === 0 ? missing.resource : granting(false)
  const isRoot = principal.kind === 'root'
  const identityAllows = isRoot || (granted & IDENTITY) !== 0
  if (principal.account !== resourceAccount) {
    if ((granted & RESOURCE) === 0) return missing.resource
    if (!identityAllows) return missing.identity
  } else {
    // A grant to the very caller, or to everyone, is not limited by the caller's boundary and session policies.
    if ((granted & DIRECT) !== 0) return granting(isRoot)
    if ((granted & (ROLE | USER)) === 0) {
      if (isStrict(action, resource) && (granted & ACCOUNT) === 0) return missing.resource
      if (!identityAllows) return missing.identity
    }
  }
  if ((present & BOUNDARY & ~granted) !== 0) return missing.boundary
  // A federated user has what its session policies allow; without any it has nothing.
  const sessionMustAllow = principal.kind === 'federated-user' ? SESSION : present & SESSION
  if ((sessionMustAllow & ~granted) !== 0) return missing.session
  return granting(isRoot)
}

/** The decision that names what granted, on the identity side, on the resource side or on both. */
function granting(isRoot: boolean): Decision {
  const { identityGrant, resourceGrant } = tally
  if (identityGrant === undefined) return resourceGrant?.decision ?? (isRoot ? rootUser : missing.identity)
  return resourceGrant === undefined ? identityGrant.decision : identityGrant.decisionWith(resourceGrant)
}

const isServiceLinked = (roleArn: string): boolean => roleArn.startsWith('/aws-service-role/', roleArn.indexOf('/'))

const alwaysAllowed: Decision = { effect: 'allow', grant: 'always-allowed', by: [] }
const rootUser: Decision = { effect: 'allow', grant: 'root-user', by: [] }

/** All but RCPs, which only deny: the one that allows everything is always attached. */
type Missing = Exclude<PolicyType, 'rcp'> | 'session-type'
const lacking = (policyType: Missing): Decision => ({ effect: 'implicit-deny', missing: policyType })
const missing: Readonly<Record<Missing, Decision>> = {
  scp: lacking('scp'),
  endpoint: lacking('endpoint'),
  resource: lacking('resource'),
  identity: lacking('identity'),
  boundary: lacking('boundary'),
  session: lacking('session'),
  'session-type': lacking('session-type'),
}

const tally = new Tally()
