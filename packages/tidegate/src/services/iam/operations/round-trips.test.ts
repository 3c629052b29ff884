import { test } from 'vitest'
import { accountId, ec2Trust, iamAccount, policy, rootOf, trustIn } from '../../../../test/support/iam.ts'

const arn = (rest: string) => `arn:aws:iam::${accountId}:${rest}`
const readOnly = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

test('a role comes back with all that it was given, its document URL-encoded', async ({ expect }) => {
  const account = await iamAccount()
  const given = {
    RoleName: 'Worker',
    Path: '/apps/',
    Description: 'does work',
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: trustIn(
      { Service: 'ecs-tasks.amazonaws.com' },
      { Condition: { StringLike: { 'aws:SourceArn': `arn:aws:ecs:*:${accountId}:*(!)` } } },
    ),
    PermissionsBoundary: readOnly,
    Tags: [{ Key: 'Team', Value: 'a' }],
  }
  const { Role: created } = (await account.run('CreateRole', given)) as { Role: { RoleId: string; AssumeRolePolicyDocument: string } }
  expect(created.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/)
  expect(created.AssumeRolePolicyDocument).not.toMatch(/[^A-Za-z0-9%._~-]/)
  expect(decodeURIComponent(created.AssumeRolePolicyDocument)).toBe(given.AssumeRolePolicyDocument)
  account.history.uses.set(created.RoleId, { at: account.now, region: 'eu-central-1', service: 's3' })
  const { Role } = await account.run('GetRole', { RoleName: 'worker' })
  expect(Role).toEqual({
    RoleName: 'Worker',
    RoleId: created.RoleId,
    Path: '/apps/',
    Arn: arn('role/apps/Worker'),
    CreateDate: new Date(account.now),
    Description: 'does work',
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: created.AssumeRolePolicyDocument,
    PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: readOnly },
    Tags: [{ Key: 'Team', Value: 'a' }],
    RoleLastUsed: { LastUsedDate: new Date(account.now), Region: 'eu-central-1' },
  })
})

test('a role is updated member by member', async ({ expect }) => {
  const account = await iamAccount()
  const role = { RoleName: 'r' }
  await account.run('CreateRole', { ...role, AssumeRolePolicyDocument: ec2Trust, Description: 'first' })
  await account.run('UpdateRole', { ...role, MaxSessionDuration: 3600 })
  expect((await account.run('GetRole', role))['Role']).toMatchObject({ Description: 'first', RoleLastUsed: {} })
  await account.run('UpdateRoleDescription', { ...role, Description: 'second' })
  expect((await account.run('GetRole', role))['Role']).toMatchObject({ Description: 'second', MaxSessionDuration: 3600 })
})

test.for(['Role', 'User', 'Group'] as const)('policies of a %s come and go', async (kind, { expect }) => {
  const account = await iamAccount()
  const holder = { [`${kind}Name`]: 'Holder' }
  await account.run(`Create${kind}`, { ...holder, ...(kind === 'Role' ? { AssumeRolePolicyDocument: ec2Trust } : {}) })
  const document = policy('s3:GetObject', 'arn:aws:s3:::bucket/*')
  for (const PolicyName of ['__proto__', 'b', 'a'])
    await account.run(`Put${kind}Policy`, { ...holder, PolicyName, PolicyDocument: document })
  expect(await account.run(`List${kind}Policies`, holder)).toEqual({ PolicyNames: ['__proto__', 'a', 'b'], IsTruncated: false })
  expect(await account.run(`Get${kind}Policy`, { ...holder, PolicyName: '__proto__' })).toEqual({
    ...holder,
    PolicyName: '__proto__',
    PolicyDocument: encodeURIComponent(document).replaceAll('*', '%2A'),
  })
  await account.run(`Delete${kind}Policy`, { ...holder, PolicyName: '__proto__' })
  expect(await account.run(`List${kind}Policies`, { ...holder, MaxItems: 1 })).toMatchObject({ PolicyNames: ['a'], IsTruncated: true })

  await account.run(`Attach${kind}Policy`, { ...holder, PolicyArn: readOnly })
  await account.run(`Attach${kind}Policy`, { ...holder, PolicyArn: readOnly })
  expect(await account.run(`ListAttached${kind}Policies`, holder)).toEqual({
    AttachedPolicies: [{ PolicyName: 'AmazonS3ReadOnlyAccess', PolicyArn: readOnly }],
    IsTruncated: false,
  })
  expect(await account.run(`ListAttached${kind}Policies`, { ...holder, PathPrefix: '/other/' })).toMatchObject({ AttachedPolicies: [] })
  expect(await account.run('ListEntitiesForPolicy', { PolicyArn: readOnly })).toMatchObject({ [`Policy${kind}s`]: [holder] })
  expect((await account.run('GetPolicy', { PolicyArn: readOnly }))['Policy']).toMatchObject({ AttachmentCount: 1, DefaultVersionId: 'v3' })
  await account.run(`Detach${kind}Policy`, { ...holder, PolicyArn: readOnly })
  expect(await account.run(`ListAttached${kind}Policies`, holder)).toEqual({ AttachedPolicies: [], IsTruncated: false })
})

