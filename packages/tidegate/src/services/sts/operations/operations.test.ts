/** The operations that have no role in them. */
import { test } from 'vitest'
import { anonymous, everything, home, policyText, root, startSeconds, StsWorld, user } from '../../../../test/support/sts-world.ts'
import { AwsError } from '../../../kernel/aws-error.ts'
import { stsService } from '../index.ts'

const alice = user('dev/alice')
const aliceArn = `arn:aws:iam::${home}:user/dev/alice`
const serial = `arn:aws:iam::${home}:mfa/alice`
const deny = user('eve', [{ Effect: 'Deny', Action: '*', Resource: '*' }])

async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'allowed'
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
}

test('GetCallerIdentity: nobody is told nothing, everybody else is told who they are, even under a Deny', async ({ expect }) => {
  const world = new StsWorld()
  expect(await refusal(world.call('GetCallerIdentity', {}, anonymous))).toContain('403 AccessDenied')
  expect(await world.call('GetCallerIdentity', {}, deny)).toEqual({
    UserId: 'AIDAEVE',
    Account: home,
    Arn: `arn:aws:iam::${home}:user/eve`,
  })
  expect(await world.call('GetCallerIdentity', {}, root())).toEqual({ UserId: home, Account: home, Arn: `arn:aws:iam::${home}:root` })
  await world.call('GetFederationToken', { Name: 'fed' }, alice)
  expect(await world.call('GetCallerIdentity', {}, world.callerOf())).toEqual({
    UserId: `${home}:fed`,
    Account: home,
    Arn: `arn:aws:sts::${home}:federated-user/fed`,
  })
})

test('GetSessionToken: an explicit Deny denies, no Allow is needed', async ({ expect }) => {
  const world = new StsWorld()
  expect(await refusal(world.call('GetSessionToken', {}, deny))).toContain('with an explicit deny in an identity-based policy')
  expect(await refusal(world.call('GetSessionToken', {}, user('bob', [])))).toBe('allowed')
})

test.for([
  ['alice', alice, undefined, 43_200],
  ['alice', alice, 129_600, 129_600],
  ['the root', root(), undefined, 3600],
  ['the root', root(), 129_600, 3600],
  ['the root', root(), 900, 900],
] as const)('GetSessionToken of %s', async ([, caller, DurationSeconds, want], { expect }) => {
  const world = new StsWorld()
  await world.call('GetSessionToken', { DurationSeconds }, caller)
  expect(world.session.expiresAt - world.session.issuedAt).toBe(want)
})

test.for(['GetSessionToken', 'GetFederationToken'])('%s takes 900 to 129600 seconds', async (name, { expect }) => {
  const world = new StsWorld()
  for (const DurationSeconds of [899, 129_601]) {
    expect(await refusal(world.call(name, { Name: 'fed', DurationSeconds }, alice))).toContain("at 'durationSeconds' failed to satisfy")
  }
})

test('GetSessionToken: MFA is remembered, and a wrong code is not forgiven', async ({ expect }) => {
  const world = new StsWorld()
  world.codes.add(`${serial} 123456`)
  expect(await refusal(world.call('GetSessionToken', { SerialNumber: serial, TokenCode: '999999' }, alice))).toContain('403 AccessDenied')
  const answer = await world.call('GetSessionToken', { SerialNumber: serial, TokenCode: '123456' }, alice)
  expect(Object.keys(answer)).toEqual(['Credentials', 'SessionTokenSize', 'SessionTokenUtilization'])
  expect(world.session).toEqual({
    kind: 'session-token',
    accessKeyId: 'ASIA0000000000000000',
    accountId: home,
    parentArn: aliceArn,
    parentId: 'AIDAALICE',
    name: '',
    issuedAt: startSeconds,
    expiresAt: startSeconds + 43_200,
    mfaAuthenticatedAt: startSeconds,
    actorChain: alice.actorChain,
  })
})

