/**
 * The obvious evaluator that one writes first: documents parsed to statements, every statement of every policy type looked at for every
 * decision, wildcards as RegExp, no index. In three forms: each RegExp made once; the same, but a policy type that has allowed is searched for
 * denials only; each RegExp made anew at every use.
 *
 * It is faithful for what the worlds contain: callers are users and role sessions of the account that owns the resource.
 */
import type { Engine } from './engine.ts'
import { holds, readOperator, type NaiveCondition } from './naive-conditions.ts'
import { pattern, type Pattern, type Variables } from './naive-pattern.ts'
import { stackOf, type Caller, type LabelledRequest, type PolicyJson, type PolicyStack, type StatementJson, type Verdict } from './world.ts'

export const naiveCached = naive('naive, RegExp cached', { cached: true, skips: false })
export const naiveSkipping = naive('naive, cached, skips Allows', { cached: true, skips: true })
export const naiveFresh = naive('naive, RegExp per decision', { cached: false, skips: false })

interface NaiveStatement {
  readonly allows: boolean
  readonly principals: readonly string[] | undefined
  readonly not: { readonly action: boolean; readonly resource: boolean }
  readonly actions: readonly Pattern[]
  readonly resources: readonly Pattern[]
  readonly conditions: readonly NaiveCondition[]
}

/** The policies of one request, read. */
export interface NaiveStack {
  readonly identity: readonly NaiveStatement[]
  readonly boundary: readonly NaiveStatement[] | undefined
  readonly session: readonly NaiveStatement[] | undefined
  readonly scp: readonly (readonly NaiveStatement[])[]
  readonly rcp: readonly NaiveStatement[]
  readonly resource: readonly NaiveStatement[]
}

export interface NaiveRequest {
  readonly caller: Caller
  readonly action: string
  readonly resource: string
  readonly context: ReadonlyMap<string, string | readonly string[]>
}

export function readRequest({ caller, action, resource, context }: LabelledRequest): NaiveRequest {
  return { caller, action, resource, context: new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value])) }
}

/** A reader that reads each shared document once. */
export function stackReader(cached: boolean): (stack: PolicyStack) => NaiveStack {
  const known = new Map<PolicyJson, readonly NaiveStatement[]>()
  const read = (policy: PolicyJson): readonly NaiveStatement[] => {
    const statements = known.get(policy) ?? policy.Statement.map((statement) => readStatement(statement, cached))
    known.set(policy, statements)
    return statements
  }
  return ({ identity, boundary, session, scp, rcp, resource }) => ({
    identity: identity.flatMap(read),
    boundary: boundary && read(boundary),
    session: session && read(session),
    scp: scp.map((level) => level.flatMap(read)),
    rcp: rcp.flat().flatMap(read),
    resource: resource.flatMap(read),
  })
}

