import { test } from 'vitest'
import { type BaseOperator, baseOperators, type ConditionOperator } from '../document/policy-document.ts'
import { RequestContext } from '../request.ts'
import { AllTests, conditionTest } from './condition-test.ts'

type Value = string | readonly string[] | undefined

function holds(
  operator: string,
  values: readonly string[],
  actual: Value,
  context: Record<string, string | readonly string[]> = {},
): boolean {
  const entries = { ...context, ...(actual === undefined ? {} : { 'Test:Key': actual }) }
  return conditionTest({ operator: operatorOf(operator), key: 'test:KEY', values }, true).holds(new RequestContext(entries))
}

function operatorOf(text: string): ConditionOperator {
  const [, set, base, ifExists] = /^(?:(\w+):)?(\w+?)(IfExists)?$/.exec(text) ?? []
  return { base, set, ifExists: ifExists !== undefined } as ConditionOperator
}

/** For each operator a policy value, a value of the request that it matches and one that it does not. */
const samples: Record<Exclude<BaseOperator, 'Null'>, { policy: string; match: string; miss: string; negated?: true }> = {
  StringEquals: { policy: 'a*', match: 'a*', miss: 'ab' },
  StringNotEquals: { policy: 'a', match: 'a', miss: 'A', negated: true },
  StringEqualsIgnoreCase: { policy: 'aB', match: 'Ab', miss: 'abc' },
  StringNotEqualsIgnoreCase: { policy: 'aB', match: 'Ab', miss: 'abc', negated: true },
  StringLike: { policy: 'a*:?', match: 'ab:c', miss: 'Ab:c' },
  StringNotLike: { policy: 'a*', match: 'a', miss: 'b', negated: true },
  NumericEquals: { policy: '10', match: '10.0', miss: '11' },
  NumericNotEquals: { policy: '10', match: '1e1', miss: '11', negated: true },
  NumericLessThan: { policy: '10', match: '9.5', miss: '10' },
  NumericLessThanEquals: { policy: '10', match: '10', miss: '10.1' },
  NumericGreaterThan: { policy: '-1', match: '0', miss: '-1' },
  NumericGreaterThanEquals: { policy: '10', match: '10', miss: '9' },
  DateEquals: { policy: '2024-01-01', match: '2024-01-01T00:00:00Z', miss: '2024-01-02' },
  DateNotEquals: { policy: '2024', match: '2024-01-01T01:00:00+01:00', miss: '2025', negated: true },
  DateLessThan: { policy: '2024-01-01T00:00:00Z', match: '2023-12-31T23:59:59.9Z', miss: '2024-01-01' },
  DateLessThanEquals: { policy: '1704067200', match: '2024-01-01', miss: '1704067201' },
  DateGreaterThan: { policy: '2024-01', match: '2024-01-01T00:00:01Z', miss: '2024-01' },
  DateGreaterThanEquals: { policy: '2024-01', match: '2024', miss: '2023' },
  Bool: { policy: 'true', match: 'TRUE', miss: 'false' },
  BinaryEquals: { policy: 'QUI=', match: 'QUI=', miss: 'QUM=' },
  IpAddress: { policy: '203.0.113.0/24', match: '203.0.113.255', miss: '203.0.114.0' },
  NotIpAddress: { policy: '2001:db8::/32', match: '2001:db8::1', miss: '203.0.113.1', negated: true },
  ArnEquals: { policy: 'arn:aws:ecs:*:1:cluster/*', match: 'arn:aws:ecs:x:1:cluster/a:b', miss: 'arn:aws:ecs:x:y:1:cluster/a' },
  ArnLike: { policy: 'arn:aws:s3:::b*', match: 'arn:aws:s3:::bucket', miss: 'arn:aws:s3:::Bucket' },
  ArnNotEquals: { policy: 'arn:aws:s3:::b', match: 'arn:aws:s3:::b', miss: 'arn:aws:s3:::c', negated: true },
  ArnNotLike: { policy: 'arn:aws:s3:::b*', match: 'arn:aws:s3:::bc', miss: 'arn:aws:s3:::c', negated: true },
}

test('there is a sample for every operator', ({ expect }) => {
  expect(Object.keys(samples).toSorted()).toEqual(baseOperators.filter((name) => name !== 'Null').toSorted())
})

test.for(Object.entries(samples))('%s', ([operator, { policy, match, miss, negated = false }], { expect }) => {
  const some = ['nothing like it', policy] // any policy value may match
  const positive = !negated
  expect(holds(operator, some, match)).toBe(positive)
  expect(holds(operator, some, miss)).toBe(negated)
  expect(holds(operator, [], match)).toBe(negated)
  // Absent key; an empty list is one too.
  for (const absent of [undefined, []]) {
    expect(holds(operator, some, absent)).toBe(negated)
    expect(holds(`${operator}IfExists`, some, absent)).toBe(true)
    expect(holds(`ForAllValues:${operator}`, some, absent)).toBe(true)
    expect(holds(`ForAnyValue:${operator}`, some, absent)).toBe(false)
    expect(holds(`ForAnyValue:${operator}IfExists`, some, absent)).toBe(true)
    expect(holds(`ForAllValues:${operator}IfExists`, some, absent)).toBe(true)
  }
  expect(holds(`${operator}IfExists`, some, miss)).toBe(negated)
  // Several values: without a set operator positive is any, negated none.
  expect(holds(operator, some, [miss, match])).toBe(positive)
  expect(holds(operator, some, [miss, miss])).toBe(negated)
  expect(holds(operator, some, [match, match])).toBe(positive)
  expect(holds(`ForAllValues:${operator}`, some, [miss, match])).toBe(false)
  expect(holds(`ForAllValues:${operator}`, some, [match, match])).toBe(positive)
  expect(holds(`ForAllValues:${operator}`, some, [miss, miss])).toBe(negated)
  expect(holds(`ForAnyValue:${operator}`, some, [miss, match])).toBe(true)
  expect(holds(`ForAnyValue:${operator}`, some, [match, match])).toBe(positive)
  expect(holds(`ForAnyValue:${operator}`, some, [miss, miss])).toBe(negated)
  // One value under a set operator.
  expect(holds(`ForAllValues:${operator}`, some, match)).toBe(positive)
  expect(holds(`ForAnyValue:${operator}`, some, miss)).toBe(negated)
})

