/** Makes the document that evaluation works on. It keeps nothing of the text alive and shares what repeats. */
import { flat, intern, internConditions, internElement } from './intern.ts'
import type { ConditionOutline } from './outline-condition.ts'
import type { PrincipalOutline } from './outline-principal.ts'
import type { ListOutline, Outline, StatementOutline } from './outline.ts'
import type {
  Condition,
  PatternElement,
  PolicyDocument,
  PolicyKind,
  PrincipalElement,
  PrincipalEntry,
  Statement,
} from './policy-document.ts'
import type { Positions } from './position.ts'

/** `outline` must be complete: no finding was made on it. */
export function buildDocument(outline: Outline, kind: PolicyKind, name: string, positions: Positions): PolicyDocument {
  const statements = outline.statements.map((statement) => buildStatement(statement, positions))
  return { kind, version: outline.version, name: flat(name), statements } as unknown as PolicyDocument
}

function buildStatement(
  { start, sid, effect, principal, action, resource, conditions }: StatementOutline,
  positions: Positions,
): Statement {
  return {
    sid: sid && intern(sid.value),
    effect: effect ?? 'Deny',
    principal: principal && buildPrincipal(principal),
    action: action === undefined ? internElement(false, []) : internElement(action.not, textsOf(action)),
    resource: resource && buildResource(resource),
    conditions: buildConditions(conditions),
    line: positions.at(start).line,
  }
}

function buildPrincipal({ not, entries }: PrincipalOutline): PrincipalElement {
  const [only] = entries
  if (!not && entries.length === 1 && only?.type === 'AWS' && only.value === '*') return anyone
  return { not, entries: entries.map(({ type, value }): PrincipalEntry => ({ type, value: flat(value) })) }
}

function buildResource(resource: ListOutline): PatternElement {
  const patterns = textsOf(resource)
  if (!resource.not && patterns.length === 1 && patterns[0] === '*') return anyResource
  return { not: resource.not, patterns: patterns.map(flat) }
}

function buildConditions(conditions: readonly ConditionOutline[]): readonly Condition[] {
  if (conditions.length === 0) return noConditions
  return internConditions(conditions.map(({ operator, key, values }) => ({ operator, key, values: values.map(({ value }) => value) })))
}

const textsOf = ({ values = [] }: ListOutline): readonly string[] => values.map(({ value }) => value)

const noConditions: readonly Condition[] = Object.freeze([])
const anyResource: PatternElement = Object.freeze({ not: false, patterns: Object.freeze(['*']) })
const anyone: PrincipalElement = Object.freeze({
  not: false,
  entries: Object.freeze([Object.freeze<PrincipalEntry>({ type: 'AWS', value: '*' })]),
})
