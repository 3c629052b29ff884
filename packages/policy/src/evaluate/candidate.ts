/**
 * A statement by one of its resource patterns: all that a decision reads of a statement until it is known to match, in one object.
 * Most candidates are turned down, and what that costs is less the comparing than the fetching of objects from memory.
 */
import type { ConditionTest } from '../condition/condition-test.ts'
import type { PrincipalMatcher } from '../match/principal.ts'
import { type ResourceParts, ResourcePattern } from '../match/resource.ts'
import type { AuthorizationRequest } from '../request.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { DIRECT, grantBit, RESOURCE } from './layers.ts'
import type { Tally } from './tally.ts'

export class Candidate extends ResourcePattern {
  readonly statement: CompiledStatement
  readonly #layer: number
  /** Once this is granted, an Allow has nothing to add; 0 for a Deny. */
  readonly #enough: number
  readonly #principal: PrincipalMatcher | undefined
  readonly #condition: ConditionTest | undefined

  constructor(statement: CompiledStatement, resource: ResourceParts, condition: ConditionTest | undefined) {
    super(resource)
    this.statement = statement
    this.#layer = statement.layer
    this.#enough = statement.isDeny ? 0 : (statement.layer & RESOURCE) === 0 ? statement.layer : DIRECT
    this.#principal = statement.principal
    this.#condition = condition
  }

  /** An Allow of everything to everyone that the policy is attached to. */
  get isUnconditionalAllow(): boolean {
    return this.#enough !== 0 && this.#principal === undefined && this.#condition === undefined && this.isForEverything
  }

  /** Adds the statement to the tally if it matches and makes a difference. `layers` are those that have a say. */
  evaluate(request: AuthorizationRequest, layers: number, hasBoundary: boolean, tally: Tally): void {
    if ((this.#layer & layers) === 0 || (this.#enough & tally.granted) !== 0) return
    const { context } = request
    if (!this.matches(request.resource, context)) return
    const principal = this.#principal
    const kind = principal === undefined ? 'direct' : principal.match(request.principal, hasBoundary)
    if (kind === undefined) return
    if (this.#condition !== undefined && !this.#condition.holds(context)) return
    if (this.#enough === 0) tally.deny(this.statement)
    else tally.allow(this.statement, (this.#layer & RESOURCE) === 0 ? this.#layer : grantBit[kind])
  }
}