test('pages hold while entities come and go', async ({ expect }) => {
  const account = await iamAccount()
  for (const UserName of ['a', 'B', 'c', 'D', 'e']) await account.run('CreateUser', { UserName, Path: '/x/' })
  const first = await account.run('ListUsers', { MaxItems: 2, PathPrefix: '/x/' })
  expect(first).toMatchObject({ Users: [{ UserName: 'a' }, { UserName: 'B' }], IsTruncated: true })
  await account.run('DeleteUser', { UserName: 'B' })
  const second = await account.run('ListUsers', { MaxItems: 2, Marker: first['Marker'], PathPrefix: '/x/' })
  expect(second).toMatchObject({ Users: [{ UserName: 'c' }, { UserName: 'D' }], IsTruncated: true })
  const last = await account.run('ListUsers', { MaxItems: 2, Marker: second['Marker'] })
  expect(last).toEqual({ Users: [expect.objectContaining({ UserName: 'e' })], IsTruncated: false })
})

test('policies of AWS and of the account are listed together, and by scope', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreatePolicy', {
    PolicyName: 'mine',
    PolicyDocument: policy('s3:*'),
    Description: 'd',
    Tags: [{ Key: 'k', Value: 'v' }],
  })
  const namesOf = async (input: object) => {
    const { Policies } = (await account.run('ListPolicies', { MaxItems: 1000, ...input })) as { Policies: { PolicyName: string }[] }
    return Policies.map(({ PolicyName }) => PolicyName)
  }
  expect(await namesOf({ Scope: 'Local' })).toEqual(['mine'])
  expect(await namesOf({ Scope: 'AWS' })).toContain('AmazonECSTaskExecutionRolePolicy')
  expect(await namesOf({})).toHaveLength((await namesOf({ Scope: 'AWS' })).length + 1)
  expect(await namesOf({ OnlyAttached: true })).toEqual([])
  expect((await account.run('GetPolicy', { PolicyArn: arn('policy/mine') }))['Policy']).toMatchObject({
    Description: 'd',
    Tags: [{ Key: 'k', Value: 'v' }],
  })
})

test('every AWS managed policy can be read and attached', async ({ expect }) => {
  const account = await iamAccount()
  const { Policies } = (await account.run('ListPolicies', { Scope: 'AWS', MaxItems: 1000 })) as {
    Policies: { Arn: string; DefaultVersionId: string }[]
  }
  expect(Policies.map(({ Arn }) => Arn)).toContain('arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy')
  for (const { Arn, DefaultVersionId } of Policies) {
    const { PolicyVersion } = (await account.run('GetPolicyVersion', { PolicyArn: Arn, VersionId: DefaultVersionId })) as {
      PolicyVersion: { Document: string }
    }
    expect(JSON.parse(decodeURIComponent(PolicyVersion.Document))).toHaveProperty('Statement')
  }
})

