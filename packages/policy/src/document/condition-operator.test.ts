import { test } from 'vitest'
import { conditionOperator } from './condition-operator.ts'
import { baseOperators, operatorText } from './policy-document.ts'

test.for([
  '',
  'StringMatches',
  'NullIfExists',
  'ForAnyValue:Null',
  'ForAllValues:NullIfExists',
  'ForSomeValues:StringLike',
  'ForAnyValue::StringEquals',
  'ForAnyValue:',
  'StringEqualsIfExistsIfExists',
  'ForAnyValue:ForAllValues:StringEquals',
  ' StringEquals',
  '__proto__',
  'x'.repeat(100_000),
])('%j is no operator', (name, { expect }) => {
  expect(conditionOperator(name)).toBeUndefined()
})

test('every operator reads as itself, with every prefix and suffix it may have', ({ expect }) => {
  for (const base of baseOperators) {
    for (const set of base === 'Null' ? [undefined] : ([undefined, 'ForAllValues', 'ForAnyValue'] as const)) {
      for (const ifExists of base === 'Null' ? [false] : [false, true])
        expect(conditionOperator(operatorText({ base, set, ifExists }))).toEqual({ base, set, ifExists })
    }
  }
})

test('names are read without regard to case', ({ expect }) => {
  expect(conditionOperator('foranyvalue:ARNEqualsIFEXISTS')).toEqual({ base: 'ArnEquals', set: 'ForAnyValue', ifExists: true })
})
