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
import type { PolicyDocument, PolicyKind } from '../document/policy-document.ts'
import { type AuthorizationRequest, type Principal, RequestContext } from '../request.ts'
import { authorize, authorizeAll } from './authorize.ts'
import { compilePolicies, type Policies } from './policy-set.ts'

const other = '444455556666'
const key = `arn:aws:kms:us-east-1:${account}:key/1`
const role = `arn:aws:iam::${account}:role/target`

test('nothing is allowed by default', ({ expect }) => {
  expect(
    outcome(
      authorize(
        { principal: user, action: 's3:GetObject', resource: object, resourceAccount: account, context: new RequestContext({}) },
        [],
      ),
    ),
  ).toBe('no identity')
  for (const principal of [user, session]) expect(outcome(decide(principal, { identity: [silent] }))).toBe('no identity')
  expect(outcome(decide(service, {}))).toBe('no resource')
  expect(outcome(decide({ kind: 'anonymous' }, { identity: [everything] }))).toBe('no resource')
})

test('an explicit deny wins wherever it stands, and the first type in order is named', ({ expect }) => {
  const deny = (kind: PolicyKind) => policy(kind, { Principal: '*' }, { Effect: 'Deny', Principal: '*', Action: 's3:Get*' })
  const allowAll: Policies = {
    scp: [[everything]],
    rcp: [[policy('rcp', { Principal: '*' })]],
    endpoint: [policy('endpoint', { Principal: '*' })],
    resource: policy('resource', { Principal: '*' }),
    identity: [everything],
    boundary: everything,
    session: [everything],
  }
  expect(outcome(decide(session, allowAll))).toBe('granted by identity and resource')
  let policies = allowAll
  for (const [type, value] of [
    ['session', [deny('session')]],
    ['boundary', deny('boundary')],
    ['identity', [everything, deny('identity')]],
    ['resource', deny('resource')],
    ['endpoint', [deny('endpoint')]],
    ['rcp', [[deny('rcp')]]],
    ['scp', [[everything], [everything, deny('scp')]]],
  ] as const) {
    policies = { ...policies, [type]: value }
    expect(outcome(decide(session, { ...allowAll, [type]: value }))).toBe(`${type} denies`)
    expect(outcome(decide(session, policies))).toBe(`${type} denies`)
  }
})

test('inside the account the ways of a grant differ in what limits them', ({ expect }) => {
  const { arn, roleArn } = session
  const limits: Policies = { boundary: silent, session: [silent] }
  expect(outcome(decide(session, { identity: [everything], ...limits }))).toBe('no boundary')
  expect(outcome(decide(session, { identity: [everything], session: [silent] }))).toBe('no session')
  expect(outcome(decide(session, { identity: [everything], session: [] }))).toBe('no session')
  expect(outcome(decide(session, { resource: grantTo(arn), ...limits }))).toBe('granted by resource')
  expect(outcome(decide(session, { resource: grantTo('*'), ...limits }))).toBe('granted by resource')
  expect(outcome(decide(session, { resource: grantTo(roleArn), ...limits }))).toBe('no boundary')
  expect(outcome(decide(session, { resource: grantTo(roleArn) }))).toBe('granted by resource')
  expect(outcome(decide(session, { resource: grantTo(account) }))).toBe('no identity')
  expect(outcome(decide(session, { resource: grantTo(account), identity: [everything] }))).toBe('granted by identity and resource')
  expect(outcome(decide(user, { resource: grantTo(user.arn), boundary: silent }))).toBe('granted by resource')
})