test('versions of a policy: newest first, numbers never come again', async ({ expect }) => {
  const account = await iamAccount()
  const PolicyArn = arn('policy/p')
  await account.run('CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('s3:*') })
  for (let i = 0; i < 3; i++) await account.run('CreatePolicyVersion', { PolicyArn, PolicyDocument: policy('s3:*'), SetAsDefault: i === 1 })
  await account.run('DeletePolicyVersion', { PolicyArn, VersionId: 'v4' })
  const { PolicyVersion } = await account.run('CreatePolicyVersion', { PolicyArn, PolicyDocument: policy('s3:*') })
  expect(PolicyVersion).toMatchObject({ VersionId: 'v5', IsDefaultVersion: false })
  const { Versions } = (await account.run('ListPolicyVersions', { PolicyArn })) as {
    Versions: { VersionId: string; IsDefaultVersion: boolean }[]
  }
  expect(Versions.map(({ VersionId, IsDefaultVersion }) => (IsDefaultVersion ? `${VersionId}!` : VersionId))).toEqual([
    'v5',
    'v3!',
    'v2',
    'v1',
  ])
})

test('renaming a user takes keys, devices and groups along', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('CreateUser', { UserName: 'bob' })
  await account.run('AddUserToGroup', { UserName: 'bob', GroupName: 'team' })
  const { AccessKey } = (await account.run('CreateAccessKey', { UserName: 'bob' })) as {
    AccessKey: { AccessKeyId: string; SecretAccessKey: string }
  }
  await account.run('UpdateUser', { UserName: 'bob', NewUserName: 'robert', NewPath: '/people/' })
  await account.run('UpdateGroup', { GroupName: 'team', NewGroupName: 'crew' })
  expect(await account.run('ListGroupsForUser', { UserName: 'robert' })).toMatchObject({ Groups: [{ GroupName: 'crew' }] })
  expect(await account.run('GetGroup', { GroupName: 'crew' })).toMatchObject({ Users: [{ UserName: 'robert' }] })
  expect(account.principals.accessKey(AccessKey.AccessKeyId)?.userName).toBe('robert')
  expect(account.principals.accessKey(AccessKey.AccessKeyId)?.secretAccessKey()).toBe(AccessKey.SecretAccessKey)
  expect(JSON.stringify(account.state.read((view) => view.list({ name: 'iam.access-keys' }, '')))).not.toContain(AccessKey.SecretAccessKey)
})

test('users look after themselves without naming themselves', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice', Path: '/people/' })
  const own = 'arn:aws:iam::*:user/people/${aws:username}'
  await account.run('PutUserPolicy', { UserName: 'alice', PolicyName: 'self', PolicyDocument: policy('iam:*', own) })
  const alice = { ...account.user('alice'), context: { 'aws:username': 'alice' } }
  expect((await account.run('GetUser', {}, alice))['User']).toMatchObject({ UserName: 'alice' })
  const { AccessKey } = (await account.run('CreateAccessKey', {}, alice)) as { AccessKey: { AccessKeyId: string } }
  expect(await account.run('ListAccessKeys', {}, alice)).toMatchObject({ AccessKeyMetadata: [{ UserName: 'alice', Status: 'Active' }] })
  await account.run('UpdateAccessKey', { AccessKeyId: AccessKey.AccessKeyId, Status: 'Inactive' }, alice)
  expect(account.principals.accessKey(AccessKey.AccessKeyId)?.isActive).toBe(false)
  expect(await account.run('GetAccessKeyLastUsed', AccessKey, alice)).toMatchObject({
    UserName: 'alice',
    AccessKeyLastUsed: { Region: 'N/A' },
  })
  await account.run('DeleteAccessKey', AccessKey, alice)
  expect(account.principals.accessKey(AccessKey.AccessKeyId)).toBeUndefined()
  await account.run('CreateUser', { UserName: 'bob' })
  expect(await account.refusal('CreateAccessKey', { UserName: 'bob' }, alice)).toBe(`denied: iam:CreateAccessKey on ${arn('user/bob')}`)
  await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust })
  expect(await account.refusal('GetUser', {}, account.role('r'))).toBe(
    'ValidationError: Must specify userName when calling with non-User credentials',
  )
})

test('the account root has keys of its own', async ({ expect }) => {
  const account = await iamAccount()
  const { AccessKey } = (await account.run('CreateAccessKey')) as { AccessKey: { AccessKeyId: string } }
  expect(account.principals.accessKey(AccessKey.AccessKeyId)).toMatchObject({ accountId, isActive: true })
  expect(account.principals.accessKey(AccessKey.AccessKeyId)).not.toHaveProperty('userName')
  await account.run('DeleteAccessKey', { AccessKeyId: AccessKey.AccessKeyId })
  expect(account.principals.accessKey(AccessKey.AccessKeyId)).toBeUndefined()
})

