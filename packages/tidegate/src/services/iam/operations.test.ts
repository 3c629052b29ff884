import * as client from '@aws-sdk/client-iam'
import { test } from 'vitest'
import { accountId, iamAccount, rootOf } from '../../../test/support/iam.ts'
import { structureOf } from '../../wire/shape.ts'
import { iamOperations, iamService } from './index.ts'

/** What clients call first and second: they can't do without. */
const wanted = `AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy
AttachUserPolicy CreateAccessKey CreateAccountAlias CreateGroup CreateInstanceProfile CreateLoginProfile
CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion CreateRole CreateServiceLinkedRole CreateUser DeleteAccessKey
DeleteAccountAlias DeleteAccountPasswordPolicy DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeleteLoginProfile
DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
DeleteServiceLinkedRole DeleteUser DeleteUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy GenerateCredentialReport
GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountSummary GetContextKeysForPrincipalPolicy
GetCredentialReport GetGroup GetGroupPolicy GetInstanceProfile GetLoginProfile GetOpenIDConnectProvider GetPolicy GetPolicyVersion
GetRole GetRolePolicy GetServiceLinkedRoleDeletionStatus GetUser GetUserPolicy ListAccessKeys ListAccountAliases
ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies ListEntitiesForPolicy ListGroupPolicies ListGroups
ListGroupsForUser ListInstanceProfiles ListInstanceProfilesForRole ListMFADevices ListOpenIDConnectProviders ListPolicies
ListPolicyTags ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListSSHPublicKeys ListServerCertificates
ListServiceSpecificCredentials ListSigningCertificates ListUserPolicies ListUserTags ListUsers ListVirtualMFADevices
PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPolicy RemoveClientIDFromOpenIDConnectProvider
RemoveRoleFromInstanceProfile RemoveUserFromGroup SetDefaultPolicyVersion SimulateCustomPolicy SimulatePrincipalPolicy
TagOpenIDConnectProvider TagPolicy TagRole TagUser UntagOpenIDConnectProvider UntagPolicy UntagRole UntagUser UpdateAccessKey
UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateGroup UpdateOpenIDConnectProviderThumbprint UpdateRole
UpdateRoleDescription UpdateUser`.split(/\s+/)

test.for(wanted)('%s is served', (name, { expect }) => {
  expect(iamOperations.map((operation) => operation.name)).toContain(name)
})

test('each operation is listed once and known to the SDK', async ({ expect }) => {
  const names = iamOperations.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const { knownOperations } = iamService((await iamAccount()).ports)
  expect(names.filter((name) => !knownOperations.includes(name))).toEqual([])
  expect(knownOperations).toContain('CreateSAMLProvider')
  expect(knownOperations.length).toBe(Object.keys(client).filter((name) => /^[A-Z]\w+Command$/.test(name)).length)
})

test.for(iamOperations.map((operation) => ({ name: operation.name, operation })))(
  '$name asks the policies for its own action on an ARN of the account',
  async ({ name, operation }, { expect }) => {
    const account = await iamAccount()
    const checks = await account.checks(name, sampleOf(operation.schema))
    expect(checks.length).toBeGreaterThan(0)
    expect(checks[0]?.action).toBe(`iam:${name}`)
    for (const { resource } of checks) expect(resource).toMatch(/^(\*|arn:aws:iam::111122223333:[a-z-]+(\/.+)?)$/)
  },
)

test.for(iamOperations.map((operation) => ({ name: operation.name, operation })))(
  '$name answers an empty account without a failure of ours',
  async ({ name, operation }, { expect }) => {
    const account = await iamAccount()
    const refusal = await account.refusal(name, sampleOf(operation.schema))
    expect(refusal ?? 'fine: ').toMatch(/^[A-Za-z]+: /)
  },
)

test('no secret is recorded', ({ expect }) => {
  const secret = /secret|password|seed|qrcode/i
  expect(iamOperations.flatMap(({ recordedOutputs }) => recordedOutputs).filter((path) => secret.test(path))).toEqual([])
  const whole = iamOperations.filter(
    ({ recordedOutputs }) => recordedOutputs.includes('AccessKey') || recordedOutputs.includes('VirtualMFADevice'),
  )
  expect(whole).toEqual([])
  const withPassword = iamOperations.filter(({ schema }) =>
    memberNames(schema).some((member) => secret.test(member) && member !== 'PasswordResetRequired'),
  )
  const hidden = withPassword.filter(({ secretInputs, name }) => secretInputs.length === 0 && name !== 'UpdateAccountPasswordPolicy')
  expect(hidden.map(({ name }) => name)).toEqual([])
})

test('changes are told apart from reads', ({ expect }) => {
  const readOnly = iamOperations.filter((operation) => operation.isReadOnly).map(({ name }) => name)
  expect(readOnly.filter((name) => !/^(Get|List|Simulate)/.test(name))).toEqual([])
})

test('the root of another account is a stranger', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice' })
  expect(await account.refusal('GetUser', { UserName: 'alice' }, rootOf('999988887777'))).toBe(
    'NoSuchEntity: The user with name alice cannot be found.',
  )
})

function memberNames(schema: (typeof iamOperations)[number]['schema']): string[] {
  return structureOf(schema[4]).members.map(({ name }) => name)
}

/** The members that an operation requires, and `UserName`. */
function sampleOf(schema: (typeof iamOperations)[number]['schema']): object {
  const required = structureOf(schema[4]).members.filter(({ isRequired, name }) => isRequired || name === 'UserName')
  return Object.fromEntries(required.map(({ name }) => [name, samples[name]]))
}

const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
const samples: Readonly<Record<string, unknown>> = {
  AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  AccountAlias: 'example',
  ActionNames: ['s3:GetObject'],
  Arn: `arn:aws:iam::${accountId}:user/alice`,
  AssumeRolePolicyDocument: document,
  AuthenticationCode1: '000000',
  AuthenticationCode2: '000000',
  AWSServiceName: 'ecs.amazonaws.com',
  ClientID: 'sts.amazonaws.com',
  DeletionTaskId: 'task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/0',
  Description: 'x',
  GroupName: 'group',
  InstanceProfileName: 'profile',
  JobId: '00000000-0000-0000-0000-000000000000',
  OpenIDConnectProviderArn: `arn:aws:iam::${accountId}:oidc-provider/example.com`,
  PermissionsBoundary: `arn:aws:iam::${accountId}:policy/boundary`,
  PolicyArn: `arn:aws:iam::${accountId}:policy/policy`,
  PolicyDocument: document,
  PolicyInputList: [document],
  PolicyName: 'policy',
  PolicySourceArn: `arn:aws:iam::${accountId}:user/alice`,
  RoleName: 'role',
  SerialNumber: `arn:aws:iam::${accountId}:mfa/phone`,
  Status: 'Active',
  TagKeys: ['k'],
  Tags: [{ Key: 'k', Value: 'v' }],
  ThumbprintList: ['a'.repeat(40)],
  Url: 'https://example.com',
  UserName: 'alice',
  VersionId: 'v1',
  VirtualMFADeviceName: 'phone',
}
