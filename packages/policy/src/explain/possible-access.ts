/**
 * Whether a request would be allowed when not everything about it is known: which keys it will have, and with which values; which session
 * of a role makes it; which of the resources that a pattern stands for it is on.
 *
 * Each statement matches for certain, for certain not, or perhaps. A decision grows with its Allows and shrinks with its Denies, so there
 * are two that bound all others: with every doubtful Allow and no doubtful Deny, and the other way round. Where both are the same, that is
 * certain; otherwise it depends, and on what is said. INVARIANT: `allow` and `deny` hold however the unknown turns out; `conditional`
 * may be told where conditions that exclude each other would settle it.
 */
import { conditionTest } from '../condition/condition-test.ts'
import { conditionKey } from '../condition-key.ts'
import type { Decision, StatementRef } from '../decision.ts'
import { type Condition, type Effect, operatorText } from '../document/policy-document.ts'
import { actionOf } from '../evaluate/action.ts'
import { authorizeTaking, layersFor, type TakenStatement } from '../evaluate/authorize.ts'
import type { CompiledStatement } from '../evaluate/compiled-statement.ts'
import { BOUNDARY } from '../evaluate/layers.ts'
import { isAbout, type PolicySet } from '../evaluate/policy-set.ts'
import { covers, mayOverlap } from '../match/pattern-relation.ts'
import type { GrantKind } from '../match/principal.ts'
import type { AuthorizationRequest } from '../request.ts'

export interface Question {
  /** Its context is what is known. */
  readonly request: AuthorizationRequest
  readonly policies: readonly PolicySet[]
  /** Whether the request may have a key that the context does not have, given in lower case. */
  readonly isUnknown: (key: string) => boolean
  /** The principal stands for any session of its role. */
  readonly isAnySession?: boolean
  /** The resource is a pattern, and the question is about all that it matches. */
  readonly isPattern?: boolean
}

export interface PossibleAccess {
  readonly effect: 'allow' | 'deny' | 'conditional'
  /** With all that is unknown counted against the request; for `deny`, counted for it. */
  readonly decision: Decision
  /** Statements that make the difference; empty unless `conditional`. */
  readonly dependsOn: readonly Dependency[]
}

export interface Dependency extends StatementRef {
  readonly effect: Effect
  /** Conditions whose outcome is not known. */
  readonly conditions: readonly { readonly operator: string; readonly key: string; readonly expected: readonly string[] }[]
  /** Patterns of the statement that match only some of the resources, or of which it is not known. */
  readonly resources?: readonly string[]
  /** That it depends on which session of the role it is. */
  readonly session?: true
}

export function possibleAccess(question: Question): PossibleAccess {
  const { request, policies } = question
  const layers = layersFor(request.principal, actionOf(request.action))
  const hasBoundary = policies.some(({ present }) => (present & BOUNDARY) !== 0)
  const found = policies
    .flatMap((set) => set.statements)
    .filter((statement) => (statement.layer & layers) !== 0)
    .flatMap((statement) => matchOf(statement, question, hasBoundary) ?? [])
  const decide = (isTaken: (match: Match) => boolean): Decision => authorizeTaking(request, policies, found.filter(isTaken))
  const isDeny = ({ statement }: Match): boolean => statement.isDeny
  const best = decide((match) => match.doubt === undefined || !isDeny(match))
  const worst = decide((match) => match.doubt === undefined || isDeny(match))
  if (best.effect !== 'allow') return { effect: 'deny', decision: best, dependsOn: [] }
  if (worst.effect === 'allow') return { effect: 'allow', decision: worst, dependsOn: [] }
  const certain = decide(({ doubt }) => doubt === undefined)
  const denied = decide(() => true)
  const dependsOn = found.flatMap(({ doubt, statement }) => {
    const matters = statement.isDeny ? denied.effect !== 'allow' : certain.effect !== 'allow'
    return doubt !== undefined && matters ? [{ ...statement.ref, effect: statement.source.effect, ...doubt }] : []
  })
  return { effect: 'conditional', decision: worst, dependsOn }
}

