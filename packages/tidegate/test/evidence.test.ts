/** What is told of a call afterwards: AWS's sentence to who was denied, an explanation to who may read it, a record to the account. */
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam'
import { LookupEventsCommand, type LookupAttributeKey } from '@aws-sdk/client-cloudtrail'
import { AssumeRoleCommand, DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts'
import { parsePolicy } from '@tidegate/policy'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { cloudTrailClient, credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'

let instance: TestInstance
let iam: ReturnType<typeof iamClient>

beforeAll(async () => {
  const text = policyOf({}, { Effect: 'Deny', Action: 'iam:DeleteUser', Condition: { StringNotEquals: { 'aws:username': 'root' } } })
  const guardrail = parsePolicy(text, 'scp', { name: 'nobody-deletes' })
  if (!guardrail.ok) throw new Error('the SCP is not read')
  const organization = {
    id: 'o-evidence123',
    managementAccount: '999900001111',
    root: { scps: [guardrail.document], rcps: [] },
    units: new Map(),
    accounts: new Map(),
  }
  instance = await testInstance({ organization })
  iam = iamClient(instance.url, instance.rootKey())
})
afterAll(() => instance.close())

describe('a denial says in AWS’s words what stood against the call', () => {
  const on = (action: string, caller: string, user: string) =>
    `User: ${caller} is not authorized to perform: ${action} on resource: arn:aws:iam::${mainAccount}:user/${user}`
  const userArn = (name: string) => `arn:aws:iam::${mainAccount}:user/${name}`

  test('no policy allows it', async ({ expect }) => {
    const client = iamClient(instance.url, await newUser(iam, 'powerless'))
    expect(await refusalOf(client.send(new CreateUserCommand({ UserName: 'bob' })))).toEqual({
      code: 'AccessDenied',
      message: `${on('iam:CreateUser', userArn('powerless'), 'bob')} because no identity-based policy allows the iam:CreateUser action`,
      status: 403,
    })
  })

  test('a policy denies it', async ({ expect }) => {
    const document = policyOf({}, { Effect: 'Deny', Action: 'iam:GetUser' })
    const client = iamClient(instance.url, await newUser(iam, 'denied', document))
    expect(await refusalOf(client.send(new GetUserCommand({ UserName: 'bob' })))).toMatchObject({
      message: `${on('iam:GetUser', userArn('denied'), 'bob')} with an explicit deny in an identity-based policy`,
    })
  })

  test('the permissions boundary does not allow it', async ({ expect }) => {
    const bounded = await newUser(iam, 'bounded', policyOf({}))
    const limit = new CreatePolicyCommand({ PolicyName: 'limit', PolicyDocument: policyOf({ Action: 'iam:List*' }) })
    const { Policy } = await iam.send(limit)
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary: Policy?.Arn }))
    const client = iamClient(instance.url, bounded)
    await client.send(new ListUsersCommand({}))
    expect(await refusalOf(client.send(new GetUserCommand({ UserName: 'bob' })))).toMatchObject({
      message: `${on('iam:GetUser', userArn('bounded'), 'bob')} because no permissions boundary allows the iam:GetUser action`,
    })
  })

  test('a service control policy denies it, to an administrator and to the root user', async ({ expect }) => {
    const administrator = iamClient(instance.url, await newUser(iam, 'administrator', policyOf({})))
    const denied = 'with an explicit deny in a service control policy'
    expect(await refusalOf(administrator.send(new DeleteUserCommand({ UserName: 'bob' })))).toMatchObject({
      message: `${on('iam:DeleteUser', userArn('administrator'), 'bob')} ${denied}`,
    })
    expect(await refusalOf(iam.send(new DeleteUserCommand({ UserName: 'bob' })))).toMatchObject({
      message: `${on('iam:DeleteUser', `arn:aws:iam::${mainAccount}:root`, 'bob')} ${denied}`,
    })
  })
})

