import { authorize, RequestContext } from '@tidegate/policy'
import type { PolicySet } from '@tidegate/policy'
import { test } from 'vitest'
import { accountId, ec2Trust, iamAccount, policy, trustIn } from '../../../test/support/iam.ts'
import { roles, users } from './state.ts'

const arn = (rest: string) => `arn:aws:iam::${accountId}:${rest}`

type Account = Awaited<ReturnType<typeof iamAccount>>

function isAllowed(account: Account, user: string, action: string, resource = '*'): boolean {
  const { principal, policies } = account.user(user)
  return (
    authorize({ principal, action, resource, resourceAccount: accountId, context: new RequestContext({}) }, policies).effect === 'allow'
  )
}

async function withAlice(): Promise<Account> {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice' })
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('s3:*') })
  return account
}

test('who does not exist is denied everything', async ({ expect }) => {
  const { principals } = await iamAccount()
  const principal = { kind: 'user', arn: arn('user/nobody'), account: accountId } as const
  const request = { principal, action: 's3:GetObject', resource: '*', resourceAccount: accountId, context: new RequestContext({}) }
  expect(authorize(request, [principals.policiesOfUser(accountId, 'nobody')])).toMatchObject({ effect: 'explicit-deny' })
  expect(authorize(request, [principals.policiesOfRole(accountId, 'nobody')])).toMatchObject({ effect: 'explicit-deny' })
  expect(principals.user(accountId, 'nobody')).toBeUndefined()
  expect(principals.role(accountId, 'nobody')).toBeUndefined()
  expect(principals.accessKey('AKIAIOSFODNN7EXAMPLE')).toBeUndefined()
})

test('every change of a policy counts at once', async ({ expect }) => {
  const account = await withAlice()
  const can = (action: string) => isAllowed(account, 'alice', action)
  const steps: readonly (readonly [string, object, string, boolean])[] = [
    ['PutUserPolicy', { UserName: 'alice', PolicyName: 'i', PolicyDocument: policy('ecs:*') }, 'ecs:RunTask', true],
    ['DeleteUserPolicy', { UserName: 'alice', PolicyName: 'i' }, 'ecs:RunTask', false],
    ['AttachUserPolicy', { UserName: 'alice', PolicyArn: arn('policy/p') }, 's3:GetObject', true],
    ['CreatePolicyVersion', { PolicyArn: arn('policy/p'), PolicyDocument: policy('kms:*'), SetAsDefault: true }, 's3:GetObject', false],
    ['SetDefaultPolicyVersion', { PolicyArn: arn('policy/p'), VersionId: 'v1' }, 's3:GetObject', true],
    ['DetachUserPolicy', { UserName: 'alice', PolicyArn: arn('policy/p') }, 's3:GetObject', false],
    ['AttachGroupPolicy', { GroupName: 'team', PolicyArn: arn('policy/p') }, 's3:GetObject', false],
    ['AddUserToGroup', { GroupName: 'team', UserName: 'alice' }, 's3:GetObject', true],
    ['UpdateGroup', { GroupName: 'team', NewGroupName: 'crew' }, 's3:GetObject', true],
    ['PutGroupPolicy', { GroupName: 'crew', PolicyName: 'i', PolicyDocument: policy('ecs:*') }, 'ecs:RunTask', true],
    ['PutUserPermissionsBoundary', { UserName: 'alice', PermissionsBoundary: arn('policy/p') }, 'ecs:RunTask', false],
    ['DeleteUserPermissionsBoundary', { UserName: 'alice' }, 'ecs:RunTask', true],
    ['RemoveUserFromGroup', { GroupName: 'crew', UserName: 'alice' }, 'ecs:RunTask', false],
  ]
  for (const [operation, input, action, allowed] of steps) {
    await account.run(operation, input)
    expect([operation, can(action)]).toEqual([operation, allowed])
  }
})

test('policies are compiled once, and users are described once', async ({ expect }) => {
  const account = await withAlice()
  const { principals } = account
  await account.run('AttachUserPolicy', { UserName: 'alice', PolicyArn: arn('policy/p') })
  const set = principals.policiesOfUser(accountId, 'alice')
  await account.run('CreateUser', { UserName: 'bob' })
  expect(principals.policiesOfUser(accountId, 'alice')).toBe(set)
  expect(principals.policiesOfUser(accountId, 'ALICE')).toBe(set)
  const known = principals.user(accountId, 'alice')
  expect(principals.user(accountId, 'Alice')).toBe(known)
  await account.run('TagUser', { UserName: 'alice', Tags: [{ Key: 'k', Value: 'v' }] })
  expect(principals.user(accountId, 'alice')).not.toBe(known)
})

test('a boundary caps, it never grants', async ({ expect }) => {
  const account = await withAlice()
  await account.run('PutUserPermissionsBoundary', { UserName: 'alice', PermissionsBoundary: arn('policy/p') })
  expect(isAllowed(account, 'alice', 's3:GetObject')).toBe(false)
})