test('an instance profile shows its role, and needs the right to pass it', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: ec2Trust })
  await account.run('CreateInstanceProfile', { InstanceProfileName: 'p' })
  await account.run('CreateUser', { UserName: 'op' })
  await account.run('PutUserPolicy', { UserName: 'op', PolicyName: 'p', PolicyDocument: policy('iam:AddRoleToInstanceProfile') })
  const input = { InstanceProfileName: 'p', RoleName: 'worker' }
  expect(await account.refusal('AddRoleToInstanceProfile', input, account.user('op'))).toBe(`denied: iam:PassRole on ${arn('role/worker')}`)
  await account.run('AddRoleToInstanceProfile', input)
  expect((await account.run('GetInstanceProfile', input))['InstanceProfile']).toMatchObject({ Roles: [{ RoleName: 'worker' }], Tags: [] })
  expect(await account.run('ListInstanceProfilesForRole', input)).toMatchObject({ InstanceProfiles: [{ InstanceProfileName: 'p' }] })
})

test('everything of the account, a page at a time', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('CreateUser', { UserName: 'alice' })
  await account.run('AddUserToGroup', { UserName: 'alice', GroupName: 'team' })
  await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust })
  await account.run('CreatePolicy', { PolicyName: 'p', PolicyDocument: policy('s3:*') })
  await account.run('AttachRolePolicy', { RoleName: 'r', PolicyArn: readOnly })
  const all = await account.run('GetAccountAuthorizationDetails')
  expect(all).toMatchObject({
    UserDetailList: [{ UserName: 'alice', GroupList: ['team'], Tags: [] }],
    GroupDetailList: [{ GroupName: 'team', GroupPolicyList: [] }],
    RoleDetailList: [{ RoleName: 'r', AttachedManagedPolicies: [{ PolicyArn: readOnly }], InstanceProfileList: [], RoleLastUsed: {} }],
    Policies: [
      { PolicyName: 'p', PolicyVersionList: [{ VersionId: 'v1' }] },
      { Arn: readOnly, AttachmentCount: 1 },
    ],
    IsTruncated: false,
  })
  const seen: string[] = []
  let marker: unknown
  do {
    const page = await account.run('GetAccountAuthorizationDetails', { MaxItems: 1, ...(marker === undefined ? {} : { Marker: marker }) })
    for (const list of ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'])
      seen.push(...(page[list] as { Arn: string }[]).map(({ Arn }) => Arn))
    marker = page['Marker']
  } while (marker !== undefined)
  expect(seen).toEqual([arn('user/alice'), arn('group/team'), arn('role/r'), arn('policy/p'), readOnly])
  expect(await account.run('GetAccountAuthorizationDetails', { Filter: ['Role'] })).toMatchObject({ UserDetailList: [], Policies: [] })
  expect((await account.run('GetAccountSummary'))['SummaryMap']).toMatchObject({
    Users: 1,
    Groups: 1,
    Roles: 1,
    Policies: 1,
    UsersQuota: 5000,
  })
})

test('account alias, password policy and providers come back as they were set', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateAccountAlias', { AccountAlias: 'example' })
  expect(await account.run('ListAccountAliases')).toEqual({ AccountAliases: ['example'], IsTruncated: false })
  expect(await account.refusal('CreateAccountAlias', { AccountAlias: 'example' }, rootOf('999988887777'))).toMatch(/^EntityAlreadyExists/)
  await account.run('DeleteAccountAlias', { AccountAlias: 'example' })
  await account.run('UpdateAccountPasswordPolicy', { MaxPasswordAge: 60 })
  expect((await account.run('GetAccountPasswordPolicy'))['PasswordPolicy']).toMatchObject({
    ExpirePasswords: true,
    MinimumPasswordLength: 6,
  })
  await account.run('DeleteAccountPasswordPolicy')

  const OpenIDConnectProviderArn = arn('oidc-provider/idp.example/realms/x')
  expect(await account.run('CreateOpenIDConnectProvider', { Url: 'https://idp.example/realms/x', ClientIDList: ['a'] })).toEqual({
    OpenIDConnectProviderArn,
  })
  const provider = { OpenIDConnectProviderArn }
  await account.run('AddClientIDToOpenIDConnectProvider', { ...provider, ClientID: 'b' })
  await account.run('RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID: 'a' })
  await account.run('TagOpenIDConnectProvider', { ...provider, Tags: [{ Key: 'k', Value: 'v' }] })
  expect(await account.run('GetOpenIDConnectProvider', provider)).toMatchObject({
    Url: 'idp.example/realms/x',
    ClientIDList: ['b'],
    ThumbprintList: [],
    Tags: [{ Key: 'k' }],
  })
  expect(account.principals.openIdConnectProviders(accountId)).toMatchObject([{ arn: OpenIDConnectProviderArn, clientIds: ['b'] }])
})

