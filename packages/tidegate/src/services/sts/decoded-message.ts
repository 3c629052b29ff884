/** What DecodeAuthorizationMessage shows of a denial: the members that AWS shows, as far as a trace tells them, and the trace. */
import type { ConditionTrace, StatementTrace, Trace } from '@tidegate/policy'

/**
 * `allowed`, `explicitDeny`, the statements that deny and the context of the request: its condition keys are those that the policies asked for.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */
export function decodedMessage(traceText: string): string {
  const trace = JSON.parse(traceText) as Trace
  const { decision, caller, action, resource, layers } = trace
  const statements = layers.flatMap((layer) => layer.statements)
  const denying = statements.filter(({ applies, effect }) => applies && effect === 'Deny')
  return JSON.stringify({
    allowed: decision.effect === 'allow',
    explicitDeny: decision.effect === 'explicit-deny',
    matchedStatements: itemsOf(denying.map(statementShape)),
    failures: itemsOf([]),
    context: { principal: { arn: caller }, action, resource, conditions: itemsOf(keysIn(statements)) },
    trace,
  })
}

function statementShape({ sid = '', policy, conditions = [] }: StatementTrace): object {
  const asked = conditions.map(({ key, expected }) => ({ key, values: valuesOf(expected) }))
  return { statementId: sid, effect: 'DENY', sourcePolicyId: policy, conditions: itemsOf(asked) }
}

/** The keys that the request has, each once, with their values. */
function keysIn(statements: readonly StatementTrace[]): object[] {
  const found = new Map<string, ConditionTrace['actual']>()
  for (const { conditions = [] } of statements) for (const { key, actual } of conditions) found.set(key, actual)
  return [...found].flatMap(([key, actual]) => (actual === null ? [] : [{ key, values: valuesOf([actual].flat()) }]))
}

const valuesOf = (values: readonly (string | null)[]): object => itemsOf(values.map((value) => ({ value })))
const itemsOf = <T>(items: readonly T[]): { readonly items: readonly T[] } => ({ items })
