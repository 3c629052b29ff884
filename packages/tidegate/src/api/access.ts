/** `SimulateAccess`, `ListPrincipalsWithAccess` and `ListAccess`: who may do what, by the policies as they are, without doing it. */
import type { DescribedStatementRef } from './describe-decision.ts'
import { boolean, listOf, number, operationSchema, string, strings, structure } from './schema.ts'

/** What is known of the requests that are asked about. Keys that are neither here nor certain are unknown, and nothing is guessed of them. */
export interface KnownContext {
  readonly Context?: readonly ContextValue[] | undefined
  /** Condition keys that the request does not have. */
  readonly AbsentKeys?: readonly string[] | undefined
  /** When the request is made, ISO 8601; now where absent. */
  readonly Time?: string | undefined
}

export interface ContextValue {
  readonly Key: string
  readonly Values: readonly string[]
}

export interface SimulateAccessInput extends KnownContext {
  /** ARN of a user, role, role session or root of the account, `user/NAME`, `role/NAME`, a name, a service, or `SELF`. */
  readonly Who: string
  /** 1 to 100. */
  readonly Requests: readonly AccessRequest[]
  /** Documents of session policies that the session is narrowed by. */
  readonly SessionPolicies?: readonly string[] | undefined
}

export interface AccessRequest {
  /** `ecs:StopTask` */
  readonly Action: string
  /** ARN, perhaps with wildcards: then the answer is about all that it matches. `*` for actions without resources. */
  readonly Resource: string
}

export interface SimulateAccessOutput {
  /** ARN of who was meant, or the name of a service. */
  readonly Principal: string
  /** In the order of the requests. */
  readonly Results: readonly SimulatedAccess[]
}

/** `allow` and `deny` hold whatever is unknown; `conditional` depends on `DependsOn`. */
export interface Verdict {
  readonly Effect: string
  /** Why not, in AWS's words; of a `conditional` one, what it would be without what it depends on. */
  readonly Reason?: string | undefined
  /** Policy type that denies, or that has no Allow. */
  readonly PolicyType?: string | undefined
  /** Statements that decide. Like `DependsOn`, shown with permission only when it is about oneself. */
  readonly DecidedBy: readonly DescribedStatementRef[]
  readonly DependsOn: readonly DescribedDependency[]
}

export interface SimulatedAccess extends Verdict, AccessRequest {}

export interface DescribedDependency extends DescribedStatementRef {
  readonly Effect: string
  /** Conditions on keys that are not known. */
  readonly Conditions: readonly DescribedUnknown[]
  /** Where only some of the resources are matched, or it is not known which. */
  readonly Resources?: readonly string[] | undefined
  /** That the policy is about one session of the role, and it is not known whether it is this. */
  readonly OnSession?: boolean | undefined
  /** That the policies of another account decide too. */
  readonly OnAccount?: string | undefined
}

export interface DescribedUnknown {
  readonly Operator: string
  readonly Key: string
  readonly Expected: readonly string[]
}

export interface ListPrincipalsWithAccessInput extends KnownContext, AccessRequest {
  /** How many principals are looked at for one answer, 1 to 1000; 500 where absent. */
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListPrincipalsWithAccessOutput {
  /** Those that are allowed, or may be. */
  readonly Principals: readonly PrincipalWithAccess[]
  /** How many principals were looked at. */
  readonly Evaluated: number
  readonly NextToken?: string
}

export interface PrincipalWithAccess extends Verdict {
  /** ARN; the name of a service or identity provider; an entry of a resource's policy that is of another account. */
  readonly Principal: string
  /** `root`, `user`, `role` (any session of it), `service`, `provider`, `account` (another one) or `everyone`. */
  readonly Kind: string
}

export interface ListAccessInput extends KnownContext {
  readonly Who: string
  /** Only actions of this service. */
  readonly Service?: string | undefined
  readonly SessionPolicies?: readonly string[] | undefined
}

export interface ListAccessOutput {
  readonly Principal: string
  readonly Access: readonly GrantedAccess[]
  /** Patterns of the principal's policies that match no action of a service that is served here. */
  readonly NotEvaluated: readonly string[]
}

export interface GrantedAccess extends Pick<Verdict, 'Effect' | 'DependsOn'> {
  /** Pattern of a statement, or a role that may be assumed. */
  readonly Resource: string
  /** `service:*` where it is all of a service. */
  readonly Actions: readonly string[]
}

const ref = { PolicyType: string, Policy: string, Statement: number, Sid: string }
const dependency = structure('Dependency', {
  ...ref,
  Effect: string,
  Conditions: listOf('Unknowns', structure('Unknown', { Operator: string, Key: string, Expected: strings })),
  Resources: strings,
  OnSession: boolean,
  OnAccount: string,
})
const DependsOn = listOf('Dependencies', dependency)
const verdict = {
  Effect: string,
  Reason: string,
  PolicyType: string,
  DecidedBy: listOf('StatementRefs', structure('StatementRef', ref)),
  DependsOn,
}
const known = {
  Context: listOf('Context', structure('ContextValue', { Key: string, Values: strings }, 2)),
  AbsentKeys: strings,
  Time: string,
}
const request = { Action: string, Resource: string }

export const SimulateAccess$ = operationSchema(
  'SimulateAccess',
  structure(
    'SimulateAccessInput',
    { Who: string, Requests: listOf('AccessRequests', structure('AccessRequest', request, 2)), SessionPolicies: strings, ...known },
    2,
  ),
  structure('SimulateAccessOutput', {
    Principal: string,
    Results: listOf('SimulatedAccesses', structure('SimulatedAccess', { ...request, ...verdict })),
  }),
)

export const ListPrincipalsWithAccess$ = operationSchema(
  'ListPrincipalsWithAccess',
  structure('ListPrincipalsWithAccessInput', { ...request, ...known, MaxResults: number, NextToken: string }, 2),
  structure('ListPrincipalsWithAccessOutput', {
    Principals: listOf('PrincipalsWithAccess', structure('PrincipalWithAccess', { Principal: string, Kind: string, ...verdict })),
    Evaluated: number,
    NextToken: string,
  }),
)

export const ListAccess$ = operationSchema(
  'ListAccess',
  structure('ListAccessInput', { Who: string, Service: string, SessionPolicies: strings, ...known }, 1),
  structure('ListAccessOutput', {
    Principal: string,
    Access: listOf('GrantedAccesses', structure('GrantedAccess', { Resource: string, Actions: strings, Effect: string, DependsOn })),
    NotEvaluated: strings,
  }),
)
