/**
 * `@tidegate/policy`: reads, validates, decides and explains AWS IAM policies. No I/O, no clock, no dependency.
 *
 * @example
 * const read = parsePolicy(text, 'identity', { name: 'developers' })
 * if (!read.ok) throw new Error(read.problems[0].message)
 * const policies = compilePolicies({ identity: [read.document] })
 * const decision = authorize({ principal, action: 'ecs:StopTask', resource, resourceAccount, context }, [policies])
 */
export { type CaseResult, type EvaluationCase, readCase } from './case.ts'
export { type Decision, type PolicyType, policyTypes, type StatementRef } from './decision.ts'
export { formatPolicy } from './document/format-policy.ts'
export { parsePolicy } from './document/parse-policy.ts'
export { type PolicyDocument, type PolicyKind, policyKinds } from './document/policy-document.ts'
export type { Problem } from './document/problem.ts'
export { readPolicy } from './document/read-policy.ts'
export { validateCase } from './document/validate-case.ts'
export { type AuthorizationCheck, authorize, authorizeAll } from './evaluate/authorize.ts'
export { compilePolicies, type Policies, type PolicySet } from './evaluate/policy-set.ts'
export { accessDeniedMessage } from './explain/access-denied.ts'
export { boundedTrace } from './explain/bounded-trace.ts'
export { type Dependency, possibleAccess, type PossibleAccess } from './explain/possible-access.ts'
export { renderTrace } from './explain/render.ts'
export { type Requirement, requirementsOf } from './explain/requirements.ts'
export { type ConditionTrace, explain, type LayerTrace, type Mismatch, type StatementTrace, type Trace } from './explain/trace.ts'
export { matchesAction } from './match/action.ts'
export { type AuthorizationRequest, type Principal, type PrincipalKind, RequestContext } from './request.ts'