test('a stored policy that cannot be read denies, and so does one that is gone', async ({ expect }) => {
  const account = await withAlice()
  await account.run('PutUserPolicy', { UserName: 'alice', PolicyName: 'good', PolicyDocument: policy('s3:*') })
  expect(isAllowed(account, 'alice', 's3:GetObject')).toBe(true)
  const broken = [
    {
      inlinePolicies: [
        { name: 'good', document: policy('s3:*') },
        { name: 'odd', document: policy('s3:*', '*', { NewElement: 1 }) },
      ],
    },
    { inlinePolicies: [{ name: 'good', document: policy('s3:*') }], attachedPolicies: [arn('policy/gone')] },
    { inlinePolicies: [{ name: 'good', document: policy('s3:*') }], boundary: arn('policy/gone') },
    { inlinePolicies: [{ name: 'good', document: policy('s3:*') }], groups: ['gone'] },
  ]
  for (const members of broken) {
    await account.state.transact((tx) => {
      const alice = tx.get(users, accountId, 'alice')
      if (alice !== undefined)
        tx.put(users, accountId, 'alice', { ...alice, attachedPolicies: [], groups: [], boundary: undefined, ...members })
    })
    expect(isAllowed(account, 'alice', 's3:GetObject')).toBe(false)
  }
})

test('tags become condition keys, whatever they are called', async ({ expect }) => {
  const account = await withAlice()
  await account.run('TagUser', {
    UserName: 'alice',
    Tags: [
      { Key: '__proto__', Value: 'x' },
      { Key: 'Team', Value: 'a' },
    ],
  })
  expect(account.principals.user(accountId, 'alice')?.context).toEqual({ 'aws:PrincipalTag/__proto__': 'x', 'aws:PrincipalTag/Team': 'a' })
})

function mayAssume(set: PolicySet, principal: Parameters<typeof authorize>[0]['principal'], role: string): boolean {
  const request = {
    principal,
    action: 'sts:AssumeRole',
    resource: arn(`role/${role}`),
    resourceAccount: accountId,
    context: new RequestContext({}),
  }
  return authorize(request, [set]).effect === 'allow'
}

test('who is made again under a trusted name is not trusted, and the document shows the id', async ({ expect }) => {
  const account = await withAlice()
  const trust = trustIn({ AWS: arn('user/alice') }, { Condition: { StringNotEquals: { 'aws:PrincipalArn': arn('user/alice') } } })
  const text = async () => {
    const { Role } = (await account.run('GetRole', { RoleName: 'r' })) as { Role: { AssumeRolePolicyDocument: string } }
    return decodeURIComponent(Role.AssumeRolePolicyDocument)
  }
  const alice = () => account.user('alice').principal
  await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustIn({ AWS: arn('user/alice') }) })
  await account.run('CreateRole', { RoleName: 'c', AssumeRolePolicyDocument: trust })
  expect(mayAssume(account.principals.trustPolicyOf(accountId, 'r'), alice(), 'r')).toBe(true)
  expect(await text()).toContain(arn('user/alice'))
  const old = account.principals.user(accountId, 'alice')?.id

  await account.run('DeleteUser', { UserName: 'alice' })
  expect(await text()).toBe(trustIn({ AWS: old }))
  await account.run('CreateUser', { UserName: 'alice' })
  expect(await text()).toBe(trustIn({ AWS: old }))
  expect(mayAssume(account.principals.trustPolicyOf(accountId, 'r'), alice(), 'r')).toBe(false)
  expect(await account.refusal('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: await text() })).toBe(
    `MalformedPolicyDocument: Invalid principal in policy: "AWS":"${old}"`,
  )
  const conditional = await account.run('GetRole', { RoleName: 'c' })
  const shown = decodeURIComponent((conditional['Role'] as { AssumeRolePolicyDocument: string }).AssumeRolePolicyDocument)
  expect(JSON.parse(shown)).toMatchObject({
    Statement: [{ Principal: { AWS: old }, Condition: { StringNotEquals: { 'aws:PrincipalArn': arn('user/alice') } } }],
  })
  await account.run('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: trustIn({ AWS: arn('user/alice') }) })
  expect(mayAssume(account.principals.trustPolicyOf(accountId, 'r'), alice(), 'r')).toBe(true)
})

test('a renamed user is the same one', async ({ expect }) => {
  const account = await withAlice()
  await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustIn({ AWS: arn('user/alice') }) })
  await account.run('UpdateUser', { UserName: 'alice', NewUserName: 'alicia' })
  expect(mayAssume(account.principals.trustPolicyOf(accountId, 'r'), account.user('alicia').principal, 'r')).toBe(true)
})

test('roles and their sessions are remembered by id too', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateRole', { RoleName: 'caller', AssumeRolePolicyDocument: ec2Trust })
  const session = `arn:aws:sts::${accountId}:assumed-role/caller/s`
  await account.run('CreateRole', { RoleName: 'a', AssumeRolePolicyDocument: trustIn({ AWS: arn('role/caller') }) })
  await account.run('CreateRole', { RoleName: 'b', AssumeRolePolicyDocument: trustIn({ AWS: [session, accountId] }) })
  const allowed = () =>
    ['a', 'b'].map((role) => mayAssume(account.principals.trustPolicyOf(accountId, role), account.role('caller', 's').principal, role))
  expect(allowed()).toEqual([true, true])
  await account.run('DeleteRole', { RoleName: 'caller' })
  await account.run('CreateRole', { RoleName: 'caller', AssumeRolePolicyDocument: ec2Trust })
  expect(allowed()).toEqual([false, false])
  expect(account.state.read((view) => view.get(roles, accountId, 'b')?.trustPrincipals)).toHaveLength(1)
})
