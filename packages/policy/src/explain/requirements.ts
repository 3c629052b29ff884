/**
 * What would have to be true for a denied request to be allowed, read from its trace. One item for each policy type that stands in the
 * way: all of them have to change, and for each one of its options is enough.
 */
import type { PolicyType } from '../decision.ts'
import type { ConditionTrace, LayerTrace, Mismatch, StatementTrace, Trace } from './trace.ts'

export interface Requirement {
  readonly policyType: PolicyType
  /** Level of an SCP, from 0 for the organization's root. */
  readonly level?: number
  /** `deny-off`: a Deny must not apply. `allow`: there must be an Allow. */
  readonly need: 'deny-off' | 'allow'
  /** Statements by which it could come true; none where no statement is about the action. */
  readonly options: readonly Option[]
}

/** A statement, and what of it would have to be different. */
export interface Option {
  readonly statement: StatementTrace
  /** Of an Allow the conditions that fail, of a Deny those of which one must fail. */
  readonly conditions: readonly ConditionTrace[]
  /** The element that does not match, where it is no condition. */
  readonly element?: Mismatch
}

/** Empty for what is allowed. */
export function requirementsOf({ decision, layers }: Trace): readonly Requirement[] {
  if (decision.effect === 'allow') return []
  const denying = layers.flatMap((layer) => appliedDenies(layer).map((statement) => denyOff(layer, statement)))
  const isMissing = ({ policyType, outcome }: LayerTrace): boolean => {
    if (outcome !== 'allows-nothing') return false
    if (limits.has(policyType)) return true
    return decision.effect === 'implicit-deny' && decision.missing === policyType
  }
  const lacking = layers.filter(isMissing).map(allowOf)
  const absent = decision.effect === 'implicit-deny' && !layers.some(({ policyType }) => policyType === decision.missing)
  if (!absent || decision.missing === 'session-type') return [...denying, ...lacking]
  return [...denying, ...lacking, { policyType: decision.missing, need: 'allow', options: [] }]
}

function appliedDenies({ outcome, statements }: LayerTrace): readonly StatementTrace[] {
  return outcome === 'denies' ? statements.filter(({ effect, applies }) => effect === 'Deny' && applies) : []
}

function denyOff(layer: LayerTrace, statement: StatementTrace): Requirement {
  return { ...placeOf(layer), need: 'deny-off', options: [{ statement, conditions: statement.conditions ?? [] }] }
}

/** The Allows that are about the action, those first of which only conditions are missing. */
function allowOf(layer: LayerTrace): Requirement {
  const near = layer.statements.filter(({ effect, mismatch }) => effect === 'Allow' && mismatch !== undefined && !isOfAction(mismatch))
  const options = near.map((statement): Option => {
    const { conditions = [], mismatch } = statement
    const failing = conditions.filter(({ holds }) => !holds)
    return { statement, conditions: failing, ...(mismatch?.element === 'Condition' ? {} : { element: mismatch }) }
  })
  return { ...placeOf(layer), need: 'allow', options: options.toSorted((a, b) => Number('element' in a) - Number('element' in b)) }
}

const placeOf = ({ policyType, level }: LayerTrace) => ({ policyType, ...(level === undefined ? {} : { level }) })

const isOfAction = ({ element }: Mismatch): boolean => element === 'Action' || element === 'NotAction'

/** Policy types that must allow whoever grants. */
const limits: ReadonlySet<PolicyType> = new Set(['scp', 'endpoint', 'boundary', 'session'])