test('the credential report has a row for the root and each user', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: '=cmd' })
  const { AccessKey } = (await account.run('CreateAccessKey', { UserName: '=cmd' })) as { AccessKey: { AccessKeyId: string } }
  account.history.uses.set(AccessKey.AccessKeyId, { at: account.now, region: 'eu-central-1', service: 'ecs' })
  expect(await account.run('GenerateCredentialReport')).toMatchObject({ State: 'STARTED' })
  expect(await account.run('GenerateCredentialReport')).toEqual({ State: 'COMPLETE' })
  const { Content } = (await account.run('GetCredentialReport')) as { Content: Uint8Array }
  const [columns = '', root = '', user = ''] = Buffer.from(Content).toString().split('\n')
  expect(root.startsWith('<root_account>,')).toBe(true)
  expect(user).toMatch(/^'=cmd,.*,true,2026-11-22T12:00:00\+00:00,2026-11-22T12:00:00\+00:00,eu-central-1,ecs,false/)
  expect([root, user].map((row) => row.split(',').length)).toEqual([columns.split(',').length, columns.split(',').length])
})

test('last accessed services are those that the policies allow, with what the audit log knows', async ({ expect }) => {
  const account = await iamAccount()
  const { User } = (await account.run('CreateUser', { UserName: 'alice' })) as { User: { UserId: string } }
  await account.run('PutUserPolicy', { UserName: 'alice', PolicyName: 'p', PolicyDocument: policy(['s3:*', 'ecs:RunTask']) })
  account.history.services.push({
    entityId: User.UserId,
    service: 'ecs',
    at: account.now,
    region: 'eu-central-1',
    actions: [{ name: 'RunTask', at: account.now, region: 'eu-central-1' }],
  })
  const { JobId } = await account.run('GenerateServiceLastAccessedDetails', { Arn: arn('user/alice'), Granularity: 'ACTION_LEVEL' })
  expect(await account.run('GetServiceLastAccessedDetails', { JobId })).toMatchObject({
    JobStatus: 'COMPLETED',
    ServicesLastAccessed: [
      {
        ServiceNamespace: 'ecs',
        LastAuthenticatedEntity: arn('user/alice'),
        TotalAuthenticatedEntities: 1,
        TrackedActionsLastAccessed: [{ ActionName: 'RunTask' }],
      },
      { ServiceNamespace: 's3', ServiceName: 'Amazon S3', TotalAuthenticatedEntities: 0 },
    ],
  })
})

test('tags replace one another without regard to case', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice' })
  await account.run('TagUser', {
    UserName: 'alice',
    Tags: [
      { Key: 'Team', Value: 'a' },
      { Key: '__proto__', Value: 'x' },
    ],
  })
  await account.run('TagUser', { UserName: 'alice', Tags: [{ Key: 'team', Value: 'b' }] })
  expect(await account.run('ListUserTags', { UserName: 'alice' })).toMatchObject({
    Tags: [
      { Key: '__proto__', Value: 'x' },
      { Key: 'team', Value: 'b' },
    ],
  })
  await account.run('UntagUser', { UserName: 'alice', TagKeys: ['TEAM'] })
  expect(await account.run('ListUserTags', { UserName: 'alice' })).toMatchObject({ Tags: [{ Key: '__proto__' }] })
})

