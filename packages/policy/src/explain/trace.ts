/**
 * Why a request was decided as it was: every policy type in order and, in each, the statements that could have applied with the first
 * reason that they did not. Made on demand, by a second and slower walk that looks at every statement; a decision carries none of it.
 */
import { conditionTest } from '../condition/condition-test.ts'
import { conditionKey } from '../condition-key.ts'
import { type Decision, type PolicyType, policyTypes, type StatementRef } from '../decision.ts'
import { type Condition, type Effect, operatorText, type PrincipalElement, type Statement } from '../document/policy-document.ts'
import { type Action, actionOf } from '../evaluate/action.ts'
import { authorize, layersFor } from '../evaluate/authorize.ts'
import type { CompiledStatement } from '../evaluate/compiled-statement.ts'
import { BOUNDARY, layerBits } from '../evaluate/layers.ts'
import { isAbout, type PolicySet } from '../evaluate/policy-set.ts'
import { colonAt } from '../match/arn.ts'
import { asciiLower } from '../match/fold.ts'
import type { GrantKind } from '../match/principal.ts'
import { Template } from '../match/pattern.ts'
import type { AuthorizationRequest, RequestContext } from '../request.ts'
import { accessDeniedMessage, callerText } from './access-denied.ts'

export interface Trace {
  readonly decision: Decision
  readonly caller: string
  readonly action: string
  readonly resource: string
  /** AWS's access-denied sentence; absent when allowed. */
  readonly reason?: string
  readonly layers: readonly LayerTrace[]
  /** Condition keys that statements about this action ask for and the request does not have, as the policies write them. */
  readonly missingKeys: readonly string[]
}

export interface LayerTrace {
  readonly policyType: PolicyType
  /** Level of an SCP, from 0 for the organization's root. */
  readonly level?: number
  /**
   * `denies-nothing` is the best an RCP can say, as what it does not deny is not its affair;
   * `no-say`: policies of this type neither limit nor grant this principal's call.
   */
  readonly outcome: 'allows' | 'denies' | 'allows-nothing' | 'denies-nothing' | 'no-say'
  /** Statements that could have applied: those that name the action or its service. */
  readonly statements: readonly StatementTrace[]
  /** How many more there are, about other services. */
  readonly otherStatements: number
}

export interface StatementTrace extends StatementRef {
  readonly effect: Effect
  /** Line in the policy's text, from 1. */
  readonly line: number
  readonly applies: boolean
  /** How the statement names the principal, in a policy of a resource. */
  readonly grantKind?: GrantKind
  /** The first element that does not match. */
  readonly mismatch?: Mismatch
  /** All conditions, where everything else of the statement matches: what an Allow still lacks, or why a Deny applies. */
  readonly conditions?: readonly ConditionTrace[]
}

export interface ConditionTrace extends Mismatch {
  readonly operator: string
  readonly key: string
  readonly holds: boolean
}

/** What an element asks for and what the request has. */
export interface Mismatch {
  readonly element: 'Action' | 'NotAction' | 'Resource' | 'NotResource' | 'Principal' | 'NotPrincipal' | 'Condition'
  readonly operator?: string
  readonly key?: string
  /** As the policy writes it. */
  readonly expected: readonly string[]
  /** With the values of policy variables; absent when that changes nothing. `null` for a variable without a value. */
  readonly substituted?: readonly (string | null)[]
  /** `null` when the request does not have the key. */
  readonly actual: string | readonly string[] | null
}

/** Explains the decision that `authorize` makes on the same arguments. */
export function explain(request: AuthorizationRequest, policies: readonly PolicySet[]): Trace {
  const action = actionOf(request.action)
  const decision = authorize(request, policies)
  const reason = accessDeniedMessage(request, decision)
  const statements = policies.flatMap((set) => set.statements)
  let present = 0
  for (const set of policies) present |= set.present
  const say = layersFor(request.principal, action)
  const context: Explanation = { request, action, hasBoundary: (present & BOUNDARY) !== 0 }
  const layers = policyTypes.flatMap((policyType) =>
    partsOf(policyType)
      .filter((bits) => (present & bits) !== 0)
      .map((bits, level) => {
        const members = statements.filter((statement) => statement.layer === bits)
        return explainLayer(policyType, members, (say & bits) !== 0, context, policyType === 'scp' ? level : undefined)
      }),
  )
  return {
    decision,
    caller: callerText(request.principal),
    action: request.action,
    resource: request.resource,
    ...(reason === undefined ? {} : { reason }),
    layers,
    missingKeys: missingKeys(
      statements.filter((statement) => (statement.layer & say) !== 0 && isAbout(statement.source, action)),
      request.context,
    ),
  }
}

interface Explanation {
  readonly request: AuthorizationRequest
  readonly action: Action
  readonly hasBoundary: boolean
}

/** The layers of a policy type: one, or one for each SCP level. */
function partsOf(policyType: PolicyType): number[] {
  if (policyType !== 'scp') return [layerBits[policyType]]
  const levels: number[] = []
  for (let bit = 1; bit <= layerBits.scp && bit > 0; bit <<= 1) if ((bit & layerBits.scp) !== 0) levels.push(bit)
  return levels
}

function explainLayer(
  policyType: PolicyType,
  members: readonly CompiledStatement[],
  hasSay: boolean,
  context: Explanation,
  level: number | undefined,
): LayerTrace {
  const near = members.filter((statement) => isNear(statement, context.action))
  const statements = near.map((statement) => explainStatement(statement, context))
  return {
    policyType,
    ...(level === undefined ? {} : { level }),
    outcome: hasSay ? outcomeOf(policyType, statements) : 'no-say',
    statements,
    otherStatements: members.length - near.length,
  }
}

