/** What a decision names as its reason, beyond the effect. */
import { test } from 'vitest'
import {
  account,
  decide,
  everything,
  federated,
  type Grant,
  grantTo,
  object,
  outcome,
  policy,
  root,
  service,
  session,
  silent,
  user,
} from '../../test/decide.ts'
import type { Decision } from '../decision.ts'
import { readPolicy } from '../document/read-policy.ts'
import { RequestContext } from '../request.ts'
import { authorize } from './authorize.ts'
import { compilePolicies } from './policy-set.ts'

const elsewhere: Grant = { Sid: 'Elsewhere', Action: 'sqs:*' }
const grant = (name: string, sid: string): Grant => ({ Sid: sid, Principal: { AWS: name } })
const sids = (decision: Decision): readonly (string | undefined)[] => ('by' in decision ? decision.by.map(({ sid }) => sid) : [])

test('a statement is told by its policy, its place and its Sid', ({ expect }) => {
  expect(decide(user, { identity: [policy('identity', elsewhere, { Sid: 'Here', Action: 's3:*' })] })).toEqual({
    effect: 'allow',
    grant: 'policy',
    by: [{ policyType: 'identity', policy: 'identity', statement: 1, sid: 'Here' }],
  })
  expect(decide(user, { identity: [everything], boundary: policy('boundary', {}, { Effect: 'Deny' }) })).toEqual({
    effect: 'explicit-deny',
    policyType: 'boundary',
    by: [{ policyType: 'boundary', policy: 'boundary', statement: 1, sid: undefined }],
  })
})

test('what needs no policy names no statement', ({ expect }) => {
  expect(decide(user, {}, { action: 'sts:GetCallerIdentity', resource: '*' })).toEqual({ effect: 'allow', grant: 'always-allowed', by: [] })
  expect(decide(root, {})).toEqual({ effect: 'allow', grant: 'root-user', by: [] })
})

test('of several Denies of a type the first is named, of several types the first in order', ({ expect }) => {
  const deny = (sid: string): Grant => ({ Sid: sid, Effect: 'Deny' })
  expect(
    sids(decide(user, { identity: [policy('identity', {}, deny('First'), deny('Second')), policy('identity', deny('Third'))] })),
  ).toEqual(['First'])
  const both = { identity: [policy('identity', deny('Identity'))], boundary: policy('boundary', deny('Boundary')) }
  expect(sids(decide(user, both))).toEqual(['Identity'])
  // Whichever is met first.
  const request = { principal: user, action: 's3:GetObject', resource: object, resourceAccount: account, context: new RequestContext({}) }
  const sets = [compilePolicies({ boundary: both.boundary }), compilePolicies({ identity: both.identity })]
  expect(sids(authorize(request, sets))).toEqual(['Identity'])
  expect(sids(authorize(request, sets.toReversed()))).toEqual(['Identity'])
})

test('of several Allows of the identity the first is named', ({ expect }) => {
  const allow = (sid: string, more: Grant = {}): Grant => ({ Sid: sid, Action: 's3:*', ...more })
  for (const more of [{}, { Resource: 'arn:aws:s3:::ledger/*' }, { Condition: { Null: { x: 'true' } } }])
    expect(sids(decide(user, { identity: [policy('identity', elsewhere, allow('First', more), allow('Second', more))] }))).toEqual([
      'First',
    ])
})

test('of several Allows of the resource the one that names the caller most closely is named, and limits it accordingly', ({ expect }) => {
  const { arn, roleArn } = session
  const direct = grant(arn, 'Direct')
  const role = grant(roleArn, 'Role')
  const ofAccount = grant(account, 'Account')
  for (const statements of [
    [direct, role, ofAccount],
    [ofAccount, role, direct],
    [role, direct, ofAccount],
    [role, ofAccount, direct],
  ]) {
    const decision = decide(session, { resource: policy('resource', ...statements), boundary: silent, session: [silent] })
    expect([outcome(decision), ...sids(decision)]).toEqual(['granted by resource', 'Direct'])
  }
  for (const statements of [
    [role, ofAccount, grant(roleArn, 'Second')],
    [ofAccount, role],
  ])
    expect(sids(decide(session, { resource: policy('resource', ...statements) }))).toEqual(['Role'])
  const broker = grant(federated.userArn, 'User')
  for (const statements of [
    [broker, ofAccount],
    [ofAccount, broker],
  ])
    expect(sids(decide(federated, { resource: policy('resource', ...statements), session: [everything] }))).toEqual(['User'])
})