test.for([
  ['User', { UserName: 'x' }, 'TagUser', 'ListUserTags'],
  ['Role', { RoleName: 'x' }, 'TagRole', 'ListRoleTags'],
  ['Policy', { PolicyArn: arn('policy/x') }, 'TagPolicy', 'ListPolicyTags'],
  ['InstanceProfile', { InstanceProfileName: 'x' }, 'TagInstanceProfile', 'ListInstanceProfileTags'],
  [
    'OpenIDConnectProvider',
    { OpenIDConnectProviderArn: arn('oidc-provider/x.example') },
    'TagOpenIDConnectProvider',
    'ListOpenIDConnectProviderTags',
  ],
  ['VirtualMFADevice', { SerialNumber: arn('mfa/x') }, 'TagMFADevice', 'ListMFADeviceTags'],
] as const)('a %s is created with tags, tagged and untagged, and each needs its own right', async ([kind, of, tag, list], { expect }) => {
  const account = await iamAccount()
  const create = {
    UserName: 'x',
    RoleName: 'x',
    AssumeRolePolicyDocument: ec2Trust,
    PolicyName: 'x',
    PolicyDocument: policy('s3:*'),
    InstanceProfileName: 'x',
    Url: 'https://x.example',
    VirtualMFADeviceName: 'x',
    Tags: [{ Key: 'a', Value: '1' }],
  }
  const checks = await account.checks(`Create${kind}`, create)
  expect(checks.map(({ action }) => action)).toEqual([`iam:Create${kind}`, `iam:${tag}`])
  for (const { resource, context } of checks) {
    expect(resource).toBe(checks[0]?.resource)
    expect(context).toMatchObject({ 'aws:RequestTag/a': '1', 'aws:TagKeys': ['a'] })
  }
  await account.run(`Create${kind}`, create)
  await account.run(tag, { ...of, Tags: [{ Key: 'b', Value: '2' }] })
  expect(await account.run(list, { ...of, MaxItems: 1 })).toMatchObject({ Tags: [{ Key: 'a', Value: '1' }], IsTruncated: true })
  const [check] = await account.checks(`Un${tag.toLowerCase().slice(0, 1)}${tag.slice(1)}`, { ...of, TagKeys: ['a'] })
  expect(check).toMatchObject({
    resource: checks[0]?.resource,
    context: { 'aws:ResourceTag/a': '1', 'aws:ResourceTag/b': '2', 'aws:TagKeys': ['a'] },
  })
  await account.run(`Un${tag.toLowerCase().slice(0, 1)}${tag.slice(1)}`, { ...of, TagKeys: ['a'] })
  expect(await account.run(list, of)).toEqual({ Tags: [{ Key: 'b', Value: '2' }], IsTruncated: false })
})

test('a login profile is a fact, and its password is nowhere', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'alice' })
  await account.run('CreateLoginProfile', { UserName: 'alice', Password: 'hunter22', PasswordResetRequired: true })
  expect(await account.refusal('CreateLoginProfile', { UserName: 'alice', Password: 'hunter22' })).toBe(
    'EntityAlreadyExists: Login Profile for user alice already exists.',
  )
  await account.run('UpdateLoginProfile', { UserName: 'alice', Password: 'hunter23', PasswordResetRequired: false })
  expect(await account.run('GetLoginProfile', { UserName: 'alice' })).toMatchObject({
    LoginProfile: { UserName: 'alice', PasswordResetRequired: false },
  })
  expect(JSON.stringify(account.state.read((view) => view.list({ name: 'iam.users' }, accountId)))).not.toContain('hunter')
})

