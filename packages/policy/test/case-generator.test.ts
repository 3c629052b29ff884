/** The generator is only as good as what it reaches: fails when an outcome, an operator or a kind of caller is hardly ever drawn. */
import { test } from 'vitest'
import { baseOperators } from '../src/document/policy-document.ts'
import { caseOf, minimized } from './case-generator.ts'
import { type EvaluationCase, principalKinds, referenceDecision, type StatementJson } from './reference.ts'

const cases = Array.from({ length: 20_000 }, (_, index) => caseOf(index))

const casesByOperator = Map.groupBy(
  cases.flatMap((one) => operatorsOf(one).map((operator) => ({ operator, one }))),
  ({ operator }) => operator,
)

test('the same seed draws the same case', ({ expect }) => {
  expect(caseOf(4711)).toEqual(caseOf(4711))
  expect(caseOf(4711)).not.toEqual(caseOf(4712))
})

test('each outcome is at least 15 percent of the cases', ({ expect }) => {
  const outcomes = cases.map((one) => referenceDecision(one))
  for (const outcome of ['allow', 'implicitDeny', 'explicitDeny'] as const) {
    expect(outcomes.filter((decided) => decided === outcome).length / cases.length, outcome).toBeGreaterThan(0.15)
  }
})

test.for(principalKinds)('callers of kind %s get every outcome', (kind, { expect }) => {
  const outcomes = cases.filter(({ request }) => request.principalType === kind).map((one) => referenceDecision(one))
  for (const outcome of ['allow', 'implicitDeny', 'explicitDeny']) {
    expect(outcomes.filter((decided) => decided === outcome).length, outcome).toBeGreaterThan(20)
  }
})

test.for(operatorForms())('%s decides cases, both ways', (operator, { expect }) => {
  const conditional = (casesByOperator.get(operator) ?? []).map(({ one }) => one)
  const deciding = conditional.filter((one) => referenceDecision(withoutConditions(one, operator)) !== referenceDecision(one))
  expect(conditional.length).toBeGreaterThan(10)
  expect(deciding.length).toBeGreaterThan(0)
  expect(deciding.length).toBeLessThan(conditional.length)
})

test.for([
  ['NotAction', ({ NotAction }) => NotAction !== undefined],
  ['NotResource', ({ NotResource }) => NotResource !== undefined],
  ['NotPrincipal', ({ NotPrincipal }) => NotPrincipal !== undefined],
  ['statements without a resource', ({ Resource, NotResource }) => Resource === undefined && NotResource === undefined],
  ['variables in a resource', ({ Resource }) => /\$\{aws:/i.test(JSON.stringify(Resource ?? ''))],
  ['variables in a condition', ({ Condition }) => /\$\{aws:/i.test(JSON.stringify(Condition ?? ''))],
  ['variables with a default', (statement) => /\$\{[^}]*, '/.test(JSON.stringify(statement))],
  ['escaped wildcards', (statement) => /\$\{[*?$]\}/.test(JSON.stringify(statement))],
] satisfies [string, (statement: StatementJson) => boolean][])('%s are drawn', ([, has], { expect }) => {
  expect(cases.filter((one) => statementsOf(one).some(has)).length).toBeGreaterThan(100)
})

test('a counterexample is reduced to what it hangs on', ({ expect }) => {
  const fails = (one: EvaluationCase) => referenceDecision(one) === 'explicitDeny'
  const denied = cases.find((one) => fails(one) && JSON.stringify(one).length > 2000)
  if (denied === undefined) throw new Error('no large case with an explicit deny')
  const smallest = minimized(denied, fails)
  expect(fails(smallest)).toBe(true)
  expect(statementsOf(smallest)).toHaveLength(1)
})

/** Every operator alone, and with every prefix and suffix it takes. */
function operatorForms(): readonly string[] {
  return baseOperators.flatMap((base) => {
    if (base === 'Null') return [base]
    return ['', 'ForAllValues:', 'ForAnyValue:'].flatMap((set) => [`${set}${base}`, `${set}${base}IfExists`])
  })
}

function operatorsOf(one: EvaluationCase): readonly string[] {
  return [...new Set(statementsOf(one).flatMap(({ Condition = {} }) => Object.keys(Condition)))]
}

function statementsOf({ policies }: EvaluationCase): readonly StatementJson[] {
  const { identity, resource, boundary, session, scp, rcp, vpce = [] } = policies
  const documents = [...identity, ...session, ...scp.flat(), ...rcp.flat(), ...vpce, ...[resource ?? [], boundary ?? []].flat()]
  return documents.flatMap(({ Statement }) => Statement)
}

/** The case with every condition of this operator left out. */
function withoutConditions(one: EvaluationCase, operator: string): EvaluationCase {
  return JSON.parse(JSON.stringify(one, (key, value) => (key === operator ? undefined : value)))
}
