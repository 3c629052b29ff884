/**
 * The policy simulator, on the engine that judges real calls. It evaluates exactly the policies and the context that it is told, and
 * says which context keys the policies asked for in vain: with these unknown, a result is about a call that does not have them.
 */
import type { ContextEntry, EvaluationResult, ResourceSpecificResult, Statement as MatchedStatement } from '@aws-sdk/client-iam'
import { compilePolicies, explain } from '@tidegate/policy'
import type { Policies, PolicyDocument, PolicySet, Principal, RequestContext, Trace } from '@tidegate/policy'
import { iamError } from './errors.ts'
import { statementPositions } from './statement-positions.ts'

/** A policy with where it comes from. `id` is unique in a simulation and names the document too. */
export interface Source {
  readonly id: string
  readonly type: NonNullable<MatchedStatement['SourcePolicyType']>
  readonly text: string
  readonly document: PolicyDocument
}

export interface Simulation {
  readonly principal: Principal
  readonly accountId: string
  readonly resourceOwner: string
  readonly identity: readonly Source[]
  readonly boundary: Source | undefined
  readonly resourcePolicy: Source | undefined
  readonly organization: PolicySet | undefined
  readonly context: RequestContext
}

export function simulate(simulation: Simulation, action: string, resource: string): EvaluationResult {
  const { principal, resourceOwner, context, organization, boundary, identity, resourcePolicy } = simulation
  const policies: Policies = {
    identity: identity.map(({ document }) => document),
    ...(boundary === undefined ? {} : { boundary: boundary.document }),
    ...(resourcePolicy === undefined ? {} : { resource: resourcePolicy.document }),
  }
  const sets = [compilePolicies(policies), ...(organization === undefined ? [] : [organization])]
  const trace = explain({ principal, action, resource, resourceAccount: resourceOwner, context }, sets)
  const decision = decisionOf(trace)
  const common = {
    MatchedStatements: matchedStatements(trace, simulation),
    MissingContextValues: [...trace.missingKeys],
    ...(boundary === undefined
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: isAllowedBy(trace, 'boundary') } }),
    ...detailsAcrossAccounts(trace, simulation),
  }
  const specific: ResourceSpecificResult = { EvalResourceName: resource, EvalResourceDecision: decision, ...common }
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision,
    ...common,
    ...(organization === undefined ? {} : { OrganizationsDecisionDetail: { AllowedByOrganizations: isAllowedBy(trace, 'scp') } }),
    ResourceSpecificResults: resource === '*' ? [] : [specific],
  }
}

/** The context of `ContextEntries`. Throws `InvalidInput` where a single-valued key has another number of values. */
export function contextOf(entries: readonly ContextEntry[] | undefined): Record<string, string | readonly string[]> {
  const context: [string, string | readonly string[]][] = (entries ?? []).map((entry) => {
    const { ContextKeyName: name = '', ContextKeyValues: values = [], ContextKeyType: type = 'string' } = entry
    if (type.endsWith('List')) return [name, values]
    const [value] = values
    if (value === undefined || values.length > 1) throw iamError('InvalidInput', `Context key ${name} of type ${type} must have one value.`)
    return [name, value]
  })
  return Object.fromEntries(context)
}

function decisionOf({ decision: { effect } }: Trace): EvaluationResult['EvalDecision'] {
  if (effect === 'allow') return 'allowed'
  return effect === 'explicit-deny' ? 'explicitDeny' : 'implicitDeny'
}

/** The statements that applied and speak for the decision: the denying ones where one denies, otherwise the allowing ones. */
function matchedStatements(trace: Trace, { identity, boundary, resourcePolicy }: Simulation): MatchedStatement[] {
  const sources = new Map([...identity, boundary, resourcePolicy].flatMap((each) => each ?? []).map((source) => [source.id, source]))
  const wanted = trace.decision.effect === 'explicit-deny' ? 'Deny' : 'Allow'
  const applying = trace.layers.flatMap(({ statements }) => statements).filter(({ applies, effect }) => applies && effect === wanted)
  return applying.flatMap(({ policy, statement }) => {
    const source = sources.get(policy)
    if (source === undefined) return []
    const span = statementPositions(source.text)[statement]
    return [
      {
        SourcePolicyId: shownId(source.id),
        SourcePolicyType: source.type,
        ...(span === undefined
          ? {}
          : {
              StartPosition: { Line: span.start.line, Column: span.start.column },
              EndPosition: { Line: span.end.line, Column: span.end.column },
            }),
      },
    ]
  })
}

/** Managed policies are told by their names. */
function shownId(id: string): string {
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf('/') + 1) : id
}

/** Across accounts both sides decide, and each is told. */
function detailsAcrossAccounts(trace: Trace, { accountId, resourceOwner }: Simulation) {
  if (accountId === resourceOwner) return {}
  const side = (type: 'identity' | 'resource') => {
    const outcome = trace.layers.find(({ policyType }) => policyType === type)?.outcome
    return outcome === 'allows' ? ('allowed' as const) : outcome === 'denies' ? ('explicitDeny' as const) : ('implicitDeny' as const)
  }
  return { EvalDecisionDetails: { 'IAM Policy': side('identity'), 'Resource Policy': side('resource') } }
}

/** Policies that have no say over the principal do not stand in its way. */
function isAllowedBy({ layers }: Trace, type: 'boundary' | 'scp'): boolean {
  return layers.filter(({ policyType }) => policyType === type).every(({ outcome }) => outcome === 'allows' || outcome === 'no-say')
}