const badFederation: readonly [string, object, string][] = [
  [
    'a name of one letter',
    { Name: 'x' },
    "Value 'x' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
  ],
  ['a name of 33 letters', { Name: 'x'.repeat(33) }, 'Member must have length less than or equal to 32'],
  ['a name with a slash', { Name: 'a/b' }, 'Member must satisfy regular expression pattern'],
  ['a broken policy', { Name: 'fed', Policy: '{"Statement":{}}' }, '400 MalformedPolicyDocument'],
  ['a policy of another account', { Name: 'fed', PolicyArns: [{ arn: 'arn:aws:iam::444455556666:policy/p' }] }, 'does not exist'],
]

test.for(badFederation)('GetFederationToken with %s is refused', async ([, input, message], { expect }) => {
  expect(await refusal(new StsWorld().call('GetFederationToken', input, alice))).toContain(message)
})

test('GetFederationToken is judged on the federated user, and tags on sts:TagSession', async ({ expect }) => {
  const world = new StsWorld()
  const input = { Name: 'fed', Tags: [{ Key: 'Team', Value: 'x' }] }
  const on = (Action: string, name: string) => ({ Effect: 'Allow', Action, Resource: `arn:aws:sts::${home}:federated-user/${name}` })
  expect(await refusal(world.call('GetFederationToken', input, user('bob', [on('sts:GetFederationToken', 'else')])))).toBe(
    `403 AccessDenied: User: arn:aws:iam::${home}:user/bob is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${home}:federated-user/fed because no identity-based policy allows the sts:GetFederationToken action`,
  )
  expect(await refusal(world.call('GetFederationToken', input, user('bob', [on('sts:GetFederationToken', 'fed')])))).toContain(
    'sts:TagSession',
  )
  const both = user('bob', [on('sts:GetFederationToken', 'fed'), on('sts:TagSession', 'fed')])
  expect(await world.call('GetFederationToken', input, both)).toMatchObject({
    FederatedUser: { FederatedUserId: `${home}:fed`, Arn: `arn:aws:sts::${home}:federated-user/fed` },
    PackedPolicySize: 1,
  })
  expect(world.session).toMatchObject({
    kind: 'federated-user',
    name: 'fed',
    tags: { Team: 'x' },
    parentArn: `arn:aws:iam::${home}:user/bob`,
  })
})

test('GetFederationToken of the root lasts an hour at most', async ({ expect }) => {
  const world = new StsWorld()
  await world.call('GetFederationToken', { Name: 'fed', Policy: policyText(everything), DurationSeconds: 7200 }, root())
  expect(world.session).toMatchObject({ parentArn: `arn:aws:iam::${home}:root`, parentId: home, expiresAt: startSeconds + 3600 })
})

test('DecodeAuthorizationMessage needs permission and opens messages of the own account', async ({ expect }) => {
  const world = new StsWorld()
  expect(await refusal(world.call('DecodeAuthorizationMessage', { EncodedMessage: 'x' }, user('bob', [])))).toContain(
    'not authorized to perform: sts:DecodeAuthorizationMessage on resource: *',
  )
  const { DecodedMessage = '' } = await world.call<{ DecodedMessage?: string }>(
    'DecodeAuthorizationMessage',
    { EncodedMessage: 'x' },
    alice,
  )
  expect(JSON.parse(DecodedMessage)).toMatchObject({ allowed: false, context: { principal: { arn: home }, action: 'x' } })
})

test('GetAccessKeyInfo tells the account that an id tells, and no other', async ({ expect }) => {
  const world = new StsWorld()
  expect(await refusal(world.call('GetAccessKeyInfo', { AccessKeyId: 'AKIA' }, alice))).toContain(
    'Member must have length greater than or equal to 16',
  )
  expect(await refusal(world.call('GetAccessKeyInfo', { AccessKeyId: 'XKIAIOSFODNN7EXAMPLE' }, alice))).toContain('400 ValidationError')
  expect(await world.call('GetAccessKeyInfo', { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, user('bob', []))).toEqual({ Account: home })
})

test('the service knows all operations of AWS, and serves only operations of AWS', ({ expect }) => {
  const { knownOperations, operations } = stsService(new StsWorld().ports)
  expect(knownOperations).toEqual(expect.arrayContaining(['AssumeRoleWithSAML', 'AssumeRoot', ...operations.map(({ name }) => name)]))
  expect(operations.filter(({ isUnsigned }) => isUnsigned).map(({ name }) => name)).toEqual(['AssumeRoleWithWebIdentity'])
})
