/** Whether a call may go ahead: every check of its operation, judged by the policies of the caller, of the resource and of both accounts. */
import {
  accessDeniedMessage,
  type AuthorizationCheck,
  authorizeAll,
  boundedTrace,
  type Decision,
  explain,
  type PolicySet,
  RequestContext,
} from '@tidegate/policy'
import { type AwsError, commonError } from '../kernel/aws-error.ts'
import type { Call, Check, Protocol } from '../kernel/operation.ts'

/** Policies that stand above a resource whoever owns it: the RCPs of an account. */
export interface Guardrails {
  resourcePoliciesOf(accountId: string): readonly PolicySet[]
}

/** What was decided, and all that is needed to explain it. */
export interface Authorization {
  readonly checks: readonly AuthorizationCheck[]
  /** The check that was denied, or the last one; absent when the operation needs no permission. */
  readonly decisive?: { readonly check: AuthorizationCheck; readonly decision: Decision }
  /** Items of a batch that are refused while the rest goes ahead. */
  readonly refusedItems: ReadonlySet<string>
}

export function authorizeCall(
  checks: readonly Check[],
  call: Call,
  requestKeys: Readonly<Record<string, string | readonly string[]>>,
  guardrails: Guardrails,
): Authorization {
  const judged = checks.map((check) => ({
    item: check.item,
    check: decisiveOf(check, (one) => authorizationCheck(one, call, requestKeys, guardrails)),
  }))
  const [first, ...others] = judged.filter(({ item }) => item === undefined).map(({ check }) => check)
  const decisive = first && authorizeAll([first, ...others])
  const items = judged.flatMap(({ item, check }) => (item === undefined ? [] : [{ item, ...authorizeAll([check]) }]))
  const refused = items.filter(({ decision }) => decision.effect !== 'allow')
  const isBarred = decisive !== undefined && decisive.decision.effect !== 'allow'
  const told = isBarred ? decisive : (refused[0] ?? decisive ?? items.at(-1))
  return {
    checks: judged.map(({ check }) => check),
    ...(told && { decisive: told }),
    refusedItems: new Set(isBarred ? [] : refused.map(({ item }) => item)),
  }
}

/** A batch goes ahead for those of its items that are allowed. */
export function isAllowed({ decisive, refusedItems }: Authorization): boolean {
  return decisive === undefined || decisive.decision.effect === 'allow' || refusedItems.size > 0
}

/**
 * AWS's access-denied error for a denied call. The text is AWS's own; what the policies say is not in it. A caller of another account is
 * not told which policy type decided: that would tell whether the resource exists.
 */
export function accessDenied({ decisive }: Authorization, { caller }: Call, protocol: Protocol): AwsError {
  const { request } = decisive?.check ?? {}
  // Who is not known yet is told nothing more, not even about the role.
  if (request?.principal.kind === 'federated') return commonError('AccessDenied', `Not authorized to perform ${request.action}`)
  const withReason = request?.resourceAccount === caller.accountId && caller.accountId !== ''
  const message = decisive && accessDeniedMessage(decisive.check.request, decisive.decision, { withReason })
  if (protocol === 'rest-xml') {
    // S3 puts the resource in quotes, where there is one, and gives no reason to other accounts.
    const about = request?.resource === '*' ? '' : ` on resource: "${request?.resource}"`
    const told = withReason ? message?.replace(` on resource: ${request.resource}`, () => about) : undefined
    return commonError('AccessDenied', told ?? 'Access Denied')
  }
  return commonError(protocol === 'aws-json' ? 'AccessDeniedException' : 'AccessDenied', message ?? 'Access Denied')
}

/** The trace of a decision, sealed, with as many statements as fit. `undefined` when there is none. */
export function sealedTrace(
  { decisive }: Authorization,
  fits: (sealed: string) => boolean,
  seal: (text: string) => string,
): string | undefined {
  if (decisive === undefined) return undefined
  const trace = explain(decisive.check.request, decisive.check.policies)
  for (let most = MOST_STATEMENTS; most >= 1; most = Math.floor(most / 4)) {
    const sealed = seal(JSON.stringify(boundedTrace(trace, most)))
    if (fits(sealed)) return sealed
  }
  return undefined
}

/** Of the names that a resource goes by, the one that decides: one that is denied, else one that is allowed, else its own. */
function decisiveOf({ otherResources = [], ...check }: Check, judge: (check: Check) => AuthorizationCheck): AuthorizationCheck {
  const own = judge(check)
  if (otherResources.length === 0) return own
  const judged = [own, ...otherResources.map((resource) => judge({ ...check, resource }))].map((one) => ({
    one,
    effect: authorizeAll([one]).decision.effect,
  }))
  const decisive = judged.find(({ effect }) => effect === 'explicit-deny') ?? judged.find(({ effect }) => effect === 'allow')
  return decisive?.one ?? own
}

function authorizationCheck(
  { action, resource, accountId, context, resourcePolicy }: Check,
  { caller }: Call,
  requestKeys: Readonly<Record<string, string | readonly string[]>>,
  guardrails: Guardrails,
): AuthorizationCheck {
  const resourceAccount = accountId ?? caller.accountId
  return {
    request: {
      principal: caller.principal,
      action,
      resource,
      resourceAccount,
      // What the gateway saw itself stands last. A check may say more of the caller than the session knows: MFA that came with the call.
      context: new RequestContext({ ...caller.context, ...context, 'aws:ResourceAccount': resourceAccount, ...requestKeys }),
    },
    policies: [
      ...caller.policies,
      ...(resourcePolicy === undefined ? [] : [resourcePolicy]),
      ...guardrails.resourcePoliciesOf(resourceAccount),
    ],
  }
}

/** Of each policy type. */
const MOST_STATEMENTS = 64
