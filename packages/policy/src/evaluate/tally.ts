/** What the statements that matched add up to, for one request. One tally serves all requests, one after the other: deciding never waits. */
import { policyTypes } from '../decision.ts'
import type { CompiledStatement } from './compiled-statement.ts'
import { IDENTITY, RESOURCE } from './layers.ts'

export class Tally {
  /** Layers that have an Allow. */
  granted = 0
  /** The Deny to name: of the first policy type in AWS's order. */
  denial: CompiledStatement | undefined = undefined
  identityGrant: CompiledStatement | undefined = undefined
  /** The Allow of a resource policy that names the principal most closely. */
  resourceGrant: CompiledStatement | undefined = undefined
  #resourceGrantBit = 0

  clear(): void {
    this.granted = 0
    this.denial = undefined
    this.identityGrant = undefined
    this.resourceGrant = undefined
    this.#resourceGrantBit = 0
  }

  deny(statement: CompiledStatement): void {
    const earlier = this.denial
    if (earlier === undefined || policyTypes.indexOf(statement.policyType) < policyTypes.indexOf(earlier.policyType))
      this.denial = statement
  }

  allow(statement: CompiledStatement, bit: number): void {
    this.granted |= bit
    if (bit === IDENTITY) this.identityGrant ??= statement
    else if ((bit & RESOURCE) !== 0 && (this.#resourceGrantBit === 0 || bit < this.#resourceGrantBit)) {
      this.resourceGrant = statement
      this.#resourceGrantBit = bit
    }
  }
}
