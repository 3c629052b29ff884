import { compilePolicies, parsePolicy } from '@tidegate/policy'
import { test } from 'vitest'
import { accountId, ec2Trust, iamAccount, policy } from '../../../test/support/iam.ts'
import { contextKeysOf } from './context-keys.ts'
import { storedPolicy } from './documents.ts'
import { statementPositions } from './statement-positions.ts'

const arn = (rest: string) => `arn:aws:iam::${accountId}:${rest}`

interface Result {
  EvalActionName: string
  EvalResourceName: string
  EvalDecision: string
  MatchedStatements: { SourcePolicyId: string; SourcePolicyType: string; StartPosition: unknown }[]
  MissingContextValues: string[]
}

async function results(account: Awaited<ReturnType<typeof iamAccount>>, operation: string, input: object): Promise<Result[]> {
  return ((await account.run(operation, input)) as { EvaluationResults: Result[] }).EvaluationResults
}

test.for([
  ['a wildcard in an action', { ActionNames: ['s3:*'] }],
  ['an action without a service', { ActionNames: ['GetObject'] }],
  ['a malformed policy', { PolicyInputList: ['{'] }],
  ['two boundaries', { PermissionsBoundaryPolicyInputList: [policy('s3:*'), policy('ecs:*')] }],
  ['a resource policy and no caller', { ResourcePolicy: policy('s3:*', '*', { Principal: '*' }) }],
  ['a caller who is a role', { CallerArn: arn('role/r') }],
  ['a caller of another account', { CallerArn: 'arn:aws:iam::999988887777:user/eve' }],
  ['an owner who is a user', { ResourceOwner: arn('user/alice') }],
  [
    'two values of a single-valued key',
    { ContextEntries: [{ ContextKeyName: 'aws:SourceIp', ContextKeyType: 'ip', ContextKeyValues: ['10.0.0.1', '10.0.0.2'] }] },
  ],
] as const)('%s is InvalidInput', async ([, input], { expect }) => {
  const account = await iamAccount()
  const asked = { PolicyInputList: [policy('s3:*')], ActionNames: ['s3:GetObject'], ...input }
  expect(await account.refusal('SimulateCustomPolicy', asked)).toMatch(/^InvalidInput: /)
})

test('every action on every resource has its own verdict, with the statements that speak for it', async ({ expect }) => {
  const account = await iamAccount()
  const PolicyInputList = [
    policy('s3:*', 'arn:aws:s3:::a/*'),
    '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}\n  ]\n}',
  ]
  const found = await results(account, 'SimulateCustomPolicy', {
    PolicyInputList,
    ActionNames: ['s3:GetObject', 's3:DeleteObject'],
    ResourceArns: ['arn:aws:s3:::a/x', 'arn:aws:s3:::b/x'],
  })
  expect(found.map(({ EvalActionName, EvalResourceName, EvalDecision }) => [EvalActionName, EvalResourceName, EvalDecision])).toEqual([
    ['s3:GetObject', 'arn:aws:s3:::a/x', 'allowed'],
    ['s3:GetObject', 'arn:aws:s3:::b/x', 'implicitDeny'],
    ['s3:DeleteObject', 'arn:aws:s3:::a/x', 'explicitDeny'],
    ['s3:DeleteObject', 'arn:aws:s3:::b/x', 'explicitDeny'],
  ])
  expect(found[0]?.MatchedStatements).toMatchObject([{ SourcePolicyId: 'PolicyInputList.1', SourcePolicyType: 'none' }])
  expect(found[1]?.MatchedStatements).toEqual([])
  expect(found[2]?.MatchedStatements).toEqual([
    {
      SourcePolicyId: 'PolicyInputList.2',
      SourcePolicyType: 'none',
      StartPosition: { Line: 3, Column: 17 },
      EndPosition: { Line: 4, Column: 69 },
    },
  ])
  expect(found[0]).toMatchObject({ ResourceSpecificResults: [{ EvalResourceName: 'arn:aws:s3:::a/x', EvalResourceDecision: 'allowed' }] })
})

