/** A policy of many statements decides as one of few does, and a decision looks at the few of them that can match. */
import { test, vi } from 'vitest'
import { account, decide, type Grant, object, outcome, policy, user } from '../../test/decide.ts'
import { RequestContext } from '../request.ts'
import { authorize } from './authorize.ts'
import { Candidate } from './candidate.ts'
import { compilePolicies, type Policies } from './policy-set.ts'

const many = Array.from({ length: 40 }, (_, i) => i)
const team = 'aws:PrincipalTag/team'
const ofTeam = (name: string | readonly string[], more: Grant = {}): Grant => ({ Condition: { StringEquals: { [team]: name } }, ...more })
/** Statements that ask for teams that nobody is of. */
const ofOthers = many.map((i) => ofTeam(`other-${i}`))

const ask = (statements: readonly Grant[], context: Record<string, string | readonly string[]> = {}): string =>
  outcome(decide(user, { identity: [policy('identity', ...statements)] }, { context: new RequestContext(context) }))

/** How many statements a decision looks at, and how often it looks into the context. */
function costOf(policies: Policies, given: Record<string, string | readonly string[]> = {}, resource = object): [number, number] {
  const context = new RequestContext(given)
  const request = { principal: user, action: 's3:GetObject', resource, resourceAccount: account, context }
  const set = compilePolicies(policies)
  authorize(request, [set])
  const visits = vi.spyOn(Candidate.prototype, 'evaluate')
  const looks = vi.spyOn(context, 'get')
  try {
    authorize(request, [set])
    return [visits.mock.calls.length, looks.mock.calls.length]
  } finally {
    visits.mockRestore()
    looks.mockRestore()
  }
}

test('among many resources each statement is found by its own, and no other is', ({ expect }) => {
  const buckets = policy('identity', ...many.map((i) => ({ Sid: `S${i}`, Resource: `arn:aws:s3:::bucket-${i}/*` })))
  const found = many.map((i) => {
    const decision = decide(user, { identity: [buckets] }, { resource: `arn:aws:s3:::bucket-${i}/x` })
    return 'by' in decision ? decision.by.map(({ sid }) => sid) : []
  })
  expect(found).toEqual(many.map((i) => [`S${i}`]))
  expect(outcome(decide(user, { identity: [buckets] }, { resource: 'arn:aws:s3:::bucket-40/x' }))).toBe('no identity')
  expect(outcome(decide(user, { identity: [buckets] }, { resource: 'arn:aws:s3:::bucket-' }))).toBe('no identity')
})

test('a decision looks at statements whose resource begins as the request has it', ({ expect }) => {
  const buckets = policy('identity', ...many.map((i) => ({ Resource: `arn:aws:s3:::bucket-${i}/*` })))
  expect(costOf({ identity: [buckets] }, {}, 'arn:aws:s3:::bucket-7/x')).toEqual([1, 0])
  expect(costOf({ identity: [buckets] }, {}, 'arn:aws:s3:::bucket-77/x')[0]).toBeLessThanOrEqual(1)
  expect(costOf({ identity: [buckets] }, {}, '*')).toEqual([0, 0])
})

test('many statements of one resource are told apart by the value that they ask for', ({ expect }) => {
  const statements = many.map((i) => ofTeam(`team-${i}`))
  expect(costOf({ identity: [policy('identity', ...statements)] }, { [team]: 'team-7' })).toEqual([1, 2])
  expect(costOf({ identity: [policy('identity', ...statements)] }, { [team]: 'team-40' })).toEqual([0, 1])
  expect(costOf({ identity: [policy('identity', ...statements)] })).toEqual([0, 1])
})

test('an Allow of everything is not looked at, and ends the search for other Allows', ({ expect }) => {
  expect(costOf({ identity: [policy('identity', {})], scp: [[policy('scp', {})]] })).toEqual([0, 0])
  const conditional = { Condition: { StringLike: { [team]: 'red*' } } }
  expect(costOf({ identity: [policy('identity', {}, conditional, conditional)] }, { [team]: 'red' })).toEqual([2, 0])
  expect(costOf({ identity: [policy('identity', conditional, conditional)] }, { [team]: 'red' })).toEqual([2, 1])
  expect(costOf({ identity: [policy('identity', {}, { ...conditional, Effect: 'Deny' })] }, { [team]: 'blue' })).toEqual([1, 1])
})

test('a statement is found by each of the values that it asks for', ({ expect }) => {
  const both = [...ofOthers, ofTeam(['red', 'blue'])]
  expect(ask(both, { [team]: 'red' })).toBe('granted by identity')
  expect(ask(both, { [team]: 'blue' })).toBe('granted by identity')
  expect(ask(both, { [team]: 'green' })).toBe('no identity')
  expect(ask(both)).toBe('no identity')
  expect(ask([{}, ...both, ofTeam('red', { Effect: 'Deny' })], { [team]: 'red' })).toBe('identity denies')
  expect(ask([...both, ofTeam('red', { Effect: 'Deny' })], { [team]: 'blue' })).toBe('granted by identity')
})

