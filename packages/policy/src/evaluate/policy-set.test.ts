import { test } from 'vitest'
import { account, object, outcome, policy, user } from '../../test/decide.ts'
import { RequestContext } from '../request.ts'
import { actionOf } from './action.ts'
import { authorize } from './authorize.ts'
import { compilePolicies, type PolicySet } from './policy-set.ts'

const ask = (set: PolicySet, action: string): string =>
  outcome(authorize({ principal: user, action, resource: object, resourceAccount: account, context: new RequestContext({}) }, [set]))
const sidsAbout = (set: PolicySet, action: string): readonly unknown[] =>
  set.about(actionOf(action)).statements.map(({ source }) => source.sid)

const set = compilePolicies({
  identity: [
    policy('identity', { Sid: 'Read', Action: ['s3:Get*', 's3:List*'] }, { Sid: 'All', Action: 's3:*' }),
    policy('identity', { Sid: 'NotIam', NotAction: 'iam:*' }, { Sid: 'NoDelete', Effect: 'Deny', Action: 's3:Delete*' }),
  ],
})

test('about an action are the statements whose Action covers it and whose NotAction does not', ({ expect }) => {
  expect(sidsAbout(set, 's3:GetObject')).toEqual(['Read', 'All', 'NotIam'])
  expect(sidsAbout(set, 's3:DeleteObject')).toEqual(['All', 'NotIam', 'NoDelete'])
  expect(sidsAbout(set, 'ecs:RunTask')).toEqual(['NotIam'])
  expect(sidsAbout(set, 'iam:GetRole')).toEqual([])
  expect(set.statements.map(({ source }) => source.sid)).toEqual(['Read', 'All', 'NotIam', 'NoDelete'])
})

test('actions that the same statements are about share what was made for the first, and only they', ({ expect }) => {
  const about = (action: string) => set.about(actionOf(action))
  expect(about('s3:ListBucket')).toBe(about('s3:GetObject'))
  expect(about('S3:getobject')).toBe(about('s3:GetObject'))
  expect(about('s3:PutObject')).not.toBe(about('s3:GetObject'))
})

// In either order: the statements about one action may be the beginning of those about another.
test.for([
  ['ecs:RunTask', 'ecs:StopTask'],
  ['ecs:StopTask', 'ecs:RunTask'],
])('what was made for %s is not taken for %s where there is one statement more', (order, { expect }) => {
  const more = compilePolicies({
    identity: [policy('identity', { Action: 'ecs:*' }, { Effect: 'Deny', Action: 'ecs:Stop*' }, { Effect: 'Deny', Action: 'ecs:Delete*' })],
  })
  const outcomes = new Map(order.map((action) => [action, ask(more, action)]))
  expect(outcomes.get('ecs:RunTask')).toBe('granted by identity')
  expect(outcomes.get('ecs:StopTask')).toBe('identity denies')
  expect(ask(more, 'ecs:DeleteCluster')).toBe('identity denies')
  expect(ask(more, 's3:GetObject')).toBe('no identity')
})

test('what is made for an action is kept, as long as there are not too many of them', ({ expect }) => {
  const about = (action: string) => set.about(actionOf(action))
  const [get, put] = [about('s3:GetObject'), about('s3:PutObject')]
  expect(about('s3:GetObject')).toBe(get)
  expect(about('s3:PutObject')).toBe(put)
  for (let i = 0; i < 1100; i++) about(`iam:Action${i}`)
  expect(about('s3:GetObject')).not.toBe(get)
  expect(about('s3:GetObject').statements).toEqual(get.statements)
})

test('as many of one as of the other are still others', ({ expect }) => {
  const both = { Action: ['ecs:StopTask', 'ecs:RunTask'] }
  for (const order of [
    ['ecs:RunTask', 'ecs:StopTask'],
    ['ecs:StopTask', 'ecs:RunTask'],
  ]) {
    const half = compilePolicies({
      identity: [policy('identity', both, { Effect: 'Deny', Action: 'ecs:StopTask' }, { Action: 'ecs:RunTask' })],
    })
    const outcomes = new Map(order.map((action) => [action, ask(half, action)]))
    expect(Object.fromEntries(outcomes)).toEqual({ 'ecs:RunTask': 'granted by identity', 'ecs:StopTask': 'identity denies' })
  }
  const apart = compilePolicies({ identity: [policy('identity', { Action: 'ecs:*' }, { Effect: 'Deny', Action: 's3:*' })] })
  expect(ask(apart, 'ecs:RunTask')).toBe('granted by identity')
  expect(ask(apart, 's3:GetObject')).toBe('identity denies')
})

test('however many actions are asked for, each is decided as before', ({ expect }) => {
  const names = Array.from({ length: 1100 }, (_, i) => `made-up:Action${i}${i % 2 === 1 ? 'Odd' : 'Even'}`)
  const odd = compilePolicies({ identity: [policy('identity', { Action: 'made-up:*Odd' })] })
  for (const turn of [1, 2])
    expect(
      names.map((name) => ask(odd, name)),
      `turn ${turn}`,
    ).toEqual(names.map((name) => (name.endsWith('Odd') ? 'granted by identity' : 'no identity')))
})

test('policies in a list, and lists that are left out or empty, count as what they hold', ({ expect }) => {
  expect(compilePolicies({}).present).toBe(0)
  expect(compilePolicies({ scp: [] }).present).toBe(0)
  expect(compilePolicies({ identity: [] }).present).not.toBe(0)
  expect(compilePolicies({}).statements).toEqual([])
})
