/** A denied call of a real client, explained by the command and over the wire. */
import { DeleteUserPolicyCommand, ListUsersCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test } from 'vitest'
import { DescribeDecision$, type DescribeDecisionOutput } from '../src/api/describe-decision.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { clientEnvironment, type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { callOwnApi } from './support/own-api.ts'
import { tidegateAs } from './support/process.ts'
import { awsCli, run } from './support/programs.ts'

let instance: TestInstance
let bob: Credentials
let carol: Credentials
const bobArn = `arn:aws:iam::${mainAccount}:user/bob`
const mfaOnly = policyOf(
  { Sid: 'ListWithMfa', Action: 'iam:ListUsers', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
  { Sid: 'NotRoles', Effect: 'Deny', Action: 'iam:ListRoles' },
)

beforeAll(async () => {
  instance = await testInstance()
  const iam = iamClient(instance.url, instance.rootKey())
  bob = await newUser(iam, 'bob', mfaOnly)
  carol = await newUser(iam, 'carol', policyOf({ Action: 'tidegate:DescribeDecision' }))
})
afterAll(() => instance.close())

const describeAs = (who: Credentials, RequestId: string) =>
  callOwnApi<DescribeDecisionOutput>(instance.url, who, DescribeDecision$, { RequestId })

/** The id of a request that is denied. */
async function denied(who: Credentials): Promise<string> {
  const error: unknown = await iamClient(instance.url, who)
    .send(new ListUsersCommand({}))
    .catch((reason: unknown) => reason)
  return (error as { readonly $metadata: { readonly requestId: string } }).$metadata.requestId
}

test('T-85 others are told the same about a request that there is and one that there is not', async ({ expect }) => {
  const nobody = await newUser(iamClient(instance.url, instance.rootKey()), 'nobody')
  const id = await denied(bob)
  const [there, absent] = [
    await refusalOf(describeAs(nobody, id)),
    await refusalOf(describeAs(nobody, '01930000-0000-7000-8000-000000000000')),
  ]
  expect(there?.code).toBe('AccessDeniedException')
  expect(absent?.message.replace('01930000-0000-7000-8000-000000000000', id)).toBe(there?.message)
})

test('T-86 whoever is denied sees which policy types decided, and nothing that a policy says', async ({ expect }) => {
  const id = await denied(bob)
  const seen = await describeAs(bob, 'LAST')
  expect(seen).toMatchObject({
    RequestId: id,
    Action: 'iam:ListUsers',
    Effect: 'implicit-deny',
    PolicyType: 'identity',
    View: 'policy-types',
    Layers: [{ PolicyType: 'identity', Outcome: 'allows-nothing' }],
  })
  expect(JSON.stringify(seen)).not.toMatch(/ListWithMfa|MultiFactor|own/)
})

test('with permission the statement, the condition and both its values are shown', async ({ expect }) => {
  const seen = await describeAs(carol, await denied(bob))
  expect(seen).toMatchObject({ View: 'full', Trace: 'recorded', Principal: bobArn })
  expect(seen.Requirements).toEqual([
    {
      PolicyType: 'identity',
      Need: 'allow',
      Options: [
        {
          PolicyType: 'identity',
          Policy: 'bob/own',
          Statement: 1,
          Sid: 'ListWithMfa',
          Conditions: [{ Element: 'Condition', Operator: 'Bool', Key: 'aws:MultiFactorAuthPresent', Expected: ['true'], Holds: false }],
        },
      ],
    },
  ])
})

test('the permission can be about the decisions of some principals', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const document = policyOf({
    Action: 'tidegate:DescribeDecision',
    Condition: { ArnLike: { 'tidegate:DecisionPrincipal': `arn:aws:iam::${mainAccount}:user/somebody-else` } },
  })
  const lead = await newUser(iam, 'lead', document)
  expect((await refusalOf(describeAs(lead, await denied(bob))))?.code).toBe('AccessDeniedException')
  await iam.send(new PutUserPolicyCommand({ UserName: 'lead', PolicyName: 'own', PolicyDocument: document.replace('somebody-else', 'b*') }))
  expect((await describeAs(lead, await denied(bob))).View).toBe('full')
})

test('the explanation is that of the moment of the decision', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const dave = await newUser(iam, 'dave', mfaOnly)
  const id = await denied(dave)
  await iam.send(new DeleteUserPolicyCommand({ UserName: 'dave', PolicyName: 'own' }))
  expect((await describeAs(carol, id)).Requirements[0]?.Options[0]?.Sid).toBe('ListWithMfa')
})

test('a session asks for its last denial, not for that of another session of its role', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const RoleArn = await newRole(iam, 'reader', { trust: trustOf(bobArn), document: policyOf({ Action: 's3:*' }) })
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'assume', PolicyDocument: policyOf({ Action: 'sts:AssumeRole' }) }),
  )
  const session = async (RoleSessionName: string) =>
    credentialsIn(await stsClient(instance.url, bob).send(new AssumeRoleCommand({ RoleArn, RoleSessionName })))
  const [one, two] = [await session('one'), await session('two')]
  await denied(two)
  expect(await refusalOf(describeAs(one, 'LAST'))).toMatchObject({ code: 'ResourceNotFoundException' })
  const id = await denied(one)
  await denied(two)
  expect((await describeAs(one, 'LAST')).RequestId).toBe(id)
})

test('`tidegate explain LAST` right after a 403 of the aws-cli', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  const { expect } = context
  const env = clientEnvironment(instance.url, bob)
  expect((await run('aws', ['iam', 'list-roles'], { env })).code).not.toBe(0)
  const { code, stdout, stderr } = await tidegateAs(env, 'explain', 'LAST')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('DENIED by an explicit deny: iam:ListRoles')
  expect(stdout).toContain('denied by an identity-based policy')
  const last = (await describeAs(bob, 'LAST')).RequestId
  const full = await tidegateAs(clientEnvironment(instance.url, carol), 'explain', last)
  expect(full.stdout).toContain('denied by NotRoles of identity-based policy bob/own')
  expect(full.stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  const json = await tidegateAs(clientEnvironment(instance.url, carol), 'explain', last, '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ RequestId: last, View: 'full' })
})

test('without endpoint, credentials or instance the next command is told', { timeout: 60_000 }, async ({ expect }) => {
  const env = clientEnvironment(instance.url, bob)
  const { AWS_ENDPOINT_URL: _, ...nowhere } = env
  expect(await tidegateAs(nowhere, 'explain', 'LAST')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('AWS_ENDPOINT_URL is not set'),
  })
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...unknown } = env
  expect([id, secret]).not.toContain(undefined)
  expect(await tidegateAs(unknown, 'explain', 'LAST')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('next: eval "$(tidegate env)"'),
  })
  const closed = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  expect(await tidegateAs(closed, 'explain', 'LAST')).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing answers at') })
  const denial = await tidegateAs(env, 'explain', '01930000-0000-7000-8000-000000000000')
  expect(denial).toMatchObject({ code: 1, stderr: expect.stringMatching(/AccessDeniedException[^]*next: tidegate explain [0-9a-f-]{36}/) })
})