function decide(stack: NaiveStack, request: NaiveRequest, skips: boolean): Verdict {
  const variables: Variables = (key) => {
    const value = request.context.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const identity = outcome(stack.identity, request, variables, skips)
  const boundary = stack.boundary ? outcome(stack.boundary, request, variables, skips) : 'allow'
  const session = stack.session ? outcome(stack.session, request, variables, skips) : 'allow'
  const scp = stack.scp.map((level) => outcome(level, request, variables, skips))
  const grants = kindsOf(stack.resource, request, variables)
  const rcp = outcome(stack.rcp, request, variables, skips)
  if ([identity, boundary, session, ...scp, rcp].includes('deny') || grants === 'deny') return 'explicit-deny'
  if (scp.includes('none')) return 'implicit-deny'
  if (grants.direct) return 'allow'
  const needsResourcePolicy = request.resource.startsWith('arn:aws:kms:')
  const via = grants.role || (identity === 'allow' && (!needsResourcePolicy || grants.account))
  return via && boundary === 'allow' && session === 'allow' ? 'allow' : 'implicit-deny'
}

function naive(name: string, { cached, skips }: { readonly cached: boolean; readonly skips: boolean }): Engine {
  return {
    name,
    load(world, principals, requests) {
      const read = stackReader(cached)
      const guards = Object.keys(world.layers.resources)
      const stacks = new Map<string, NaiveStack>()
      for (const one of principals) {
        let first: NaiveStack | undefined
        for (const guard of guards) {
          const stack = read({ ...stackOf(world, one, [guard]), identity: first ? [] : one.identity })
          first ??= stack
          stacks.set(`${one.caller.index} ${guard}`, { ...stack, identity: first.identity })
        }
      }
      const pairs = requests.map((request) => {
        const stack = stacks.get(`${request.caller.index} ${request.guard}`)
        if (stack === undefined) throw new Error(`no policies for \`${request.guard}\``)
        return { stack, request: readRequest(request) }
      })
      return {
        requests: pairs.length,
        run(from, count) {
          let allowed = 0
          for (let n = 0; n < count; n++) {
            const pair = pairs[(from + n) % pairs.length]
            if (pair && decide(pair.stack, pair.request, skips) === 'allow') allowed++
          }
          return allowed
        },
        verdict(position) {
          const pair = pairs[position]
          return pair ? decide(pair.stack, pair.request, skips) : 'denied'
        },
      }
    },
  }
}

function outcome(
  statements: readonly NaiveStatement[],
  request: NaiveRequest,
  variables: Variables,
  skips: boolean,
): 'allow' | 'deny' | 'none' {
  let allowed = false
  for (const statement of statements) {
    if ((skips && allowed && statement.allows) || !applies(statement, request, variables)) continue
    if (!statement.allows) return 'deny'
    allowed = true
  }
  return allowed ? 'allow' : 'none'
}

/** How the resource policy grants: to the caller itself, to the caller's role, to the account. */
function kindsOf(statements: readonly NaiveStatement[], request: NaiveRequest, variables: Variables) {
  const kinds = { direct: false, role: false, account: false }
  for (const statement of statements) {
    if (!applies(statement, request, variables)) continue
    if (!statement.allows) return 'deny'
    const { principal } = request.caller
    for (const listed of statement.principals ?? []) {
      if (listed === '*' || listed === principal.arn) kinds.direct = true
      else if (principal.kind === 'role-session' && listed === principal.roleArn) kinds.role = true
      else if (listed === `arn:aws:iam::${principal.account}:root`) kinds.account = true
    }
  }
  return kinds
}

export function applies(statement: NaiveStatement, request: NaiveRequest, variables: Variables): boolean {
  const { not, actions, resources, conditions, principals } = statement
  return (
    actions.some((action) => action.matches(request.action, variables)) !== not.action &&
    (principals === undefined || names(principals, request.caller)) &&
    resources.some((resource) => resource.matches(request.resource, variables)) !== not.resource &&
    conditions.every((condition) => holds(condition, request.context, variables))
  )
}

function names(principals: readonly string[], { principal }: Caller): boolean {
  const role = principal.kind === 'role-session' ? principal.roleArn : undefined
  const root = `arn:aws:iam::${principal.account}:root`
  return principals.some((listed) => listed === '*' || listed === principal.arn || listed === role || listed === root)
}

function readStatement(statement: StatementJson, cached: boolean): NaiveStatement {
  const { Effect, Principal, Action, NotAction, Resource, NotResource, Condition = {} } = statement
  return {
    allows: Effect === 'Allow',
    principals: Principal === undefined ? undefined : listed(Principal === '*' ? '*' : Principal.AWS),
    not: { action: NotAction !== undefined, resource: NotResource !== undefined },
    actions: listed(Action ?? NotAction).map((text) => pattern(text, { cached, ignoreCase: true })),
    resources: listed(Resource ?? NotResource).map((text) => pattern(text, { cached })),
    conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({
        ...readOperator(operator),
        key: key.toLowerCase(),
        values: listed(values).map((text) => pattern(text, { cached })),
      })),
    ),
  }
}

function listed(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? [])
}