interface Match extends TakenStatement {
  /** Absent where the statement matches for certain. */
  readonly doubt: Doubt | undefined
}
type Doubt = Pick<Dependency, 'conditions' | 'resources' | 'session'>

/** Undefined for a statement that can't match. */
function matchOf(statement: CompiledStatement, question: Question, hasBoundary: boolean): Match | undefined {
  const { request } = question
  if (!isAbout(statement.source, actionOf(request.action))) return undefined
  const principal = principalMatch(statement, question, hasBoundary)
  if (principal === undefined) return undefined
  const resource = resourceMatch(statement, question)
  if (resource === 'no') return undefined
  const conditions: Condition[] = []
  for (const condition of statement.source.conditions) {
    if (isDoubtful(condition, statement, question)) conditions.push(condition)
    else if (!conditionTest(condition, statement.hasVariables).holds(request.context)) return undefined
  }
  const doubt: Doubt = {
    conditions: conditions.map(({ operator, key, values }) => ({ operator: operatorText(operator), key, expected: values })),
    ...(resource === 'maybe' && { resources: statement.source.resource?.patterns ?? [] }),
    ...(principal.isCertain ? {} : { session: true }),
  }
  const isCertain = conditions.length === 0 && resource === 'yes' && principal.isCertain
  return { statement, kind: principal.kind, doubt: isCertain ? undefined : doubt }
}

function principalMatch(
  { principal: matcher, source }: CompiledStatement,
  { request: { principal }, isAnySession }: Question,
  hasBoundary: boolean,
): { readonly kind: GrantKind; readonly isCertain: boolean } | undefined {
  if (matcher === undefined) return { kind: 'direct', isCertain: true }
  const kind = matcher.match(principal, hasBoundary)
  const namesSession = isAnySession === true && source.principal?.entries.some(({ value }) => isSessionOf(value, principal)) === true
  if (namesSession) return { kind: 'direct', isCertain: false }
  return kind === undefined ? undefined : { kind, isCertain: true }
}

/** Whether an entry names one session of the role whose session `principal` is. */
function isSessionOf(entry: string, principal: AuthorizationRequest['principal']): boolean {
  if (principal.kind !== 'role-session') return false
  const role = principal.arn.slice(0, principal.arn.lastIndexOf('/') + 1)
  return entry.startsWith(role) || (principal.id !== undefined && entry.startsWith(`${principal.id}:`))
}

type Certainty = 'yes' | 'maybe' | 'no'

function resourceMatch({ source: { resource }, candidates, hasVariables }: CompiledStatement, question: Question): Certainty {
  const { request, isPattern } = question
  const { not, patterns } = resource ?? { not: false, patterns: ['*'] }
  if (isPattern !== true) {
    const doubtful = hasVariables && patterns.some((pattern) => hasUnknownVariable(pattern, question))
    if (!doubtful) return candidates.some((candidate) => candidate.matches(request.resource, request.context)) ? 'yes' : 'no'
    return not || patterns.some((pattern) => mayOverlap(pattern, request.resource)) ? 'maybe' : 'no'
  }
  if (patterns.some((pattern) => covers(pattern, request.resource))) return not ? 'no' : 'yes'
  if (patterns.some((pattern) => mayOverlap(pattern, request.resource))) return 'maybe'
  return not ? 'yes' : 'no'
}

function isDoubtful({ key, values }: Condition, { hasVariables }: CompiledStatement, question: Question): boolean {
  return isMissing(key, question) || (hasVariables && values.some((value) => hasUnknownVariable(value, question)))
}

function hasUnknownVariable(text: string, question: Question): boolean {
  return [...text.matchAll(variable)].some(([, key = '']) => isMissing(key, question))
}

function isMissing(key: string, { request, isUnknown }: Question): boolean {
  const name = conditionKey(key)
  return request.context.get(name) === undefined && isUnknown(name)
}

/** `${*}`, `${?}` and `${$}` are characters, not keys. */
const variable = /\$\{([^},*?$]+)(?:,[^}]*)?\}/g
