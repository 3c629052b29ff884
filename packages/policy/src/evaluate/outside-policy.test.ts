import { test } from 'vitest'
import { account, decide, everything, federated, grantTo, outcome, root, session, user } from '../../test/decide.ts'
import type { Principal } from '../request.ts'

const role = `arn:aws:iam::${account}:role/target`
const allowAll = { identity: [everything], session: [everything], resource: grantTo('*') }

/** The actions that no policy can give to the credentials. */
function limitsOf(principal: Principal): readonly string[] {
  return actions.filter((action) => outcome(decide(principal, allowAll, { action, resource: role })) === 'no session-type')
}

const actions = [
  'sts:AssumeRole',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
  'sts:AssumeRoleWithSAML',
  'sts:GetFederationToken',
  'sts:GetSessionToken',
  'sts:GetCallerIdentity',
  'iam:GetUser',
  'iam:PassRole', // no call to IAM
  's3:GetObject',
  'stsx:AssumeRole',
]

test.for<[string, Principal, readonly string[]]>([
  ['an IAM user with access keys', user, []],
  ['the root user', root, ['sts:AssumeRole']],
  ['a role session', session, ['sts:GetFederationToken', 'sts:GetSessionToken']],
  ['a federated user', federated, actions.slice(0, 9).filter((action) => action !== 'sts:GetCallerIdentity')],
  [
    'a session of GetSessionToken with MFA',
    { ...user, temporary: 'with-mfa' },
    ['sts:AssumeRoleWithSAML', 'sts:GetFederationToken', 'sts:GetSessionToken'],
  ],
  [
    'a session of GetSessionToken without MFA',
    { ...user, temporary: 'without-mfa' },
    ['sts:AssumeRoleWithSAML', 'sts:GetFederationToken', 'sts:GetSessionToken', 'iam:GetUser'],
  ],
  ['a service', { kind: 'service', name: 'ecs-tasks.amazonaws.com' }, []],
  ['whoever comes with a token', { kind: 'federated', provider: 'idp.example' }, []],
  ['nobody', { kind: 'anonymous' }, []],
])('what no policy can give to %s', ([, principal, limits], { expect }) => {
  expect(limitsOf(principal)).toEqual(limits)
})

test('GetSessionToken needs no permission of users and root, and of nobody else', ({ expect }) => {
  const ask = (principal: Principal): string => outcome(decide(principal, {}, { action: 'sts:GetSessionToken', resource: '*' }))
  expect(ask(user)).toBe('always-allowed')
  expect(ask(root)).toBe('always-allowed')
  expect(ask({ kind: 'service', name: 'ecs-tasks.amazonaws.com' })).toBe('no resource')
  expect(ask({ kind: 'anonymous' })).toBe('no resource')
  expect(outcome(decide(user, {}, { action: 'sts:GetFederationToken', resource: '*' }))).toBe('no identity')
})

// Which resources are reached through their own policy alone: elsewhere the identity's Allow is enough.
test.for([
  ['sts:AssumeRole', `arn:aws:iam::${account}:role/target`, true],
  ['sts:AssumeRole', `arn:aws-us-gov:iam::${account}:role/path/target`, true],
  ['sts:AssumeRole', 'arn:aws:iam:us-east-1:x:role/target', true],
  ['sts:AssumeRole', `urn:aws:iam::${account}:role/target`, false],
  ['sts:AssumeRole', `arn:aws:iam::${account}:user/target`, false],
  ['sts:AssumeRole', `arn:aws:kms::${account}:role/target`, false],
  ['sts:AssumeRole', `arn:aws:iamx::${account}:role/target`, false],
  ['sts:AssumeRole', 'arn:aws:iam::role/target', false],
  ['sts:AssumeRole', 'iam:role/target', false],
  ['sts:AssumeRole', 'role/target', false],
  ['sts:AssumeRole', 'arn:', false],
  ['sts:AssumeRole', '', false],
  ['iam:GetRole', `arn:aws:iam::${account}:role/target`, false],
  ['kms:Decrypt', `arn:aws:kms:eu-west-1:${account}:key/1`, true],
  ['kms:Decrypt', `arn:aws:kms:eu-west-1:${account}:alias/key/1`, false],
  ['kms:Decrypt', `arn:aws:iam::${account}:role/target`, false],
  ['kms:Decrypt', `arn:aws:iot:eu-west-1:${account}:key/1`, false],
  ['sts:AssumeRole', `arn:aws:iot:eu-west-1:${account}:role/target`, false],
  ['s3:GetObject', `arn:aws:kms:eu-west-1:${account}:key/1`, false],
] as const)('%s on %s asks the policy of the resource: %s', ([action, resource, isStrict], { expect }) => {
  expect(outcome(decide(user, { identity: [everything] }, { action, resource }))).toBe(isStrict ? 'no resource' : 'granted by identity')
})