test('principals are judged by the boundary that they have, or the one that is asked for', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateRole', {
    RoleName: 'r',
    Path: '/apps/',
    AssumeRolePolicyDocument: ec2Trust,
    PermissionsBoundary: readOnly,
    Tags: [{ Key: 'k', Value: 'v' }],
  })
  const contextOf = async (operation: string, input: object = {}) => (await account.checks(operation, { RoleName: 'r', ...input }))[0]
  expect(await contextOf('PutRolePolicy')).toMatchObject({
    resource: arn('role/apps/r'),
    context: { 'iam:PermissionsBoundary': readOnly, 'aws:ResourceTag/k': 'v', 'iam:ResourceTag/k': 'v' },
  })
  expect(await contextOf('AttachRolePolicy', { PolicyArn: arn('policy/p') })).toMatchObject({
    context: { 'iam:PermissionsBoundary': readOnly, 'iam:PolicyARN': arn('policy/p') },
  })
  expect(await contextOf('PutRolePermissionsBoundary', { PermissionsBoundary: arn('policy/other') })).toMatchObject({
    context: { 'iam:PermissionsBoundary': arn('policy/other') },
  })
  const [create] = await account.checks('CreateRole', {
    RoleName: 'n',
    Path: '/apps/',
    AssumeRolePolicyDocument: ec2Trust,
    PermissionsBoundary: readOnly,
  })
  expect(create).toMatchObject({ resource: arn('role/apps/n'), context: { 'iam:PermissionsBoundary': readOnly } })
})

test('renaming needs the right to both names', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateUser', { UserName: 'bob' })
  const checks = await account.checks('UpdateUser', { UserName: 'bob', NewUserName: 'admin', NewPath: '/ops/' })
  expect(checks.map(({ resource }) => resource)).toEqual([arn('user/bob'), arn('user/ops/admin')])
  expect(await account.checks('UpdateGroup', { GroupName: 'g', NewGroupName: 'h' })).toHaveLength(2)
})

test('last accessed services count the members of a group and the holders of a policy', async ({ expect }) => {
  const account = await iamAccount()
  const { User } = (await account.run('CreateUser', { UserName: 'alice' })) as { User: { UserId: string } }
  const { Role } = (await account.run('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust })) as { Role: { RoleId: string } }
  await account.run('CreateGroup', { GroupName: 'team' })
  await account.run('AddUserToGroup', { UserName: 'alice', GroupName: 'team' })
  for (const [operation, of] of [
    ['AttachGroupPolicy', { GroupName: 'team' }],
    ['AttachRolePolicy', { RoleName: 'r' }],
  ] as const) {
    await account.run(operation, { ...of, PolicyArn: readOnly })
  }
  for (const entityId of [User.UserId, Role.RoleId]) {
    account.history.services.push({ entityId, service: 's3', at: account.now, region: 'us-east-1', actions: [] })
  }
  const countOf = async (Arn: string) => {
    const { JobId } = await account.run('GenerateServiceLastAccessedDetails', { Arn })
    const { ServicesLastAccessed } = (await account.run('GetServiceLastAccessedDetails', { JobId })) as {
      ServicesLastAccessed: { ServiceNamespace: string; TotalAuthenticatedEntities: number }[]
    }
    return ServicesLastAccessed.find(({ ServiceNamespace }) => ServiceNamespace === 's3')?.TotalAuthenticatedEntities
  }
  expect(await countOf(arn('group/team'))).toBe(1)
  expect(await countOf(arn('role/r'))).toBe(1)
  expect(await countOf(readOnly)).toBe(2)
  expect(await account.refusal('GenerateServiceLastAccessedDetails', { Arn: arn('mfa/whatever') })).toMatch(/^InvalidInput/)
})

test('what was judged is what is changed', async ({ expect }) => {
  const account = await iamAccount()
  await account.run('CreateRole', { RoleName: 'r', Path: '/dev/', AssumeRolePolicyDocument: ec2Trust })
  await account.run('CreateUser', { UserName: 'op' })
  await account.run('PutUserPolicy', { UserName: 'op', PolicyName: 'p', PolicyDocument: policy('iam:PutRolePolicy', arn('role/dev/*')) })
  const input = { RoleName: 'r', PolicyName: 'p', PolicyDocument: policy('*') }
  const refusal = await account.refusal('PutRolePolicy', input, account.user('op'), async () => {
    await account.run('DeleteRole', { RoleName: 'r' })
    await account.run('CreateRole', { RoleName: 'r', Path: '/prod/', AssumeRolePolicyDocument: ec2Trust })
  })
  expect(refusal).toMatch(/^ConcurrentModification: /)
  expect(await account.run('ListRolePolicies', { RoleName: 'r' })).toMatchObject({ PolicyNames: [] })
  expect(await account.refusal('PutRolePolicy', input, account.user('op'))).toBe(`denied: iam:PutRolePolicy on ${arn('role/prod/r')}`)
})