test('what limits is not named as what grants', ({ expect }) => {
  const here: Grant = { Action: 's3:*', Resource: 'arn:aws:s3:::ledger/*' }
  const limits = {
    scp: [[policy('scp', here)]],
    rcp: [[policy('rcp', { Effect: 'Deny', Principal: '*', Action: 'sqs:*' })]],
    endpoint: [policy('endpoint', { ...here, Principal: '*' })],
    boundary: policy('boundary', here),
    session: [policy('session', here)],
  }
  expect(outcome(decide(session, { ...limits, identity: [policy('identity', here)] }))).toBe('granted by identity')
  expect(outcome(decide(session, { ...limits, resource: grantTo(session.roleArn) }))).toBe('granted by resource')
  expect(outcome(decide(session, limits))).toBe('no identity')
  const all = { scp: [[everything]], boundary: everything, session: [everything] }
  expect(outcome(decide(session, { ...all, identity: [policy('identity', here)] }))).toBe('granted by identity')
  expect(outcome(decide(session, { ...all, identity: [policy('identity', { Action: 'ecs:*' })] }))).toBe('no identity')
})

test('policies of a layer that has no say neither grant nor deny, and are not named', ({ expect }) => {
  const deny = policy('identity', { Effect: 'Deny' })
  expect(decide(root, { identity: [everything], boundary: everything, session: [everything] })).toMatchObject({ grant: 'root-user' })
  expect(decide(root, { identity: [deny], boundary: deny, session: [deny] })).toMatchObject({ grant: 'root-user' })
  expect(outcome(decide(root, { identity: [everything], resource: grantTo(account) }))).toBe('granted by resource')
  expect(outcome(decide(user, { identity: [everything], session: [deny] }))).toBe('granted by identity')
  expect(outcome(decide(service, { identity: [everything] }))).toBe('no resource')
  expect(outcome(decide(service, { identity: [everything], scp: [[deny]], resource: grantTo('*') }))).toBe('granted by resource')
  expect(outcome(decide({ kind: 'anonymous' }, { identity: [deny], resource: grantTo('*') }))).toBe('granted by resource')
})

test('a Deny with NotPrincipal hits whoever has a boundary, wherever the boundary is compiled', ({ expect }) => {
  const all = { NotPrincipal: { AWS: [user.arn, account] }, Effect: 'Deny', Action: 's3:*' } as const
  const limited = { identity: [everything], resource: policy('resource', all) }
  expect(outcome(decide(user, limited))).toBe('granted by identity')
  expect(outcome(decide(user, { ...limited, boundary: everything }))).toBe('resource denies')
})

test('the decision of one Allow with many resource policies names each of them', ({ expect }) => {
  const mine = compilePolicies({ identity: [everything] })
  const request = { principal: user, action: 's3:GetObject', resource: object, resourceAccount: account, context: new RequestContext({}) }
  const buckets = Array.from({ length: 200 }, (_, i) => {
    const statement = { Sid: `Bucket${i}`, Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }
    const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'resource', { name: `bucket ${i}` })
    if (!read.ok) throw new Error(read.problems[0].message)
    return compilePolicies({ resource: read.document })
  })
  for (const turn of [1, 2]) {
    const named = buckets.map((bucket) => sids(authorize(request, [mine, bucket])))
    expect(named, `turn ${turn}`).toEqual(buckets.map((_, i) => [undefined, `Bucket${i}`]))
  }
  const [one, other] = buckets
  if (one === undefined || other === undefined) throw new Error('two buckets')
  const decisions = [one, other, one, other].map((bucket) => authorize(request, [mine, bucket]))
  expect(decisions[0]).toEqual({
    effect: 'allow',
    grant: 'policy',
    by: [
      { policyType: 'identity', policy: 'identity', statement: 0, sid: undefined },
      { policyType: 'resource', policy: 'bucket 0', statement: 0, sid: 'Bucket0' },
    ],
  })
  // Kept as long as there are not too many of them.
  expect(decisions[2]).toBe(decisions[0])
  expect(decisions[3]).toBe(decisions[1])
  for (const bucket of buckets) authorize(request, [mine, bucket])
  expect(authorize(request, [mine, one])).not.toBe(decisions[0])
})