test('the name of the key counts without regard to case', ({ expect }) => {
  const shouted = { Condition: { StringEquals: { [team.toUpperCase()]: 'red' } } }
  expect(ask([...ofOthers, shouted], { [team]: 'red' })).toBe('granted by identity')
  expect(ask([...ofOthers, shouted], { [team.toLowerCase()]: 'blue' })).toBe('no identity')
})

test('a key with several values finds the statements of each of them', ({ expect }) => {
  expect(ask([...ofOthers, ofTeam('red')], { [team]: ['blue', 'red'] })).toBe('granted by identity')
  expect(ask([...ofOthers, ofTeam('red')], { [team]: ['blue', 'green'] })).toBe('no identity')
  const any = { Condition: { 'ForAnyValue:StringEquals': { [team]: 'red' } } }
  expect(ask([...ofOthers, any], { [team]: ['blue', 'red'] })).toBe('granted by identity')
  expect(ask([...ofOthers, any], { [team]: ['blue'] })).toBe('no identity')
})

test('what asks for the key in another way is not overlooked', ({ expect }) => {
  for (const [operator, value, context] of [
    ['StringLike', 'r*', 'red'],
    ['StringNotEquals', 'blue', 'red'],
    ['StringEqualsIgnoreCase', 'RED', 'red'],
    ['StringEqualsIfExists', 'red', 'red'],
    ['StringEqualsIfExists', 'red', []],
    ['ForAllValues:StringEquals', 'red', []],
    ['ForAllValues:StringEquals', ['red', 'blue'], ['red', 'blue']],
    ['ForAnyValue:StringEqualsIfExists', 'red', []],
    ['Null', 'true', []],
    ['StringEquals', '${aws:username}', 'alice'],
    ['StringEquals', ['nobody', '${aws:username}'], 'alice'],
  ] as const) {
    const statement = { Condition: { [operator]: { [team]: value } } }
    const given = { 'aws:username': 'alice', ...(context.length > 0 && { [team]: context }) }
    for (const order of [
      [...ofOthers, statement],
      [statement, ...ofOthers],
    ])
      expect(ask(order, given), `${operator} ${value.toString()}`).toBe('granted by identity')
  }
})

test('of two keys that a statement asks for both must be as asked', ({ expect }) => {
  const both = { Condition: { StringEquals: { [team]: 'red', 's3:prefix': 'a' } } }
  const prefixes = many.map((i) => ({ Condition: { StringEquals: { 's3:prefix': `other-${i}` } } }))
  for (const others of [ofOthers, prefixes, [...ofOthers, ...prefixes]]) {
    expect(ask([...others, both], { [team]: 'red', 's3:prefix': 'a' })).toBe('granted by identity')
    expect(ask([...others, both], { [team]: 'red', 's3:prefix': 'b' })).toBe('no identity')
    expect(ask([...others, both], { [team]: 'blue', 's3:prefix': 'a' })).toBe('no identity')
    expect(ask([...others, both], { [team]: 'red' })).toBe('no identity')
  }
})

test('in the older language a variable is a value like any other', ({ expect }) => {
  const statements = [...ofOthers, ofTeam('${aws:username}')]
  const older = { ...policy('identity', ...statements), version: '2008-10-17' } as const
  const request = (value: string) => ({ context: new RequestContext({ 'aws:username': 'alice', [team]: value }) })
  expect(outcome(decide(user, { identity: [older] }, request('${aws:username}')))).toBe('granted by identity')
  expect(outcome(decide(user, { identity: [older] }, request('alice')))).toBe('no identity')
})

test('statements of several resources are each filed at their own', ({ expect }) => {
  const statements = many.flatMap((i) => [
    ofTeam(`team-${i}`, { Resource: 'arn:aws:s3:::ledger/*' }),
    ofTeam(`team-${i}`, { Resource: ['arn:aws:s3:::archive/*', `arn:aws:s3:::home/${i}`] }),
  ])
  const at = (resource: string, name: string): string =>
    outcome(decide(user, { identity: [policy('identity', ...statements)] }, { resource, context: new RequestContext({ [team]: name }) }))
  expect(at('arn:aws:s3:::ledger/x', 'team-0')).toBe('granted by identity')
  expect(at('arn:aws:s3:::archive/x', 'team-39')).toBe('granted by identity')
  expect(at('arn:aws:s3:::home/7', 'team-7')).toBe('granted by identity')
  expect(at('arn:aws:s3:::home/7', 'team-8')).toBe('no identity')
  expect(at('arn:aws:s3:::ledger', 'team-0')).toBe('no identity')
  expect(at('arn:aws:s3:::ledger/x', 'team-40')).toBe('no identity')
})
