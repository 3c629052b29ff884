/** Policies that are compiled together, for example all of one principal or all of one resource, and found by action. */
import type { PolicyType } from '../decision.ts'
import type { PolicyDocument, Statement } from '../document/policy-document.ts'
import { matchesAction } from '../match/action.ts'
import type { Action } from './action.ts'
import { ActionIndex, exactly } from './action-index.ts'
import { type ActionTable, emptyTable, indexIn, withIndex } from './action-table.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { layerBits, MAX_SCP_LEVELS, scpLevel } from './layers.ts'
import { PolicyPart } from './policy-part.ts'

/**
 * The policies of one evaluation, by type. A type that is left out does not take part; one that is there but empty grants nothing.
 */
export interface Policies {
  /** Identity-based policies of the principal: its own, and of an IAM user all groups'. */
  readonly identity?: readonly PolicyDocument[] | undefined
  readonly boundary?: PolicyDocument | undefined
  /** Session policies, inline and managed; an empty list for a session without any. */
  readonly session?: readonly PolicyDocument[] | undefined
  /** Policy of the resource: a bucket policy, a key policy, a role's trust policy. */
  readonly resource?: PolicyDocument | undefined
  /** SCPs of the principal's account: one list for the root, each organizational unit and the account. */
  readonly scp?: readonly (readonly PolicyDocument[])[] | undefined
  /** RCPs of the resource's account, likewise. */
  readonly rcp?: readonly (readonly PolicyDocument[])[] | undefined
  /** Policy of the VPC endpoint that the call came through. */
  readonly endpoint?: readonly PolicyDocument[] | undefined
}

export class PolicySet {
  /** Bits of the layers that take part, empty or not. */
  readonly present: number
  readonly #parts: readonly PolicyPart[]
  #indexes = emptyTable

  /** Use `compilePolicies`. */
  constructor(present: number, parts: readonly PolicyPart[]) {
    this.present = present
    this.#parts = parts
  }

  /** The statements about an action; built at the first request for it. */
  about(action: Action): ActionIndex {
    return indexIn(this.#indexes, action) ?? this.#build(action)
  }

  /** Every statement of the set. */
  get statements(): readonly CompiledStatement[] {
    return this.#select(() => true)
  }

  #build(action: Action): ActionIndex {
    const statements = this.#select((statement) => isAbout(statement, action))
    // Actions that the same statements are about, as those of one list, share an index.
    const isSameIndex = (cell: ActionTable[number]): boolean => cell instanceof ActionIndex && isSame(cell.statements, statements)
    const known = this.#indexes.length <= 4 * KEPT_INDEXES ? this.#indexes : emptyTable
    const same = known.find(isSameIndex)
    const index = same instanceof ActionIndex ? same : new ActionIndex(statements)
    this.#indexes = withIndex(known, action, index)
    return index
  }

  #select(isWanted: (statement: Statement) => boolean): readonly CompiledStatement[] {
    const selected: CompiledStatement[] = []
    for (const part of this.#parts) {
      for (const statement of part.document.statements) if (isWanted(statement)) selected.push(part.compiled(statement))
    }
    return exactly(selected)
  }
}

/** Whether the statement's `Action` or `NotAction` covers the action. */
export function isAbout({ action: { not, patterns } }: Statement, action: Action): boolean {
  return matchesAction(patterns, action.name) !== not
}

const isSame = <T>(some: readonly T[], others: readonly T[]): boolean =>
  some.length === others.length && some.every((one, i) => one === others[i])

/**
 * Compiles policies for `authorize`. How they are divided among sets does not change a decision; it is the caller's choice what is
 * compiled once and used for many: a principal's policies, an account's SCPs, a bucket's policy.
 *
 * Costs a few microseconds for a small policy; the index of an action is built when the action is first asked for.
 */
export function compilePolicies(policies: Policies): PolicySet {
  const parts: PolicyPart[] = []
  let present = 0
  const add = (policyType: PolicyType, layer: number, documents: readonly PolicyDocument[]): void => {
    present |= layer
    for (const document of documents) parts.push(new PolicyPart(policyType, layer, document))
  }
  const { identity, boundary, session, resource, scp = [], rcp, endpoint } = policies
  if (scp.length > MAX_SCP_LEVELS) throw new RangeError(`at most ${MAX_SCP_LEVELS} SCP levels, not ${scp.length}`)
  for (const [level, documents] of scp.entries()) add('scp', scpLevel(level), documents)
  if (rcp !== undefined) add('rcp', layerBits.rcp, rcp.flat())
  if (endpoint !== undefined) add('endpoint', layerBits.endpoint, endpoint)
  if (resource !== undefined) add('resource', layerBits.resource, [resource])
  if (identity !== undefined) add('identity', layerBits.identity, identity)
  if (boundary !== undefined) add('boundary', layerBits.boundary, [boundary])
  if (session !== undefined) add('session', layerBits.session, session)
  return new PolicySet(present, parts)
}

const KEPT_INDEXES = 1024