function outcomeOf(policyType: PolicyType, statements: readonly StatementTrace[]): LayerTrace['outcome'] {
  const effects = statements.filter(({ applies }) => applies).map(({ effect }) => effect)
  if (effects.includes('Deny')) return 'denies'
  if (policyType === 'rcp') return 'denies-nothing'
  return effects.includes('Allow') ? 'allows' : 'allows-nothing'
}

/** Whether the statement is about the action or another one of its service. */
function isNear(statement: CompiledStatement, action: Action): boolean {
  const prefix = `${action.service}:`
  return isAbout(statement.source, action) || statement.source.action.patterns.some((pattern) => asciiLower(pattern).startsWith(prefix))
}

function explainStatement(statement: CompiledStatement, context: Explanation): StatementTrace {
  const { effect, line } = statement.source
  const mismatch = firstMismatch(statement, context)
  const isUpToConditions = mismatch === undefined || mismatch.element === 'Condition'
  const conditions = isUpToConditions ? statement.source.conditions.map((each) => explainCondition(each, statement, context)) : []
  const kind = statement.policyType === 'resource' ? statement.principal?.match(context.request.principal, context.hasBoundary) : undefined
  return {
    ...statement.ref,
    effect,
    line,
    applies: mismatch === undefined,
    ...(kind === undefined ? {} : { grantKind: kind }),
    ...(mismatch === undefined ? {} : { mismatch }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

function explainCondition(
  condition: Condition,
  { hasVariables }: CompiledStatement,
  { request: { context } }: Explanation,
): ConditionTrace {
  return { ...conditionMismatch(condition, context, hasVariables), holds: conditionTest(condition, hasVariables).holds(context) }
}

function firstMismatch(statement: CompiledStatement, { request, action, hasBoundary }: Explanation): Mismatch | undefined {
  const { source, hasVariables } = statement
  const { context } = request
  if (!isAbout(statement.source, action)) {
    return { element: source.action.not ? 'NotAction' : 'Action', expected: source.action.patterns, actual: request.action }
  }
  if (!statement.candidates.some((candidate) => candidate.matches(request.resource, context))) {
    const expected = source.resource?.patterns ?? []
    const substituted = substitute(expected, context, hasVariables, (pattern) => colonAt(pattern, 5) + 1 || pattern.length)
    return { element: source.resource?.not === true ? 'NotResource' : 'Resource', expected, ...substituted, actual: request.resource }
  }
  if (statement.principal !== undefined && statement.principal.match(request.principal, hasBoundary) === undefined) {
    const element = source.principal?.not === true ? 'NotPrincipal' : 'Principal'
    return { element, expected: principalTexts(source.principal), actual: callerText(request.principal) }
  }
  const failing = source.conditions.find((condition) => !conditionTest(condition, hasVariables).holds(context))
  return failing && conditionMismatch(failing, context, hasVariables)
}

function conditionMismatch({ operator, key, values }: Condition, context: RequestContext, hasVariables: boolean) {
  const actual = context.get(conditionKey(key)) ?? null
  const substituted = takesVariables.test(operator.base) ? substitute(values, context, hasVariables, () => 0) : {}
  return { element: 'Condition', operator: operatorText(operator), key, expected: values, ...substituted, actual } as const
}

/** The patterns with the values of their variables, where they have any. `from` is where variables begin to have a meaning. */
function substitute(
  patterns: readonly string[],
  context: RequestContext,
  hasVariables: boolean,
  from: (pattern: string) => number,
): Pick<Mismatch, 'substituted'> {
  if (!hasVariables || !patterns.some((pattern) => pattern.includes('${', from(pattern)))) return {}
  const values: string[] = []
  const substituted = patterns.map((pattern) => {
    const read = Template.read(pattern, from(pattern))
    if (read instanceof Template) return read.resolve(context, values) ? read.fill(values).text : null
    return read?.text ?? null
  })
  return { substituted }
}

const principalTexts = (element: PrincipalElement | undefined): string[] =>
  (element?.entries ?? []).map(({ type, value }) => `${type}: ${value}`)

function missingKeys(statements: readonly CompiledStatement[], context: RequestContext): string[] {
  const keys = new Map<string, string>()
  for (const { source, hasVariables } of statements) {
    const asked = [...source.conditions.map(({ key }) => key), ...(hasVariables ? variablesOf(source) : [])]
    for (const key of asked) if (context.get(conditionKey(key)) === undefined) keys.set(conditionKey(key), key)
  }
  return [...keys.values()].toSorted()
}

/** The keys of the policy variables that have no default. */
function variablesOf({ resource, conditions }: Statement): string[] {
  const texts = [
    ...(resource?.patterns ?? []).map((pattern) => pattern.slice(colonAt(pattern, 5) + 1)),
    ...conditions.filter(({ operator }) => takesVariables.test(operator.base)).flatMap(({ values }) => values),
  ]
  return texts.flatMap((text) => [...text.matchAll(variable)].map(([, key = '']) => key))
}

const takesVariables = /^(?:String|Arn|Bool)/
/** `${*}`, `${?}` and `${$}` are characters, not keys. */
const variable = /\$\{([^*?$,{}][^,{}]*)\}/g
