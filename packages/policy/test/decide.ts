/** Decisions as tests of the evaluation ask for them: callers, policies in short, and the outcome in words. */
import type { Decision } from '../src/decision.ts'
import type { PolicyDocument, PolicyKind } from '../src/document/policy-document.ts'
import { readPolicy } from '../src/document/read-policy.ts'
import { authorize } from '../src/evaluate/authorize.ts'
import { compilePolicies, type Policies } from '../src/evaluate/policy-set.ts'
import {
  type AuthorizationRequest,
  type FederatedUserPrincipal,
  type Principal,
  RequestContext,
  type RoleSessionPrincipal,
  type UserPrincipal,
} from '../src/request.ts'

export const account = '111122223333'
export const object = 'arn:aws:s3:::ledger/a.csv'

export const user: UserPrincipal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/alice` }
export const session: RoleSessionPrincipal = {
  kind: 'role-session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/web/1`,
  roleArn: `arn:aws:iam::${account}:role/web`,
}
export const federated: FederatedUserPrincipal = {
  kind: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/bob`,
  userArn: `arn:aws:iam::${account}:user/broker`,
}
export const root: Principal = { kind: 'root', account, arn: `arn:aws:iam::${account}:root` }
export const service: Principal = { kind: 'service', name: 'cloudtrail.amazonaws.com' }

export interface Grant {
  readonly Effect?: 'Allow' | 'Deny'
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Sid?: string
  readonly Action?: string | readonly string[]
  readonly NotAction?: string
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: unknown
}
export function policy(kind: PolicyKind, ...statements: Grant[]): PolicyDocument {
  const full = statements.map((statement) => ({
    Effect: 'Allow',
    ...('NotAction' in statement ? {} : { Action: '*' }),
    ...('NotResource' in statement ? {} : { Resource: '*' }),
    ...statement,
  }))
  const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: full }), kind, { name: kind })
  if (!read.ok) throw new Error(read.problems[0]?.message)
  return read.document
}
export const everything = policy('identity', {})
export const silent = policy('identity', { Action: 'sqs:*' })
export const grantTo = (...names: string[]): PolicyDocument => policy('resource', { Sid: 'Grant', Principal: { AWS: names } })

export function decide(principal: Principal, policies: Policies, request: Partial<AuthorizationRequest> = {}): Decision {
  const full = {
    principal,
    action: 's3:GetObject',
    resource: object,
    resourceAccount: account,
    context: new RequestContext({}),
    ...request,
  }
  const decision = authorize(full, [compilePolicies(policies)])
  // The division into sets is the caller's choice and changes nothing.
  const apart = authorize(
    full,
    Object.entries(policies).map(([type, value]) => compilePolicies({ [type]: value })),
  )
  if (JSON.stringify(apart) !== JSON.stringify(decision)) throw new Error(`${JSON.stringify(apart)} is not ${JSON.stringify(decision)}`)
  return decision
}
/** What decided: the effect, and the policy type that is missing, that denies or that granted. */
export function outcome(decision: Decision): string {
  if (decision.effect === 'implicit-deny') return `no ${decision.missing}`
  if (decision.effect === 'explicit-deny') return `${decision.policyType} denies`
  return decision.grant === 'policy' ? `granted by ${decision.by.map(({ policyType }) => policyType).join(' and ')}` : decision.grant
}