test('T-86 who was denied carries an explanation that only who may decode it can read', async ({ expect }) => {
  const lena = await newUser(iam, 'lena')
  const refused: unknown = await iamClient(instance.url, lena)
    .send(new ListUsersCommand({}))
    .catch((error: unknown) => error)
  const { headers } = (refused as { $response: { headers: Record<string, string> } }).$response
  const EncodedMessage = headers['x-tidegate-authorization-message']
  const decode = new DecodeAuthorizationMessageCommand({ EncodedMessage })
  expect(await refusalOf(stsClient(instance.url, lena).send(decode))).toMatchObject({ code: 'AccessDenied' })
  const { DecodedMessage = '' } = await stsClient(instance.url, instance.rootKey()).send(decode)
  expect(JSON.parse(DecodedMessage)).toMatchObject({
    allowed: false,
    explicitDeny: false,
    context: { action: 'iam:ListUsers', resource: '*' },
  })
})

describe('LookupEvents finds', () => {
  async function found(key: LookupAttributeKey, value: string) {
    const attributes = [{ AttributeKey: key, AttributeValue: value }]
    const { Events = [] } = await cloudTrailClient(instance.url, instance.rootKey()).send(
      new LookupEventsCommand({ LookupAttributes: attributes }),
    )
    return Events
  }

  test('what was done, by name, user and key, with the record as CloudTrail writes it', async ({ expect }) => {
    const olga = await newUser(iam, 'olga', policyOf({}))
    await iamClient(instance.url, olga).send(new CreateUserCommand({ UserName: 'made-by-olga' }))
    const [event] = await found('Username', 'olga')
    expect(event).toMatchObject({ EventName: 'CreateUser', EventSource: 'iam.amazonaws.com', Username: 'olga', ReadOnly: 'false' })
    expect(JSON.parse(event?.CloudTrailEvent ?? '{}')).toMatchObject({
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${mainAccount}:user/olga`,
        accountId: mainAccount,
        accessKeyId: olga.accessKeyId,
      },
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      requestParameters: { userName: 'made-by-olga' },
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: mainAccount,
    })
    expect((await found('AccessKeyId', olga.accessKeyId)).map(({ EventName }) => EventName)).toEqual(['CreateUser'])
    expect((await found('EventName', 'CreateUser')).length).toBeGreaterThan(1)
  })

  test('a call that was denied, with what the caller was told', async ({ expect }) => {
    const nosy = await newUser(iam, 'nosy')
    const refusal = await refusalOf(iamClient(instance.url, nosy).send(new ListUsersCommand({})))
    const [event] = await found('Username', 'nosy')
    expect(JSON.parse(event?.CloudTrailEvent ?? '{}')).toMatchObject({ errorCode: 'AccessDenied', errorMessage: refusal?.message })
  })

  test('who stands behind a session: the source identity', async ({ expect }) => {
    const role = await newRole(iam, 'on-call', { trust: trustOf(`arn:aws:iam::${mainAccount}:root`), document: policyOf({}) })
    const pat = await newUser(iam, 'pat', policyOf({ Action: 'sts:*' }))
    const input = { RoleArn: role, RoleSessionName: 'night', SourceIdentity: 'pat@example.com' }
    const session = credentialsIn(await stsClient(instance.url, pat).send(new AssumeRoleCommand(input)))
    await iamClient(instance.url, session).send(new ListUsersCommand({}))
    const [event] = await found('AccessKeyId', session.accessKeyId)
    expect(JSON.parse(event?.CloudTrailEvent ?? '{}')).toMatchObject({
      eventName: 'ListUsers',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${mainAccount}:assumed-role/on-call/night`,
        sessionContext: { sessionIssuer: { type: 'Role', arn: role, userName: 'on-call' }, sourceIdentity: 'pat@example.com' },
      },
    })
  })

  test('no secret: neither a secret access key nor a session token', async ({ expect }) => {
    await iam.send(new CreateUserCommand({ UserName: 'quinn' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'quinn' }))
    const [event] = await found('EventName', 'CreateAccessKey')
    const { responseElements } = JSON.parse(event?.CloudTrailEvent ?? '{}') as Record<string, unknown>
    expect(responseElements).toMatchObject({ accessKey: { userName: 'quinn', accessKeyId: AccessKey?.AccessKeyId, status: 'Active' } })
    expect(event?.CloudTrailEvent).not.toContain(AccessKey?.SecretAccessKey)
    const [assumed] = await found('EventName', 'AssumeRole')
    expect(assumed?.CloudTrailEvent).toContain('ASIA')
    expect(assumed?.CloudTrailEvent).not.toMatch(/secretAccessKey":"(?!HIDDEN)/i)
    expect(assumed?.CloudTrailEvent?.length).toBeLessThan(3000)
  })
})
