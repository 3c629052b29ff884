/** Sessions from end to end, with the SDK for JavaScript against a whole instance: what they can do, what they carry, and when they end. */
import {
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  EnableMFADeviceCommand,
  GetUserCommand,
  ListGroupsCommand,
  ListRolesCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { newRole, newUser, oneTimePassword, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'

const otherAccount = '444455556666'
const root = `arn:aws:iam::${mainAccount}:root`
const invalid = { code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.', status: 403 }

let instance: TestInstance
let iam: ReturnType<typeof iamClient>
/** May assume every role, and nothing else. */
let alice: Credentials

beforeAll(async () => {
  instance = await testInstance({
    accounts: [
      { id: mainAccount, name: 'main' },
      { id: otherAccount, name: 'other' },
    ],
  })
  iam = iamClient(instance.url, instance.rootKey())
  alice = await newUser(iam, 'alice', policyOf({ Action: 'sts:*' }))
})
afterAll(() => instance.close())

async function assumed(by: Credentials, RoleArn: string, input: Partial<AssumeRoleCommandInput> = {}): Promise<Credentials> {
  const session = { RoleSessionName: 'test', ...input, RoleArn }
  return credentialsIn(await stsClient(instance.url, by).send(new AssumeRoleCommand(session)))
}

function whoIs(credentials: Credentials) {
  return stsClient(instance.url, credentials).send(new GetCallerIdentityCommand({}))
}

function listUsers(credentials: Credentials) {
  return iamClient(instance.url, credentials).send(new ListUsersCommand({}))
}

describe('a role session', () => {
  test('is the role, with what the role may do and nothing of who assumed it', async ({ expect }) => {
    const reader = await newRole(iam, 'reader', { trust: trustOf(root), document: policyOf({ Action: 'iam:List*' }) })
    const session = await assumed(alice, reader, { RoleSessionName: 'monday' })
    expect(await whoIs(session)).toMatchObject({
      Account: mainAccount,
      Arn: `arn:aws:sts::${mainAccount}:assumed-role/reader/monday`,
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:monday$/),
    })
    expect((await listUsers(session)).Users).not.toEqual([])
    const refused = await refusalOf(
      stsClient(instance.url, session).send(new AssumeRoleCommand({ RoleArn: reader, RoleSessionName: 'two' })),
    )
    expect(refused).toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:sts::${mainAccount}:assumed-role/reader/monday is not authorized to perform: sts:AssumeRole on resource: ${reader} because no identity-based policy allows the sts:AssumeRole action`,
    })
  })

  test('loses what the role loses, at its next call', async ({ expect }) => {
    const role = await newRole(iam, 'short-lived-rights', { trust: trustOf(root), document: policyOf({ Action: 'iam:ListUsers' }) })
    const session = await assumed(alice, role)
    await listUsers(session)
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'short-lived-rights', PolicyName: 'own' }))
    expect(await refusalOf(listUsers(session))).toMatchObject({ code: 'AccessDenied' })
  })

  test('dies with its role, also when a role of that name is made again', async ({ expect }) => {
    const settings = { trust: trustOf(root), document: policyOf({}) }
    const session = await assumed(alice, await newRole(iam, 'phoenix', settings))
    await listUsers(session)
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'phoenix', PolicyName: 'own' }))
    await iam.send(new DeleteRoleCommand({ RoleName: 'phoenix' }))
    expect(await refusalOf(listUsers(session))).toEqual(invalid)
    await newRole(iam, 'phoenix', settings)
    expect(await refusalOf(listUsers(session))).toEqual(invalid)
  })

  test('has no longer life than the role allows', async ({ expect }) => {
    const role = await newRole(iam, 'two-hours', { trust: trustOf(root), MaxSessionDuration: 7200 })
    expect(await refusalOf(assumed(alice, role, { DurationSeconds: 7201 }))).toMatchObject({
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    })
    await assumed(alice, role, { DurationSeconds: 7200 })
  })

  test('is narrowed by a session policy, which never grants', async ({ expect }) => {
    const role = await newRole(iam, 'lists', { trust: trustOf(root), document: policyOf({ Action: ['iam:ListUsers', 'iam:GetUser'] }) })
    const session = await assumed(alice, role, { Policy: policyOf({ Action: ['iam:ListUsers', 'iam:ListRoles'] }) })
    const client = iamClient(instance.url, session)
    await listUsers(session)
    const arn = `arn:aws:sts::${mainAccount}:assumed-role/lists/test`
    expect(await refusalOf(client.send(new GetUserCommand({ UserName: 'alice' })))).toMatchObject({
      message: `User: ${arn} is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${mainAccount}:user/alice because no session policy allows the iam:GetUser action`,
    })
  })
})

describe('what a session carries', () => {
  test('transitive tags and the source identity go along a chain of roles, other tags stay behind', async ({ expect }) => {
    const everyone = `arn:aws:iam::${mainAccount}:root`
    const equals = (key: string, value: string) => ({ Condition: { StringEquals: { [key]: value } } })
    const second = await newRole(iam, 'second', {
      trust: trustOf(everyone),
      document: policyOf(
        { Action: 'iam:ListUsers', ...equals('aws:PrincipalTag/team', 'payments') },
        { Action: 'iam:ListRoles', ...equals('aws:PrincipalTag/shift', 'night') },
        { Action: 'iam:ListGroups', ...equals('aws:SourceIdentity', 'alice@example.com') },
      ),
    })
    const first = await newRole(iam, 'first', { trust: trustOf(everyone), document: policyOf({ Action: 'sts:*' }) })
    const Tags = [
      { Key: 'team', Value: 'payments' },
      { Key: 'shift', Value: 'night' },
    ]
    const start = await assumed(alice, first, { Tags, TransitiveTagKeys: ['team'], SourceIdentity: 'alice@example.com' })
    const end = await assumed(start, second)
    const client = iamClient(instance.url, end)
    await client.send(new ListUsersCommand({}))
    await client.send(new ListGroupsCommand({}))
    expect(await refusalOf(client.send(new ListRolesCommand({})))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assumed(start, second, { SourceIdentity: 'mallory' }))).toMatchObject({ code: 'ValidationError' })
    expect(await refusalOf(assumed(start, second, { DurationSeconds: 3601 }))).toMatchObject({
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    })
  })
})

describe('a role is assumed only by whom its trust policy', () => {
  test('names: a user that it does not name is told which policy is missing', async ({ expect }) => {
    const role = await newRole(iam, 'for-bob', { trust: trustOf((await userArn('bob')) ?? '') })
    expect(await refusalOf(assumed(alice, role))).toEqual({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${mainAccount}:user/alice is not authorized to perform: sts:AssumeRole on resource: ${role} because no role trust policy allows the sts:AssumeRole action`,
      status: 403,
    })
  })

  test('expects: the right external id', async ({ expect }) => {
    const role = await newRole(iam, 'vendor', { trust: trustOf(root, { StringEquals: { 'sts:ExternalId': 'contract-4711' } }) })
    expect(await refusalOf(assumed(alice, role))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assumed(alice, role, { ExternalId: 'contract-4712' }))).toMatchObject({ code: 'AccessDenied' })
    await assumed(alice, role, { ExternalId: 'contract-4711' })
  })

  test('expects: MFA, by a code that counts once', async ({ expect }) => {
    const role = await newRole(iam, 'careful', { trust: trustOf(root, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }) })
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'alice' }))
    const { SerialNumber = '', Base32StringSeed = new Uint8Array() } = VirtualMFADevice ?? {}
    const now = Math.floor(Date.now() / 30_000)
    const code = (step: number) => oneTimePassword(Base32StringSeed, step)
    const codes = { AuthenticationCode1: code(now - 2), AuthenticationCode2: code(now - 1) }
    await iam.send(new EnableMFADeviceCommand({ UserName: 'alice', SerialNumber, ...codes }))
    expect(await refusalOf(assumed(alice, role))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assumed(alice, role, { SerialNumber, TokenCode: '000000' }))).toEqual({
      code: 'AccessDenied',
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      status: 403,
    })
    await assumed(alice, role, { SerialNumber, TokenCode: code(now) })
    expect(await refusalOf(assumed(alice, role, { SerialNumber, TokenCode: code(now) }))).toMatchObject({ code: 'AccessDenied' })
  })

  test('and, in another account, the policies of both accounts allow', async ({ expect }) => {
    const there = iamClient(instance.url, instance.rootKey(otherAccount))
    const role = await newRole(there, 'guest', { trust: trustOf(root), document: policyOf({ Action: 'iam:ListUsers' }) })
    const carol = await newUser(iam, 'carol')
    // Which policy of which account is missing is not told to another account.
    expect(await refusalOf(assumed(carol, role))).toMatchObject({
      message: `User: arn:aws:iam::${mainAccount}:user/carol is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    })
    const session = await assumed(alice, role)
    expect(await whoIs(session)).toMatchObject({ Account: otherAccount })
    expect((await listUsers(session)).Users).toEqual([])
  })

  test('exists: a role that does not is not told from one that trusts nobody', async ({ expect }) => {
    const gone = await refusalOf(assumed(alice, `arn:aws:iam::${mainAccount}:role/not-there`))
    expect(gone).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining('not authorized to perform: sts:AssumeRole') })
  })
})

describe('credentials end', () => {
  test('when a key is made inactive and when it is deleted, at the next call', async ({ expect }) => {
    const dora = await newUser(iam, 'dora')
    await whoIs(dora)
    const key = { UserName: 'dora', AccessKeyId: dora.accessKeyId }
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }))
    expect(await refusalOf(whoIs(dora))).toEqual(invalid)
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Active' }))
    await whoIs(dora)
    await iam.send(new DeleteAccessKeyCommand(key))
    expect(await refusalOf(whoIs(dora))).toEqual(invalid)
  })

  test('where the session token is garbage, another session’s, or missing', async ({ expect }) => {
    const sts = stsClient(instance.url, alice)
    const one = credentialsIn(await sts.send(new GetSessionTokenCommand({})))
    const two = credentialsIn(await sts.send(new GetSessionTokenCommand({})))
    await whoIs(one)
    const { accessKeyId, secretAccessKey, sessionToken = '' } = one
    const flipped = `${sessionToken.slice(0, -8)}AAAAAAAA`
    for (const token of ['garbage', flipped, two.sessionToken, undefined]) {
      expect(await refusalOf(whoIs({ accessKeyId, secretAccessKey, sessionToken: token }))).toEqual(invalid)
    }
    expect(await refusalOf(whoIs({ ...alice, sessionToken }))).toEqual(invalid)
  })

  test('of a session token without MFA at the door of IAM', async ({ expect }) => {
    const erin = await newUser(iam, 'erin', policyOf({}))
    await listUsers(erin)
    const session = credentialsIn(await stsClient(instance.url, erin).send(new GetSessionTokenCommand({})))
    expect(await whoIs(session)).toMatchObject({ Arn: `arn:aws:iam::${mainAccount}:user/erin` })
    expect(await refusalOf(listUsers(session))).toMatchObject({ code: 'AccessDenied' })
  })
})

async function userArn(name: string): Promise<string | undefined> {
  return (await iam.send(new CreateUserCommand({ UserName: name }))).User?.Arn
}