test('pages run over actions and resources', async ({ expect }) => {
  const account = await iamAccount()
  const input = { PolicyInputList: [policy('s3:*')], ActionNames: ['s3:GetObject', 's3:PutObject', 'ecs:RunTask'], MaxItems: 2 }
  const first = await account.run('SimulateCustomPolicy', input)
  expect(first).toMatchObject({ IsTruncated: true, EvaluationResults: [{ EvalDecision: 'allowed' }, { EvalDecision: 'allowed' }] })
  const second = await account.run('SimulateCustomPolicy', { ...input, Marker: first['Marker'] })
  expect(second).toMatchObject({ IsTruncated: false, EvaluationResults: [{ EvalActionName: 'ecs:RunTask', EvalDecision: 'implicitDeny' }] })
})

test('context that is asked for and not given is told', async ({ expect }) => {
  const account = await iamAccount()
  const PolicyInputList = [policy('s3:GetObject', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })]
  const input = { PolicyInputList, ActionNames: ['s3:GetObject'] }
  expect(await results(account, 'SimulateCustomPolicy', input)).toMatchObject([
    { EvalDecision: 'implicitDeny', MissingContextValues: ['aws:SourceIp'] },
  ])
  const ContextEntries = [{ ContextKeyName: 'AWS:sourceip', ContextKeyType: 'ip', ContextKeyValues: ['10.1.1.1'] }]
  expect(await results(account, 'SimulateCustomPolicy', { ...input, ContextEntries })).toMatchObject([
    { EvalDecision: 'allowed', MissingContextValues: [] },
  ])
})

test('a principal is simulated with its groups, its boundary and its tags', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice', Tags: [{ Key: 'team', Value: 'a' }] })
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('AddUserToGroup', { UserName: 'alice', GroupName: 'team' })
  await account.run('PutGroupPolicy', {
    GroupName: 'team',
    PolicyName: 'g',
    PolicyDocument: policy('s3:*', 'arn:aws:s3:::${aws:PrincipalTag/team}/*'),
  })
  await account.run('AttachUserPolicy', { UserName: 'alice', PolicyArn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly' })
  const ask = async (ActionNames: string[], more: object = {}) => {
    const found = await results(account, 'SimulatePrincipalPolicy', { PolicySourceArn: arn('user/alice'), ActionNames, ...more })
    return found.map(({ EvalDecision }) => EvalDecision)
  }
  const bucket = { ResourceArns: ['arn:aws:s3:::a/x'] }
  expect(await ask(['s3:GetObject', 'ecs:RunTask'], bucket)).toEqual(['allowed', 'implicitDeny'])
  expect(await ask(['ecs:RunTask'], { PolicyInputList: [policy('ecs:*')] })).toEqual(['allowed'])
  const images = await results(account, 'SimulatePrincipalPolicy', {
    PolicySourceArn: arn('user/alice'),
    ActionNames: ['ecr:BatchGetImage'],
  })
  expect(images).toMatchObject([
    {
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'AmazonEC2ContainerRegistryReadOnly', SourcePolicyType: 'aws-managed' }],
    },
  ])

  await account.run('PutUserPermissionsBoundary', {
    UserName: 'alice',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  })
  const [capped] = await results(account, 'SimulatePrincipalPolicy', {
    PolicySourceArn: arn('user/alice'),
    ActionNames: ['s3:PutObject'],
    ...bucket,
  })
  expect(capped).toMatchObject({ EvalDecision: 'implicitDeny', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } })
  expect(await ask(['s3:PutObject'], { ...bucket, PermissionsBoundaryPolicyInputList: [policy('s3:*')] })).toEqual(['allowed'])
})

test('the simulator says what a call gets', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust })
  await account.run('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: policy('iam:GetRole', arn('role/r')) })
  const [own] = await results(account, 'SimulatePrincipalPolicy', {
    PolicySourceArn: arn('role/r'),
    ActionNames: ['iam:GetRole'],
    ResourceArns: [arn('role/r')],
  })
  expect(own?.EvalDecision).toBe('allowed')
  expect(await account.refusal('GetRole', { RoleName: 'r' }, account.role('r'))).toBeUndefined()
  expect(await account.refusal('SimulatePrincipalPolicy', { PolicySourceArn: arn('role/none'), ActionNames: ['iam:GetRole'] })).toMatch(
    /^NoSuchEntity/,
  )
  expect(await account.refusal('SimulatePrincipalPolicy', { PolicySourceArn: arn('policy/none'), ActionNames: ['iam:GetRole'] })).toMatch(
    /^InvalidInput/,
  )
})