test('T-49 Null asks whether the key is there', ({ expect }) => {
  expect(holds('Null', ['true'], undefined)).toBe(true)
  expect(holds('Null', ['true'], [])).toBe(true)
  expect(holds('Null', ['true'], '')).toBe(false)
  expect(holds('Null', ['FALSE'], 'x')).toBe(true)
  expect(holds('Null', ['false'], undefined)).toBe(false)
  expect(holds('Null', ['true', 'false'], undefined)).toBe(true)
  expect(holds('Null', ['True', 'false'], 'x')).toBe(true)
  expect(holds('Null', ['yes'], undefined)).toBe(false)
  expect(holds('Null', ['yes'], 'x')).toBe(false)
})

test('an empty string is a value like any other', ({ expect }) => {
  expect(holds('StringEquals', [''], '')).toBe(true)
  expect(holds('StringLike', ['*'], '')).toBe(true)
  expect(holds('ForAllValues:StringEquals', ['a'], '')).toBe(false)
})

test('what cannot be read matches nothing, so negated operators hold', ({ expect }) => {
  expect(holds('NumericEquals', ['10'], 'ten')).toBe(false)
  expect(holds('NumericNotEquals', ['10'], 'ten')).toBe(true)
  expect(holds('NumericLessThan', ['ten'], '1')).toBe(false)
  expect(holds('DateLessThan', ['2024-13-01'], '2020')).toBe(false)
  expect(holds('NotIpAddress', ['10.0.0.0/8'], '10.0.0.300')).toBe(true)
  expect(holds('IpAddress', ['10.0.0.0/33'], '10.0.0.1')).toBe(false)
  expect(holds('ArnLike', ['arn:aws:s3:::*'], 'arn:aws:s3')).toBe(false)
  expect(holds('ArnLike', ['*'], 'arn:aws:s3:::b')).toBe(false)
  expect(holds('ArnNotLike', ['*'], 'arn:aws:s3:::b')).toBe(true)
  expect(holds('Bool', ['yes'], 'yes')).toBe(false)
  expect(holds('Bool', ['False'], 'FALSE')).toBe(true)
  expect(holds('Bool', ['false'], 'true')).toBe(false)
  expect(holds('Bool', ['true'], '')).toBe(false)
})

test('variables are substituted in String, Arn and Bool operators, and stay text in the others', ({ expect }) => {
  const context = { 'aws:PrincipalTag/Team': 'payments', who: 'arn:aws:s3:::b', yes: 'TRUE', one: '1', star: '*' }
  expect(holds('StringEquals', ['x', '${aws:PrincipalTag/team}'], 'payments', context)).toBe(true)
  expect(holds('StringEquals', ['${aws:PrincipalTag/other}'], '', context)).toBe(false)
  expect(holds('StringNotEquals', ['${aws:PrincipalTag/other}'], 'x', context)).toBe(true)
  expect(holds('StringEqualsIgnoreCase', ['${aws:PrincipalTag/TEAM}'], 'PAYMENTS', context)).toBe(true)
  expect(holds('StringLike', ['${aws:PrincipalTag/team}/*'], 'payments/x', context)).toBe(true)
  expect(holds('StringLike', ['${star}'], 'anything', context)).toBe(false)
  expect(holds('StringLike', ["${nobody, 'some'}one"], 'someone', context)).toBe(true)
  expect(holds('ArnEquals', ['${who}'], 'arn:aws:s3:::b', context)).toBe(true)
  expect(holds('Bool', ['${yes}'], 'true', context)).toBe(true)
  expect(holds('NumericEquals', ['${one}'], '1', context)).toBe(false)
  expect(holds('StringEquals', ['${aws:PrincipalTag/team'], '${aws:PrincipalTag/team', context)).toBe(false)
})

test('of several conditions each must hold', ({ expect }) => {
  const test = (key: string) => conditionTest({ operator: operatorOf('StringEquals'), key, values: ['yes'] }, true)
  const both = new AllTests([test('a'), test('b')])
  expect(both.holds(new RequestContext({ a: 'yes', b: 'yes' }))).toBe(true)
  expect(both.holds(new RequestContext({ a: 'no', b: 'yes' }))).toBe(false)
  expect(both.holds(new RequestContext({ a: 'yes', b: 'no' }))).toBe(false)
  expect(both.holds(new RequestContext({}))).toBe(false)
})

test('of few values and of many any one may match, and no other', ({ expect }) => {
  for (const count of [1, 2, 6, 7, 40]) {
    const values = Array.from({ length: count }, (_, i) => `v${i}`)
    for (const value of values) expect(holds('StringEquals', values, value), `${value} of ${count}`).toBe(true)
    for (const value of ['', 'v', `v${count}`, 'V0', 'v0 '])
      expect(holds('StringEquals', values, value), `${value} of ${count}`).toBe(false)
    const withVariable = [...values, '${who}']
    expect(holds('StringEquals', withVariable, `v${count - 1}`, { who: 'alice' })).toBe(true)
    expect(holds('StringEquals', withVariable, 'alice', { who: 'alice' })).toBe(true)
    expect(holds('StringEquals', withVariable, '${who}', { who: 'alice' })).toBe(false)
  }
})