test('session policies limit sessions, and a federated user has nothing without them', ({ expect }) => {
  expect(outcome(decide(user, { identity: [everything], session: [silent] }))).toBe('granted by identity')
  expect(outcome(decide(federated, { identity: [everything] }))).toBe('no session')
  expect(outcome(decide(federated, { identity: [everything], session: [everything] }))).toBe('granted by identity')
  const broker = grantTo(`arn:aws:iam::${account}:user/broker`)
  expect(outcome(decide(federated, { resource: broker }))).toBe('no session')
  expect(outcome(decide(federated, { resource: broker, session: [everything] }))).toBe('granted by resource')
  expect(outcome(decide(federated, { resource: grantTo(`arn:aws:sts::${account}:federated-user/bob`) }))).toBe('granted by resource')
})

test('across accounts both sides must allow', ({ expect }) => {
  const foreign = { resourceAccount: other }
  const arn = user.arn
  expect(outcome(decide(user, { identity: [everything] }, foreign))).toBe('no resource')
  expect(outcome(decide(user, { resource: grantTo(arn) }, foreign))).toBe('no identity')
  expect(outcome(decide(user, { resource: grantTo('*') }, foreign))).toBe('no identity')
  expect(outcome(decide(user, { identity: [everything], resource: grantTo(account) }, foreign))).toBe('granted by identity and resource')
  expect(outcome(decide(user, { identity: [everything], resource: grantTo(arn), boundary: silent }, foreign))).toBe('no boundary')
  expect(outcome(decide(root, {}, foreign))).toBe('no resource')
  expect(outcome(decide(root, { resource: grantTo(account) }, foreign))).toBe('granted by resource')
})

test('the root user may do everything that is not denied, but does not pass guardrails', ({ expect }) => {
  expect(outcome(decide(root, { identity: [silent], boundary: silent }))).toBe('root-user')
  expect(outcome(decide(root, { resource: grantTo(account) }))).toBe('granted by resource')
  expect(outcome(decide(root, { scp: [[silent]] }))).toBe('no scp')
  expect(outcome(decide(root, { endpoint: [] }))).toBe('no endpoint')
  expect(outcome(decide(root, { resource: policy('resource', { Effect: 'Deny', Principal: '*' }) }))).toBe('resource denies')
  expect(outcome(decide(root, {}, { action: 'kms:Decrypt', resource: key }))).toBe('no resource')
  expect(outcome(decide(root, { resource: grantTo(account) }, { action: 'kms:Decrypt', resource: key }))).toBe('granted by resource')
})

test('a key and a role are reached through their own policy alone', ({ expect }) => {
  const arn = user.arn
  for (const request of [
    { action: 'kms:Decrypt', resource: key },
    { action: 'sts:AssumeRole', resource: role },
    { action: 'sts:TagSession', resource: `arn:aws-cn:iam::${account}:role/path/target` },
  ]) {
    expect(outcome(decide(user, { identity: [everything] }, request))).toBe('no resource')
    expect(outcome(decide(user, { resource: grantTo(arn) }, request))).toBe('granted by resource')
    expect(outcome(decide(user, { resource: grantTo(account) }, request))).toBe('no identity')
    expect(outcome(decide(user, { identity: [everything], resource: grantTo(account) }, request))).toBe('granted by identity and resource')
  }
  for (const request of [
    { action: 'kms:CreateKey', resource: '*' },
    { action: 'kms:CreateAlias', resource: `arn:aws:kms:us-east-1:${account}:alias/x` },
    { action: 'iam:GetRole', resource: role },
    { action: 'sts:GetFederationToken', resource: `arn:aws:sts::${account}:federated-user/bob` },
    { action: 'sts:AssumeRole', resource: 'arn' },
    { action: 'sts:AssumeRole', resource: 'arn:aws:iam' },
    { action: 'sts:AssumeRole', resource: 'arn:aws:iam::' },
  ]) {
    expect(outcome(decide(user, { identity: [everything] }, request))).toBe('granted by identity')
  }
})