test('a resource of another account needs both sides, and both are told', async ({ expect }) => {
  const account = await iamAccount()
  const input = {
    PolicyInputList: [policy('s3:GetObject')],
    ActionNames: ['s3:GetObject'],
    ResourceArns: ['arn:aws:s3:::theirs/x'],
    ResourceOwner: 'arn:aws:iam::999988887777:root',
    CallerArn: arn('user/alice'),
  }
  expect(await results(account, 'SimulateCustomPolicy', input)).toMatchObject([
    { EvalDecision: 'implicitDeny', EvalDecisionDetails: { 'IAM Policy': 'allowed', 'Resource Policy': 'implicitDeny' } },
  ])
  const ResourcePolicy = policy('s3:GetObject', 'arn:aws:s3:::theirs/*', { Principal: { AWS: accountId } })
  expect(await results(account, 'SimulateCustomPolicy', { ...input, ResourcePolicy })).toMatchObject([{ EvalDecision: 'allowed' }])
})

test('service control policies limit a simulated principal, and it is told', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice' })
  await account.run('PutUserPolicy', { UserName: 'alice', PolicyName: 'p', PolicyDocument: policy(['s3:*', 'ecs:*']) })
  const read = parsePolicy(policy('s3:*'), 'scp')
  if (!read.ok) throw new Error('no SCP')
  account.organization.policies = compilePolicies({ scp: [[read.document]] })
  const asked = { PolicySourceArn: arn('user/alice'), ActionNames: ['s3:GetObject', 'ecs:RunTask'] }
  expect(await results(account, 'SimulatePrincipalPolicy', asked)).toMatchObject([
    { EvalDecision: 'allowed', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    { EvalDecision: 'implicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
  ])
})

test('a group is simulated as what its policies allow to somebody', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('PutGroupPolicy', {
    GroupName: 'team',
    PolicyName: 'g',
    PolicyDocument: policy('ecs:*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
  })
  const asked = { PolicySourceArn: arn('group/team') }
  expect(await account.run('GetContextKeysForPrincipalPolicy', asked)).toEqual({ ContextKeyNames: ['aws:SecureTransport'] })
  const [found] = await results(account, 'SimulatePrincipalPolicy', { ...asked, ActionNames: ['ecs:RunTask'] })
  expect(found).toMatchObject({ EvalDecision: 'implicitDeny', MissingContextValues: ['aws:SecureTransport'] })
})

test('a variable without a value is a missing key', async ({ expect }) => {
  const account = await iamAccount()
  const of = (key: string) => policy('s3:GetObject', `arn:aws:s3:::home/\${${key}}/*`)
  const asked = { ActionNames: ['s3:GetObject'], ResourceArns: ['arn:aws:s3:::home/alice/x'] }
  const missing = async (key: string) => (await results(account, 'SimulateCustomPolicy', { ...asked, PolicyInputList: [of(key)] }))[0]
  expect(await missing('aws:PrincipalTag/team')).toMatchObject({ MissingContextValues: ['aws:PrincipalTag/team'] })
  expect(await missing("aws:PrincipalTag/team, 'none'")).toMatchObject({ MissingContextValues: [] })
})

test('context keys are those of conditions and of variables', ({ expect }) => {
  const text = policy('s3:*', 'arn:aws:s3:::${aws:username}/${*}', {
    Condition: { StringLike: { 's3:prefix': ["${aws:PrincipalTag/team, 'none'}/*"] } },
  })
  expect(contextKeysOf([storedPolicy(text, 'identity', 'p')])).toEqual(['aws:PrincipalTag/team', 'aws:username', 's3:prefix'])
  expect(contextKeysOf([storedPolicy(text.replace('2012-10-17', '2008-10-17'), 'identity', 'p')])).toEqual(['s3:prefix'])
})

// The first two are of AWS's own examples and of recorded answers; what AWS says of a second statement is not known.
test.for([
  [
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}',
    [[1, 38, 1, 167]],
  ],
  ['{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow"\n    }\n  ]\n}', [[3, 17, 6, 6]]],
  [
    '{"Statement":[{"Sid":"Statement"},\n {"Condition":{"a":{"b":["{","]"]}}}]}',
    [
      [1, 15, 1, 34],
      [1, 35, 2, 37],
    ],
  ],
  ['{"Id":"Statement","Version":"x","Statement":\n[{"Action":["a:b"]}]}', [[2, 2, 2, 20]]],
] as const)('statements of %j are found', ([text, spans], { expect }) => {
  const found = statementPositions(text)
  expect(found.map(({ start, end }) => [start.line, start.column, end.line, end.column])).toEqual(spans)
})
