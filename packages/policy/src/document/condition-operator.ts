/** Names of condition operators: `[ForAllValues:|ForAnyValue:]Operator[IfExists]`, read without regard to case. */
import { baseOperators, operatorText } from './policy-document.ts'
import type { ConditionOperator } from './policy-document.ts'

/** The operator of that name; one shared object each. `Null` takes neither a set prefix nor `IfExists`. */
export function conditionOperator(name: string): ConditionOperator | undefined {
  return byName.get(name) ?? (name.length > longestName ? undefined : byLowerCaseName.get(name.toLowerCase()))
}

const setPrefixes = [undefined, 'ForAllValues', 'ForAnyValue'] as const

const operators: readonly ConditionOperator[] = baseOperators.flatMap((base): ConditionOperator[] =>
  base === 'Null'
    ? [Object.freeze({ base, set: undefined, ifExists: false })]
    : setPrefixes.flatMap((set) => [false, true].map((ifExists) => Object.freeze({ base, set, ifExists }))),
)
const byName: ReadonlyMap<string, ConditionOperator> = new Map(operators.map((operator) => [operatorText(operator), operator]))
const byLowerCaseName: ReadonlyMap<string, ConditionOperator> = new Map(
  operators.map((operator) => [operatorText(operator).toLowerCase(), operator]),
)
const longestName = Math.max(...operators.map((operator) => operatorText(operator).length))
