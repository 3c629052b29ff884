import { describe, test } from 'vitest'
import { anonymous, home, other, startSeconds, StsWorld, token, trusts, user } from '../../../../test/support/sts-world.ts'
import { AwsError } from '../../../kernel/aws-error.ts'
import type { OidcProvider, VerifiedToken } from '../ports.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'

const providerArn = `arn:aws:iam::${home}:oidc-provider/idp.example.com`
const provider: OidcProvider = { arn: providerArn, url: 'idp.example.com', clientIds: ['sts.amazonaws.com'], thumbprints: [] }
const request = { RoleArn: `arn:aws:iam::${home}:role/deploy`, RoleSessionName: 'run-1', WebIdentityToken: 'a.b.c' }
const allActions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity']

function trustsProvider(conditions: object = {}, actions: readonly string[] = allActions): object {
  return { Effect: 'Allow', Principal: { Federated: providerArn }, Action: actions, Condition: conditions }
}

function world(conditions: object = {}, claims: Readonly<Record<string, unknown>> = {}, changes: Partial<VerifiedToken> = {}): StsWorld {
  const made = new StsWorld()
  made.providers.push(provider)
  made.verifyToken = () => Promise.resolve({ ...token(claims), ...changes })
  made.addRole('deploy', { trust: [trustsProvider(conditions)], maxSessionDurationSeconds: 3600 })
  return made
}

const call = (made: StsWorld, change: object = {}, caller = anonymous) =>
  made.call('AssumeRoleWithWebIdentity', { ...request, ...change }, caller)

async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'allowed'
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
}

test('without a provider in the account of the role, a token is nothing', async ({ expect }) => {
  const made = world()
  made.addRole('deploy', { accountId: other, trust: [trustsProvider()] })
  expect(await refusal(call(made, { RoleArn: `arn:aws:iam::${other}:role/deploy` }))).toBe(
    '400 InvalidIdentityToken: No OpenIDConnect provider found in your account for https://idp.example.com',
  )
})

test('a token that is not verified opens no role', async ({ expect }) => {
  const made = world()
  made.verifyToken = () =>
    Promise.reject(new AwsError('InvalidIdentityToken', { status: 400, fault: 'client' }, 'Incorrect token audience'))
  expect(await refusal(call(made))).toBe('400 InvalidIdentityToken: Incorrect token audience')
  expect(made.sessions).toEqual([])
})

test('the anonymous caller whom nobody identified is trusted by no provider', async ({ expect }) => {
  const made = world()
  const input = { ...request }
  const asked = { caller: anonymous, requestId: 'r', region: 'eu-central-1', now: made.now, sourceIp: '192.0.2.1', ...made.ports }
  const checks = await assumeRoleWithWebIdentity.authorize(input, asked)
  expect(checks.map(({ action, resource, accountId }) => ({ action, resource, accountId }))).toEqual([
    { action: 'sts:AssumeRoleWithWebIdentity', resource: request.RoleArn, accountId: home },
  ])
})

