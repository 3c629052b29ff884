import { test } from 'vitest'
import { accountId, ec2Trust, iamAccount, policy, trustIn } from '../../../../test/support/iam.ts'

const arn = (rest: string) => `arn:aws:iam::${accountId}:${rest}`
const long = (length: number) => 'x'.repeat(length)
const name = { UserName: 'alice', RoleName: 'worker', GroupName: 'team', InstanceProfileName: 'profile' }

/** An account with one of each: user alice (in team), role worker (in profile), policy limits v1. */
async function furnished() {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice', Path: '/people/', Tags: [{ Key: 'Team', Value: 'a' }] })
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: ec2Trust })
  await account.run('CreatePolicy', { PolicyName: 'limits', PolicyDocument: policy('s3:*') })
  await account.run('CreateInstanceProfile', { InstanceProfileName: 'profile' })
  await account.run('CreateOpenIDConnectProvider', { Url: 'https://example.com', ClientIDList: ['a'] })
  return account
}

const constraints: readonly (readonly [string, object, string])[] = [
  [
    'CreateRole',
    { RoleName: 'a b', AssumeRolePolicyDocument: ec2Trust },
    'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
  ],
  [
    'CreateRole',
    { RoleName: long(65), AssumeRolePolicyDocument: ec2Trust },
    "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64",
  ],
  [
    'CreateUser',
    { UserName: long(65) },
    "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64",
  ],
  [
    'CreateUser',
    { UserName: 'a', Path: 'x/' },
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  ],
  [
    'CreateUser',
    { UserName: 'a', Path: `/${long(512)}/` },
    "1 validation error detected: Value at 'path' failed to satisfy constraint: Member must have length less than or equal to 512",
  ],
  [
    'ListUsers',
    { PathPrefix: 'x' },
    'The specified value for pathPrefix is invalid. It must begin with / and contain only alphanumeric characters and/or / characters.',
  ],
  [
    'ListUsers',
    { MaxItems: 1001 },
    "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
  ],
  [
    'ListUsers',
    { MaxItems: 0 },
    "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  ['ListUsers', { Marker: 'nonsense' }, 'Invalid Marker.'],
  [
    'GetPolicyVersion',
    { PolicyArn: arn('policy/limits'), VersionId: '1' },
    String.raw`1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`,
  ],
  [
    'CreateRole',
    { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust, MaxSessionDuration: 60 },
    "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
  ],
  [
    'UpdateAccessKey',
    { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Gone' },
    "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
  ],
  [
    'TagUser',
    { ...name, Tags: [{ Key: long(129), Value: 'v' }] },
    "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
  ],
  [
    'TagUser',
    { ...name, Tags: [{ Key: 'k!', Value: 'v' }] },
    String.raw`1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
  ],
  [
    'TagUser',
    { ...name, Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' })) },
    "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
  ],
  [
    'UntagUser',
    { ...name, TagKeys: ['k', ''] },
    "1 validation error detected: Value at 'tagKeys.2.member' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'UpdateAccountPasswordPolicy',
    { MinimumPasswordLength: 129, PasswordReusePrevention: 25, MaxPasswordAge: 1096 },
    "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
  ],
  ['CreateOpenIDConnectProvider', { Url: 'http://example.com' }, 'Invalid Open ID Connect Provider URL'],
  // The claim `actor` would be the condition key `tidegate:Actor`.
  ['CreateOpenIDConnectProvider', { Url: 'https://tidegate' }, 'Invalid Open ID Connect Provider URL'],
  ['CreateOpenIDConnectProvider', { Url: 'https://AWS' }, 'Invalid Open ID Connect Provider URL'],
  [
    'CreateOpenIDConnectProvider',
    { Url: 'https://a.example', ThumbprintList: ['short'] },
    "1 validation error detected: Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]",
  ],
]

test.for(constraints)('%s %j is a ValidationError', async ([operation, input, message], { expect }) => {
  const account = await furnished()
  expect(await account.refusal(operation, input)).toBe(`ValidationError: ${message}`)
})

const others: readonly (readonly [string, object, string])[] = [
  ['CreateUser', { UserName: 'ALICE' }, 'EntityAlreadyExists: User with name ALICE already exists.'],
  ['CreateGroup', { GroupName: 'Team' }, 'EntityAlreadyExists: Group with name Team already exists.'],
  ['CreateRole', { RoleName: 'Worker', AssumeRolePolicyDocument: ec2Trust }, 'EntityAlreadyExists: Role with name Worker already exists.'],
  [
    'CreatePolicy',
    { PolicyName: 'Limits', PolicyDocument: policy('s3:*') },
    'EntityAlreadyExists: A policy called Limits already exists. Duplicate names are not allowed.',
  ],
  ['CreateInstanceProfile', { InstanceProfileName: 'profile' }, 'EntityAlreadyExists: Instance Profile profile already exists.'],
  [
    'CreateOpenIDConnectProvider',
    { Url: 'https://example.com' },
    'EntityAlreadyExists: Provider with url https://example.com already exists.',
  ],
  ['GetRole', { RoleName: 'nobody' }, 'NoSuchEntity: The role with name nobody cannot be found.'],
  ['GetUser', { UserName: 'nobody' }, 'NoSuchEntity: The user with name nobody cannot be found.'],
  ['GetGroup', { GroupName: 'nobody' }, 'NoSuchEntity: The group with name nobody cannot be found.'],
  ['GetInstanceProfile', { InstanceProfileName: 'nothing' }, 'NoSuchEntity: Instance Profile nothing cannot be found.'],
  ['GetPolicy', { PolicyArn: arn('policy/nothing') }, `NoSuchEntity: Policy ${arn('policy/nothing')} was not found.`],
  ['GetPolicy', { PolicyArn: arn('policy/other/limits') }, `NoSuchEntity: Policy ${arn('policy/other/limits')} was not found.`],
  [
    'GetPolicyVersion',
    { PolicyArn: arn('policy/limits'), VersionId: 'v9' },
    `NoSuchEntity: Policy ${arn('policy/limits')} version v9 does not exist or is not attachable.`,
  ],
  ['GetRolePolicy', { ...name, PolicyName: 'none' }, 'NoSuchEntity: The role policy with name none cannot be found.'],
  ['GetUserPolicy', { ...name, PolicyName: 'none' }, 'NoSuchEntity: The user policy with name none cannot be found.'],
  ['DeleteGroupPolicy', { ...name, PolicyName: 'none' }, 'NoSuchEntity: The group policy with name none cannot be found.'],
  ['AttachRolePolicy', { ...name, PolicyArn: 'longpolicynamebutnoarn' }, 'InvalidInput: ARN longpolicynamebutnoarn is not valid.'],
  [
    'AttachRolePolicy',
    { ...name, PolicyArn: arn('policy/nothing') },
    `NoSuchEntity: Policy ${arn('policy/nothing')} does not exist or is not attachable.`,
  ],
  [
    'AttachUserPolicy',
    { ...name, PolicyArn: 'arn:aws:iam::aws:policy/NoSuchThing' },
    'NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchThing does not exist or is not attachable.',
  ],
  [
    'AttachUserPolicy',
    { ...name, PolicyArn: 'arn:aws:iam::999988887777:policy/limits' },
    'NoSuchEntity: Policy arn:aws:iam::999988887777:policy/limits does not exist or is not attachable.',
  ],
  [
    'AttachRolePolicy',
    { ...name, PolicyArn: 'arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy' },
    'PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer Role.',
  ],
  ['DetachRolePolicy', { ...name, PolicyArn: arn('policy/limits') }, `NoSuchEntity: Policy ${arn('policy/limits')} was not found.`],
  [
    'DeletePolicy',
    { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
    'denied: iam:DeletePolicy on arn:aws:iam::aws:policy/ReadOnlyAccess',
  ],
  [
    'PutRolePermissionsBoundary',
    { ...name, PermissionsBoundary: arn('policy/nothing') },
    `NoSuchEntity: Scope ARN: ${arn('policy/nothing')} does not exist or is not attachable.`,
  ],
  [
    'CreateUser',
    { UserName: 'bob', PermissionsBoundary: arn('user/people/alice') },
    `ValidationError: Value (${arn('user/people/alice')}) for parameter PermissionsBoundary is invalid.`,
  ],
  ['AddUserToGroup', { UserName: 'nobody', GroupName: 'team' }, 'NoSuchEntity: The user with name nobody cannot be found.'],
  ['AddUserToGroup', { UserName: 'alice', GroupName: 'nobody' }, 'NoSuchEntity: The group with name nobody cannot be found.'],
  [
    'AddRoleToInstanceProfile',
    { InstanceProfileName: 'profile', RoleName: 'nobody' },
    'NoSuchEntity: The role with name nobody cannot be found.',
  ],
  ['RemoveRoleFromInstanceProfile', { ...name }, 'NoSuchEntity: Role worker in Instance Profile profile cannot be found.'],
  ['GetLoginProfile', { UserName: 'alice' }, 'NoSuchEntity: Login Profile for User alice cannot be found.'],
  [
    'DeleteAccessKey',
    { UserName: 'alice', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    'NoSuchEntity: The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.',
  ],
  [
    'GetAccessKeyLastUsed',
    { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    `AccessDenied: User: arn:aws:iam::${accountId}:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE`,
  ],
  [
    'GetOpenIDConnectProvider',
    { OpenIDConnectProviderArn: arn('oidc-provider/none.example') },
    `NoSuchEntity: OpenIDConnect Provider not found for arn ${arn('oidc-provider/none.example')}`,
  ],
  [
    'DeleteOpenIDConnectProvider',
    { OpenIDConnectProviderArn: arn('oidc-provider/none.example') },
    `NoSuchEntity: OpenId connect Provider ${arn('oidc-provider/none.example')} cannot be found.`,
  ],
  [
    'UpdateOpenIDConnectProviderThumbprint',
    {
      OpenIDConnectProviderArn: arn('oidc-provider/example.com'),
      ThumbprintList: Array.from({ length: 6 }, (_, i) => String(i).repeat(40)),
    },
    'InvalidInput: Thumbprint list must contain fewer than 5 entries.',
  ],
  [
    'DeleteVirtualMFADevice',
    { SerialNumber: arn('mfa/none') },
    `NoSuchEntity: MFA Device with serial number ${arn('mfa/none')} does not exist.`,
  ],
  ['GetAccountPasswordPolicy', {}, `NoSuchEntity: The Password Policy with domain name ${accountId} cannot be found.`],
  ['DeleteAccountPasswordPolicy', {}, 'NoSuchEntity: The account policy with name PasswordPolicy cannot be found.'],
  ['GetCredentialReport', {}, 'ReportNotPresent: No report exists.'],
  [
    'CreateServiceLinkedRole',
    { AWSServiceName: 'ecs.amazonaws.com', CustomSuffix: 'x' },
    'InvalidInput: Custom suffix is not allowed for ecs.amazonaws.com',
  ],
  [
    'TagUser',
    {
      ...name,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'A', Value: '2' },
      ],
    },
    'InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  ],
  ['PutRolePolicy', { ...name, PolicyName: 'p', PolicyDocument: '{' }, 'MalformedPolicyDocument: Syntax errors in policy.'],
  [
    'PutRolePolicy',
    { ...name, PolicyName: 'p', PolicyDocument: policy('s3:*', '*', { Sneaky: true }) },
    'MalformedPolicyDocument: Syntax errors in policy.',
  ],
  [
    'CreatePolicy',
    { PolicyName: 'p', PolicyDocument: policy('s3:*', '*').replace('2012-10-17', '2008-10-17') },
    'MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater.',
  ],
  [
    'CreatePolicy',
    { PolicyName: 'p', PolicyDocument: policy(Array.from({ length: 600 }, (_, i) => `s3:Get${i}Object`)) },
    'LimitExceeded: Cannot exceed quota for PolicySize: 6144',
  ],
  ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument: This policy contains invalid Json'],
  [
    'CreateRole',
    { RoleName: 'r', AssumeRolePolicyDocument: trustIn('*', { Resource: '*' }) },
    'MalformedPolicyDocument: Has prohibited field Resource',
  ],
  ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: policy('s3:*') }, 'MalformedPolicyDocument: Missing required field Principal'],
  [
    'UpdateAssumeRolePolicy',
    { ...name, PolicyDocument: trustIn({ AWS: arn('user/alice') }) },
    `MalformedPolicyDocument: Invalid principal in policy: "AWS":"${arn('user/alice')}"`,
  ],
  [
    'CreateRole',
    { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust, Path: '/aws-service-role/ecs.amazonaws.com/' },
    'InvalidInput: Path /aws-service-role/ecs.amazonaws.com/ is reserved for service-linked roles.',
  ],
  [
    'GenerateServiceLastAccessedDetails',
    { Arn: arn('user/nobody-at-all') },
    'NoSuchEntity: The user with name nobody-at-all cannot be found.',
  ],
  [
    'GetServiceLastAccessedDetails',
    { JobId: '00000000-0000-0000-0000-000000000000' },
    'NoSuchEntity: Job 00000000-0000-0000-0000-000000000000 cannot be found.',
  ],
]

test.for(others)('%s %j is refused', async ([operation, input, refusal], { expect }) => {
  const account = await furnished()
  expect(await account.refusal(operation, input)).toBe(refusal)
})

test('quotas of one entity are told by their names', async ({ expect }) => {
  const account = await furnished()
  const quota = async (operation: string, inputOf: (i: number) => object, most: number) => {
    for (let i = 0; i < most; i++) await account.run(operation, inputOf(i))
    return account.refusal(operation, inputOf(most))
  }
  for (let i = 0; i < 11; i++) await account.run('CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: policy('s3:*') })
  for (let i = 0; i < 11; i++) await account.run('CreateGroup', { GroupName: `g${i}` })
  expect(await quota('CreateAccessKey', () => name, 2)).toBe('LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2')
  expect(await quota('AttachRolePolicy', (i) => ({ ...name, PolicyArn: arn(`policy/p${i}`) }), 10)).toBe(
    'LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10',
  )
  expect(await quota('AttachGroupPolicy', (i) => ({ ...name, PolicyArn: arn(`policy/p${i}`) }), 10)).toBe(
    'LimitExceeded: Cannot exceed quota for PoliciesPerGroup: 10',
  )
  expect(await quota('AddUserToGroup', (i) => ({ ...name, GroupName: `g${i}` }), 10)).toBe(
    'LimitExceeded: Cannot exceed quota for GroupsPerUser: 10',
  )
  expect(await quota('CreatePolicyVersion', () => ({ PolicyArn: arn('policy/limits'), PolicyDocument: policy('s3:*') }), 4)).toBe(
    'LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  )
  expect(await quota('AddRoleToInstanceProfile', () => name, 1)).toBe(
    'LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  )
  expect(await quota('TagUser', (i) => ({ ...name, Tags: [{ Key: `k${i}`, Value: '' }] }), 49)).toBe(
    'LimitExceeded: The number of tags has reached the maximum limit.',
  )
})

test('inline policies of one owner count together', async ({ expect }) => {
  const account = await furnished()
  const half = policy(Array.from({ length: 60 }, (_, i) => `s3:Get${i}Object`))
  await account.run('PutUserPolicy', { ...name, PolicyName: 'a', PolicyDocument: half })
  expect(await account.refusal('PutUserPolicy', { ...name, PolicyName: 'b', PolicyDocument: half })).toBe(
    'LimitExceeded: Maximum policy size of 2048 bytes exceeded for user alice',
  )
  await account.run('PutUserPolicy', { ...name, PolicyName: 'a', PolicyDocument: half }) // replaces
})

test('what something else depends on is not deleted', async ({ expect }) => {
  const account = await furnished()
  const conflict = async (operation: string, input: object) => account.refusal(operation, input)
  const limits = { PolicyArn: arn('policy/limits') }

  await account.run('AddRoleToInstanceProfile', name)
  expect(await conflict('DeleteRole', name)).toBe('DeleteConflict: Cannot delete entity, must remove roles from instance profile first.')
  expect(await conflict('DeleteInstanceProfile', name)).toBe(
    'DeleteConflict: Cannot delete entity, must remove roles from instance profile first.',
  )
  await account.run('RemoveRoleFromInstanceProfile', name)
  for (const [kind, member] of [
    ['Role', 'RoleName'],
    ['User', 'UserName'],
    ['Group', 'GroupName'],
  ] as const) {
    await account.run(`Attach${kind}Policy`, { ...name, ...limits })
    expect(await conflict(`Delete${kind}`, { [member]: name[member] })).toBe(
      'DeleteConflict: Cannot delete entity, must detach all policies first.',
    )
    expect(await conflict('DeletePolicy', limits)).toBe('DeleteConflict: Cannot delete a policy attached to entities.')
    await account.run(`Detach${kind}Policy`, { ...name, ...limits })
    await account.run(`Put${kind}Policy`, { ...name, PolicyName: 'inline', PolicyDocument: policy('s3:*') })
    expect(await conflict(`Delete${kind}`, { [member]: name[member] })).toBe(
      'DeleteConflict: Cannot delete entity, must delete policies first.',
    )
    await account.run(`Delete${kind}Policy`, { ...name, PolicyName: 'inline' })
  }
  await account.run('PutRolePermissionsBoundary', { ...name, PermissionsBoundary: limits.PolicyArn })
  expect(await conflict('DeletePolicy', limits)).toBe('DeleteConflict: Cannot delete a policy attached to entities.')
  await account.run('DeleteRolePermissionsBoundary', name)

  await account.run('AddUserToGroup', name)
  expect(await conflict('DeleteGroup', name)).toBe('DeleteConflict: Cannot delete entity, must remove users from group first.')
  expect(await conflict('DeleteUser', name)).toBe('DeleteConflict: Cannot delete entity, must remove users from group first.')
  await account.run('RemoveUserFromGroup', name)
  const { AccessKey } = (await account.run('CreateAccessKey', name)) as { AccessKey: { AccessKeyId: string } }
  expect(await conflict('DeleteUser', name)).toBe('DeleteConflict: Cannot delete entity, must delete access keys first.')
  await account.run('DeleteAccessKey', { ...name, AccessKeyId: AccessKey.AccessKeyId })
  await account.run('CreateLoginProfile', { ...name, Password: 'hunter22' })
  expect(await conflict('DeleteUser', name)).toBe('DeleteConflict: Cannot delete entity, must delete login profile first.')
  await account.run('DeleteLoginProfile', name)

  await account.run('CreatePolicyVersion', { ...limits, PolicyDocument: policy('s3:*'), SetAsDefault: true })
  expect(await conflict('DeletePolicyVersion', { ...limits, VersionId: 'v2' })).toBe(
    'DeleteConflict: Cannot delete the default version of a policy.',
  )
  expect(await conflict('DeletePolicy', limits)).toMatch(/^DeleteConflict: This policy has more than one version/)
  await account.run('DeletePolicyVersion', { ...limits, VersionId: 'v1' })

  for (const operation of ['DeleteRole', 'DeleteUser', 'DeleteGroup', 'DeleteInstanceProfile']) await account.run(operation, name)
  await account.run('DeletePolicy', limits)
})

test('a service-linked role is changed by its service only', async ({ expect }) => {
  const account = await furnished()
  await account.run('CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' })
  const role = { RoleName: 'AWSServiceRoleForECS' }
  const refusal = `UnmodifiableEntity: Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS`
  const changes: readonly (readonly [string, object])[] = [
    ['DeleteRole', {}],
    ['UpdateAssumeRolePolicy', { PolicyDocument: ec2Trust }],
    ['PutRolePolicy', { PolicyName: 'p', PolicyDocument: policy('s3:*') }],
    ['AttachRolePolicy', { PolicyArn: arn('policy/limits') }],
    ['UpdateRole', { MaxSessionDuration: 7200 }],
    ['AddRoleToInstanceProfile', { InstanceProfileName: 'profile' }],
  ]
  for (const [operation, input] of changes) expect(await account.refusal(operation, { ...role, ...input })).toBe(refusal)
  expect(await account.refusal('CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' })).toBe(
    'InvalidInput: Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix.',
  )
  expect(await account.refusal('DeleteServiceLinkedRole', name)).toBe('InvalidInput: Role worker is not a service-linked role.')
  const { DeletionTaskId } = await account.run('DeleteServiceLinkedRole', role)
  expect(await account.run('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId })).toEqual({ Status: 'SUCCEEDED' })
})
