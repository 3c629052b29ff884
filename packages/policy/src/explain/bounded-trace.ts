/** A trace that fits where it is kept: of very large policies only the statements that tell most. */
import type { LayerTrace, Mismatch, StatementTrace, Trace } from './trace.ts'

/**
 * At most `most` statements of each layer: those that apply first, then those that nearly do. What is left out is counted with
 * `otherStatements`. Lists of patterns and values are cut to twenty, with a last item that says how many there are more.
 */
export function boundedTrace(trace: Trace, most: number): Trace {
  return { ...trace, layers: trace.layers.map((layer) => boundedLayer(layer, most)), missingKeys: cut(trace.missingKeys) }
}

function boundedLayer({ statements, otherStatements, ...layer }: LayerTrace, most: number): LayerTrace {
  const kept = new Set(statements.toSorted((a, b) => distance(a) - distance(b)).slice(0, most))
  return {
    ...layer,
    statements: statements.filter((statement) => kept.has(statement)).map(boundedStatement),
    otherStatements: otherStatements + statements.length - kept.size,
  }
}

/** How far a statement is from applying: by the element that does not match first, in the order in which they are looked at. */
function distance({ mismatch }: StatementTrace): number {
  return mismatch === undefined ? 0 : distances[mismatch.element]
}

function boundedStatement({ mismatch, conditions, ...statement }: StatementTrace): StatementTrace {
  return {
    ...statement,
    ...(mismatch && { mismatch: boundedElement(mismatch) }),
    ...(conditions && { conditions: conditions.slice(0, LISTED).map(boundedElement) }),
  }
}

function boundedElement<T extends Mismatch>(element: T): T {
  const { expected, substituted, actual } = element
  return {
    ...element,
    expected: cut(expected),
    ...(substituted && { substituted: cut(substituted) }),
    actual: actual === null || typeof actual === 'string' ? actual : cut(actual),
  }
}

function cut<T>(items: readonly T[]): readonly (T | string)[] {
  return items.length <= LISTED ? items : [...items.slice(0, LISTED), `... ${items.length - LISTED} more`]
}

const distances: Readonly<Record<Mismatch['element'], number>> = {
  Condition: 1,
  Principal: 2,
  NotPrincipal: 2,
  Resource: 3,
  NotResource: 3,
  Action: 4,
  NotAction: 4,
}
const LISTED = 20