const refusals: readonly [string, object, string][] = [
  ['a role that does not exist', { RoleArn: `arn:aws:iam::${home}:role/gone` }, '403 AccessDenied'],
  ['an OAuth 2.0 provider', { ProviderId: 'www.amazon.com' }, '400 ValidationError'],
  ['a token of three letters', { WebIdentityToken: 'abc' }, "Value at 'webIdentityToken' failed to satisfy constraint"],
  ['a token of 20001 letters', { WebIdentityToken: 'a'.repeat(20_001) }, 'Member must have length less than or equal to 20000'],
  ['3601 seconds', { DurationSeconds: 3601 }, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
  ['a broken session policy', { Policy: '{}' }, '400 MalformedPolicyDocument'],
]

test.for(refusals)('%s is refused', async ([, change, message], { expect }) => {
  const answer = await refusal(call(world(), change))
  expect(answer).toContain(message)
  expect(answer).not.toContain('a.b.c')
})

test('a trust policy for AWS principals lets no token in', async ({ expect }) => {
  const made = world()
  made.addRole('deploy', { trust: [trusts([`arn:aws:iam::${home}:root`], {}, 'sts:AssumeRoleWithWebIdentity')] })
  expect(await refusal(call(made, {}, user('alice')))).toContain('403 AccessDenied')
})

describe('T-40 what the trust policy sees of the token', () => {
  const key = (name: string): string => `idp.example.com:${name}`
  const github = { repository: 'octo/shop', repository_id: '17', workflow: 'deploy', run_id: '9', run_number: '42', ref: 'refs/heads/main' }
  const cases: readonly [string, object, object, object][] = [
    ['subject', { StringEquals: { [key('sub')]: 'build-7' } }, {}, { subject: 'build-8' }],
    ['audience', { StringEquals: { [key('aud')]: 'sts.amazonaws.com' } }, {}, { audiences: ['other'] }],
    [
      'repository id',
      { StringEquals: { [key('repository_id')]: '17' } },
      { claims: github },
      { claims: { ...github, repository_id: '18' } },
    ],
    ['methods', { 'ForAnyValue:StringEquals': { [key('amr')]: 'mfa' } }, { claims: { amr: ['pwd', 'mfa'] } }, { claims: { amr: ['pwd'] } }],
    [
      'provider',
      { StringEquals: { 'aws:FederatedProvider': providerArn } },
      {},
      { claims: { 'https://aws.amazon.com/source_identity': '!' } },
    ],
  ]

  test.for(cases)('%s', async ([, condition, good, bad], { expect }) => {
    expect(await refusal(call(world(condition, {}, good)))).toBe('allowed')
    expect(await refusal(call(world(condition, {}, bad)))).not.toBe('allowed')
  })

  test('T-31 a claim in another case, or of another name, adds nothing to the subject', async ({ expect }) => {
    const condition = { StringEquals: { [key('sub')]: 'admin' } }
    const claims = { Sub: 'admin', SUB: 'admin', 'idp.example.com:sub': 'admin', 'sub ': 'admin', email: 'admin' }
    expect(await refusal(call(world(condition, claims)))).toContain('403 AccessDenied')
    expect(await refusal(call(world({ StringEquals: { [key('email')]: 'admin' } }, claims)))).toContain('403 AccessDenied')
  })
})

const tagsClaim = 'https://aws.amazon.com/tags'
const badTags: readonly [string, Record<string, unknown>, string][] = [
  ['a text', { [tagsClaim]: 'Team=x' }, '400 InvalidIdentityToken'],
  ['a list of tags', { [tagsClaim]: { principal_tags: ['Team'] } }, '400 InvalidIdentityToken'],
  ['two values', { [tagsClaim]: { principal_tags: { Team: ['x', 'y'] } } }, '400 InvalidIdentityToken'],
  ['a number', { [tagsClaim]: { principal_tags: { Team: 7 } } }, '400 InvalidIdentityToken'],
  ['a value that is too long', { [tagsClaim]: { principal_tags: { Team: ['x'.repeat(257)] } } }, '400 ValidationError'],
  ['one tag twice', { [tagsClaim]: { principal_tags: { Team: ['x'], team: ['y'] } } }, '400 InvalidParameterValue'],
  [
    'one tag nested and flat',
    { [tagsClaim]: { principal_tags: { Team: ['x'] } }, [`${tagsClaim}/principal_tags/team`]: 'y' },
    '400 InvalidParameterValue',
  ],
  ['a transitive key alone', { [tagsClaim]: { transitive_tag_keys: ['Team'] } }, '400 InvalidParameterValue'],
  ['a source identity with a space', { 'https://aws.amazon.com/source_identity': 'a b' }, '400 ValidationError'],
  ['a source identity that is a number', { 'https://aws.amazon.com/source_identity': 7 }, '400 InvalidIdentityToken'],
]

test.for(badTags)('a token with %s is refused', async ([, claims, message], { expect }) => {
  expect(await refusal(call(world({}, claims)))).toContain(message)
})

test('tags and source identity of the token need their actions in the trust policy', async ({ expect }) => {
  for (const [claims, action] of [
    [{ [tagsClaim]: { principal_tags: { Team: ['x'] } } }, 'sts:TagSession'],
    [{ 'https://aws.amazon.com/source_identity': 'alice' }, 'sts:SetSourceIdentity'],
  ] as const) {
    const made = world({}, claims)
    expect(await refusal(call(made))).toBe('allowed')
    made.addRole('deploy', { trust: [trustsProvider({}, ['sts:AssumeRoleWithWebIdentity'])] })
    expect(await refusal(call(made))).toContain(`Not authorized to perform ${action}`)
  }
})

test('the session holds provider, claims, tags and the actor of the token', async ({ expect }) => {
  const claims = {
    amr: ['pwd', 'mfa'],
    repository: 'octo/shop',
    workflow: 'deploy',
    run_id: '9',
    run_number: '42',
    [tagsClaim]: { principal_tags: { Team: ['x'] }, transitive_tag_keys: ['Team'] },
    'https://aws.amazon.com/source_identity': 'octo',
  }
  const made = world({}, claims)
  expect(await call(made)).toMatchObject({
    SubjectFromWebIdentityToken: 'build-7',
    Provider: providerArn,
    Audience: 'sts.amazonaws.com',
    SourceIdentity: 'octo',
    AssumedRoleUser: { AssumedRoleId: 'AROADEPLOYXXXXXXXXXXX:run-1', Arn: `arn:aws:sts::${home}:assumed-role/deploy/run-1` },
  })
  expect(made.session).toEqual({
    kind: 'role-session',
    accessKeyId: 'ASIA0000000000000000',
    accountId: home,
    parentArn: request.RoleArn,
    parentId: 'AROADEPLOYXXXXXXXXXXX',
    name: 'run-1',
    issuedAt: startSeconds,
    expiresAt: startSeconds + 3600,
    tags: { Team: 'x' },
    transitiveTagKeys: ['Team'],
    sourceIdentity: 'octo',
    federatedProvider: providerArn,
    claims: { aud: 'sts.amazonaws.com', sub: 'build-7', amr: 'pwd\nmfa' },
    actorChain: [{ type: 'pipeline', issuer: 'https://idp.example.com', subject: 'build-7', label: 'octo/shop#42' }],
  })
  expect(made.callerOf().context).toMatchObject({
    'aws:FederatedProvider': providerArn,
    'idp.example.com:aud': 'sts.amazonaws.com',
    'idp.example.com:sub': 'build-7',
    'idp.example.com:amr': ['pwd', 'mfa'],
    'tidegate:ActorType': 'pipeline',
    'tidegate:Actor': 'https://idp.example.com#build-7',
    'tidegate:ActorLabel': 'octo/shop#42',
  })
})

test('whoever is identified stands in the log as CloudTrail writes it, with the actor', async ({ expect }) => {
  const made = world()
  const asked = { caller: anonymous, requestId: 'r', region: 'eu-central-1', now: made.now, sourceIp: '192.0.2.1', ...made.ports }
  expect(await assumeRoleWithWebIdentity.identify({ ...request }, asked)).toMatchObject({
    principal: { kind: 'federated', provider: providerArn },
    accountId: home,
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${providerArn}:sts.amazonaws.com:build-7`,
      userName: 'build-7',
      identityProvider: providerArn,
    },
    actorChain: [{ type: 'workload', issuer: 'https://idp.example.com', subject: 'build-7' }],
  })
})
