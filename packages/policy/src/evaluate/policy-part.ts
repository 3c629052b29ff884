/** A document in the layer that it belongs to, and what was compiled of it. */
import type { PolicyType } from '../decision.ts'
import type { PolicyDocument, Statement } from '../document/policy-document.ts'
import { mayHaveVariable } from '../match/pattern.ts'
import { CompiledStatement } from './compiled-statement.ts'

export class PolicyPart {
  readonly policyType: PolicyType
  readonly layer: number
  readonly document: PolicyDocument
  /** Statements that remember what a request filled in for their variables, which would be another thing with each principal. */
  #own: Map<Statement, CompiledStatement> | undefined

  constructor(policyType: PolicyType, layer: number, document: PolicyDocument) {
    this.policyType = policyType
    this.layer = layer
    this.document = document
    this.#own = undefined
  }

  /** Compiles a statement of the document when it is first asked for. */
  compiled(statement: Statement): CompiledStatement {
    const table = mayHaveVariables(statement) ? (this.#own ??= new Map()) : sharedIn(this.layer)
    let compiled = table.get(statement)
    if (compiled === undefined) {
      compiled = new CompiledStatement(this.policyType, this.layer, this.document, statement)
      table.set(statement, compiled)
    }
    return compiled
  }
}

function sharedIn(layer: number): WeakMap<Statement, CompiledStatement> {
  let table = shared.get(layer)
  if (table === undefined) {
    table = new WeakMap()
    shared.set(layer, table)
  }
  return table
}

function mayHaveVariables({ resource, conditions }: Statement): boolean {
  return resource?.patterns.some(mayHaveVariable) === true || conditions.some(({ values }) => values.some(mayHaveVariable))
}

/** By layer. A document that many sets have, such as a permissions boundary, is compiled once. */
const shared = new Map<number, WeakMap<Statement, CompiledStatement>>()