test('every SCP level must allow', ({ expect }) => {
  const allowed = { identity: [everything] }
  expect(outcome(decide(user, { ...allowed, scp: [[everything], [everything]] }))).toBe('granted by identity')
  expect(outcome(decide(user, { ...allowed, scp: [[everything], [silent], [everything]] }))).toBe('no scp')
  expect(outcome(decide(user, { ...allowed, scp: [[everything], []] }))).toBe('no scp')
  expect(outcome(decide(user, { ...allowed, scp: [] }))).toBe('granted by identity')
  expect(outcome(decide(user, { scp: [[everything]], resource: grantTo('*') }))).toBe('granted by resource')
  expect(outcome(decide(user, { scp: [[silent]], resource: grantTo('*') }))).toBe('no scp')
  const deepest = Array.from({ length: 21 }, () => [everything])
  expect(outcome(decide(user, { ...allowed, scp: deepest }))).toBe('granted by identity')
  expect(outcome(decide(user, { ...allowed, scp: [...deepest.slice(1), [silent]] }))).toBe('no scp')
  expect(() => compilePolicies({ scp: [...deepest, []] })).toThrow('at most 21 SCP levels')
})

test('SCPs and RCPs have no say over service-linked roles, and SCPs none over services', ({ expect }) => {
  const linked: Principal = {
    ...session,
    roleArn: `arn:aws:iam::${account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
  } as Principal
  const rcp = [[policy('rcp', { Effect: 'Deny', Principal: '*' })]]
  expect(outcome(decide(linked, { identity: [everything], scp: [[silent]], rcp }))).toBe('granted by identity')
  expect(outcome(decide(session, { identity: [everything], rcp }))).toBe('rcp denies')
  const bucket = policy('resource', { Principal: { Service: 'cloudtrail.amazonaws.com' } })
  expect(outcome(decide(service, { scp: [[silent]], resource: bucket }))).toBe('granted by resource')
  expect(outcome(decide(service, { rcp, resource: bucket }))).toBe('rcp denies')
  expect(outcome(decide({ kind: 'anonymous' }, { rcp, resource: policy('resource', { Principal: '*' }) }))).toBe('rcp denies')
})

test('RCPs cover only some services, and not the retiring of grants', ({ expect }) => {
  const policies = { identity: [everything], rcp: [[policy('rcp', { Effect: 'Deny', Principal: '*' })]] }
  for (const action of [
    's3:GetObject',
    'STS:assumerole',
    'secretsmanager:GetSecretValue',
    'kms:ListKeys',
    'ecr:BatchGetImage',
    'logs:PutLogEvents',
  ]) {
    expect(outcome(decide(user, policies, { action }))).toBe('rcp denies')
  }
  for (const action of ['ecs:StopTask', 'iam:GetUser', 'kms:RetireGrant', 's3x:GetObject', 'nocolon']) {
    expect(outcome(decide(user, policies, { action }))).toBe('granted by identity')
  }
})

test('the limits of credentials are beyond all policies', ({ expect }) => {
  const temporary = (mfa: 'with-mfa' | 'without-mfa'): Principal => ({ ...user, temporary: mfa }) as Principal
  const policies = { identity: [everything], session: [everything], resource: grantTo('*') }
  const ask = (principal: Principal, action: string): string => outcome(decide(principal, policies, { action, resource: role }))
  expect(ask(root, 'sts:AssumeRole')).toBe('no session-type')
  expect(ask(root, 'sts:GetFederationToken')).toBe('granted by resource')
  expect(ask(session, 'sts:GetFederationToken')).toBe('no session-type')
  expect(ask(session, 'sts:GetSessionToken')).toBe('no session-type')
  expect(ask(session, 'sts:AssumeRole')).toBe('granted by identity and resource')
  expect(ask(federated, 'iam:GetUser')).toBe('no session-type')
  expect(ask(federated, 'sts:AssumeRole')).toBe('no session-type')
  expect(ask(federated, 'ecs:StopTask')).toBe('granted by identity and resource')
  expect(ask(temporary('without-mfa'), 'iam:GetUser')).toBe('no session-type')
  expect(ask(temporary('with-mfa'), 'iam:GetUser')).toBe('granted by identity and resource')
  expect(ask(temporary('with-mfa'), 'sts:GetFederationToken')).toBe('no session-type')
  expect(ask(temporary('without-mfa'), 'sts:AssumeRole')).toBe('granted by identity and resource')
  for (const action of ['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext']) {
    expect(ask(temporary('without-mfa'), action)).toBe('granted by identity and resource')
  }
  expect(ask(user, 'iam:GetUser')).toBe('granted by identity and resource')
})

test('GetCallerIdentity is always allowed, GetSessionToken unless denied', ({ expect }) => {
  const deny = { identity: [policy('identity', { Effect: 'Deny' })] }
  const ask = (principal: Principal, policies: Policies, action: string): string =>
    outcome(decide(principal, policies, { action, resource: '*' }))
  for (const principal of [user, session, federated, root, service])
    expect(ask(principal, deny, 'sts:GetCallerIdentity')).toBe('always-allowed')
  expect(ask({ kind: 'anonymous' }, {}, 'sts:GetCallerIdentity')).toBe('no resource')
  expect(ask(user, {}, 'sts:GetSessionToken')).toBe('always-allowed')
  expect(ask(root, { scp: [[silent]] }, 'sts:GetSessionToken')).toBe('always-allowed')
  expect(ask(user, deny, 'sts:GetSessionToken')).toBe('identity denies')
})

test('T-47 T-48 actions match without regard to case, NotAction and NotResource exclude', ({ expect }) => {
  const ask = (statement: Grant, request: Partial<AuthorizationRequest> = {}): string =>
    outcome(decide(user, { identity: [policy('identity', statement)] }, request))
  expect(ask({ Action: 'S3:getobject' })).toBe('granted by identity')
  expect(ask({ Action: 's3:Get*' }, { action: 'S3:GETOBJECT' })).toBe('granted by identity')
  expect(ask({ NotAction: 's3:GET*' })).toBe('no identity')
  expect(ask({ NotAction: 'ecs:*' })).toBe('granted by identity')
  expect(ask({ NotResource: 'arn:aws:s3:::ledger/*' })).toBe('no identity')
  expect(ask({ NotResource: ['arn:aws:s3:::other/*', 'arn:aws:s3:::ledger/${aws:username}'] })).toBe('granted by identity')
  expect(ask({ NotResource: '*' })).toBe('no identity')
})

test('a document without principals is about nobody where principals are asked for', ({ expect }) => {
  expect(outcome(decide(user, { identity: [everything], endpoint: [everything] }))).toBe('no endpoint')
  expect(outcome(decide(user, { identity: [silent], resource: everything }))).toBe('no identity')
})

test('the same decision is the same object', ({ expect }) => {
  const set = compilePolicies({ identity: [everything], resource: grantTo(account) })
  const request = { principal: user, action: 's3:GetObject', resource: object, resourceAccount: account, context: new RequestContext({}) }
  expect(authorize(request, [set])).toBe(authorize({ ...request }, [set]))
})

test('a call that needs several checks is refused by the first that fails', ({ expect }) => {
  const check = (action: string, document: PolicyDocument) => ({
    request: { principal: user, action, resource: '*', resourceAccount: account, context: new RequestContext({}) },
    policies: [compilePolicies({ identity: [document] })],
  })
  const run = check('ecs:RunTask', everything)
  const pass = check('iam:PassRole', silent)
  const tag = check('ecs:TagResource', policy('identity', { Effect: 'Deny' }))
  expect(authorizeAll([run])).toMatchObject({ check: run, decision: { effect: 'allow' } })
  expect(authorizeAll([run, pass, tag])).toMatchObject({ check: pass, decision: { effect: 'implicit-deny' } })
  expect(authorizeAll([run, tag, pass])).toMatchObject({ check: tag, decision: { effect: 'explicit-deny' } })
  expect(authorizeAll([run, run])).toMatchObject({ check: run, decision: { effect: 'allow' } })
})
