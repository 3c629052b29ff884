import { test } from 'vitest'
import {
  allActions,
  everything,
  home,
  other,
  policyText,
  root,
  StsWorld,
  startSeconds,
  trusts,
  user,
} from '../../../../test/support/sts-world.ts'
import type { RoleOptions } from '../../../../test/support/sts-world.ts'
import { AwsError } from '../../../kernel/aws-error.ts'
import type { Caller } from '../../../kernel/caller.ts'
import { assumeRole } from './assume-role.ts'

const alice = user('alice')
const nobodyMay = user('bob', [])
const arn = (name: string, accountId = home): string => `arn:aws:iam::${accountId}:role/${name}`
const aliceArn = `arn:aws:iam::${home}:user/alice`
const rootOf = (accountId: string): string => `arn:aws:iam::${accountId}:root`
const request = { RoleArn: arn('web'), RoleSessionName: 'one' }

function world(options: Partial<RoleOptions> = {}): StsWorld {
  const made = new StsWorld()
  made.addRole('web', { trust: [trusts(aliceArn)], ...options })
  return made
}

/** What the client is told. */
async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'allowed'
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
}

const invalid: readonly [string, object, string][] = [
  [
    'a short role ARN',
    { RoleArn: 'arn:aws:iam::1' },
    "Value 'arn:aws:iam::1' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
  ],
  ['a role ARN of no role', { RoleArn: aliceArn }, `${aliceArn} is invalid`],
  ['a role ARN of another partition', { RoleArn: 'arn:aws-cn:iam::111122223333:role/web' }, 'is invalid'],
  [
    'a session name of one letter',
    { RoleSessionName: 'x' },
    "Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
  ],
  [
    'a session name with a space',
    { RoleSessionName: 'a b' },
    "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
  ],
  ['a session name with a slash', { RoleSessionName: '../web' }, 'Member must satisfy regular expression pattern'],
  ['a session name with a colon', { RoleSessionName: 'a:b' }, 'Member must satisfy regular expression pattern'],
  ['a session name of 65 letters', { RoleSessionName: 'x'.repeat(65) }, 'Member must have length less than or equal to 64'],
  [
    '899 seconds',
    { DurationSeconds: 899 },
    "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
  ],
  ['43201 seconds', { DurationSeconds: 43_201 }, 'Member must have value less than or equal to 43200'],
  ['an external id of one letter', { ExternalId: 'x' }, "at 'externalId'"],
  ['an external id with a space', { ExternalId: 'a b' }, 'Member must satisfy regular expression pattern: [\\w+=,.@:/-]*'],
  ['a source identity with a colon', { SourceIdentity: 'aws:alice' }, "at 'sourceIdentity'"],
  [
    'eleven policy ARNs',
    { PolicyArns: Array.from({ length: 11 }, () => ({ arn: arn('x'.repeat(20)) })) },
    "Value at 'policyArns' failed to satisfy constraint",
  ],
  [
    '51 tags',
    { Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' })) },
    "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
  ],
  ['an empty tag key', { Tags: [{ Key: '', Value: '' }] }, "at 'tags.1.member.key'"],
  ['a tag value of 257 letters', { Tags: [{ Key: 'k', Value: 'x'.repeat(257) }] }, "at 'tags.1.member.value'"],
  [
    'a token code of five digits',
    { SerialNumber: 'arn:aws:iam::111122223333:mfa/alice', TokenCode: '12345' },
    "Value at 'tokenCode' failed",
  ],
  ['an inline policy of 2049 characters', { Policy: `{${' '.repeat(2047)}}` }, 'Member must have length less than or equal to 2048'],
  ['a token size of 4097', { MinimumSessionTokenSize: 4097 }, 'Member must have value less than or equal to 4096'],
]

test.for(invalid)('%s is refused', async ([, change, message], { expect }) => {
  const answer = await refusal(world().call('AssumeRole', { ...request, ...change }, alice))
  expect(answer).toMatch(/^400 ValidationError: /)
  expect(answer).toContain(message)
})

test('all that is wrong is told at once', async ({ expect }) => {
  const answer = await refusal(world().call('AssumeRole', { ...request, RoleSessionName: '!', DurationSeconds: 1 }, alice))
  expect(answer).toMatch(/^400 ValidationError: 3 validation errors detected: /)
})

const badTags: readonly [string, object, string][] = [
  [
    'tags that differ in case only',
    { Tags: tags('Team', 'team') },
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  ],
  ['a tag key of AWS', { Tags: tags('AWS:x') }, 'Tag keys that start with aws: are reserved for system use.'],
  [
    'a transitive key that is no tag',
    { Tags: tags('Team'), TransitiveTagKeys: ['Cost'] },
    'The specified transitive tag key must be included in the requested tags.',
  ],
]

test.for(badTags)('%s: InvalidParameterValue', async ([, change, message], { expect }) => {
  expect(await refusal(world().call('AssumeRole', { ...request, ...change }, alice))).toBe(`400 InvalidParameterValue: ${message}`)
})

test('a session policy that is none is malformed', async ({ expect }) => {
  expect(await refusal(world().call('AssumeRole', { ...request, Policy: '{}' }, alice))).toBe(
    '400 MalformedPolicyDocument: Syntax errors in policy.',
  )
})

test('the account root can assume no role, whatever the trust policy says', async ({ expect }) => {
  const open = world({ trust: [trusts('*')] })
  expect(await refusal(open.call('AssumeRole', request, root()))).toBe('403 AccessDenied: Roles may not be assumed by root accounts.')
})

test('a role that does not exist answers as one that trusts others', async ({ expect }) => {
  const made = world({ trust: [trusts(`arn:aws:iam::${other}:user/carol`)], tags: [{ key: 'Team', value: 'x' }] })
  made.addRole('far', { accountId: other, trust: [trusts(rootOf(other))] })
  // Of another account not even the policy type is told.
  for (const [present, absent, reason] of [
    [arn('web'), arn('wob'), ' because no role trust policy allows the sts:AssumeRole action'],
    [arn('far', other), arn('fur', other), ''],
  ] as const) {
    const more = {
      Tags: tags('a'),
      SourceIdentity: 'alice',
      DurationSeconds: 43_200,
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/None' }],
    }
    const [one, two] = await Promise.all(
      [present, absent].map((RoleArn) => refusal(made.call('AssumeRole', { ...request, ...more, RoleArn }, alice))),
    )
    expect(one).toBe(`403 AccessDenied: User: ${aliceArn} is not authorized to perform: sts:AssumeRole on resource: ${present}${reason}`)
    expect(two?.replace(absent, present)).toBe(one)
  }
})

test('a role in another spelling, or without its path, is not that role', async ({ expect }) => {
  const made = world({ path: '/apps/' })
  for (const RoleArn of [arn('web'), arn('apps/Web'), arn('APPS/web')]) {
    expect(await refusal(made.call('AssumeRole', { ...request, RoleArn }, alice))).toContain('no role trust policy allows')
  }
  expect(await refusal(made.call('AssumeRole', { ...request, RoleArn: arn('apps/web') }, alice))).toBe('allowed')
})

const sides: readonly [string, object, ReturnType<typeof user>, string][] = [
  ['trust in the user is enough inside the account', trusts(`arn:aws:iam::${home}:user/bob`), nobodyMay, 'allowed'],
  ['trust in the account needs the identity policy too', trusts(rootOf(home)), nobodyMay, 'no identity-based policy allows'],
  ['trust in the account and an identity policy are enough', trusts(rootOf(home)), alice, 'allowed'],
  ['an identity policy alone is nothing', trusts(rootOf(other)), alice, 'no role trust policy allows'],
  [
    'across accounts trust alone is nothing',
    trusts(`arn:aws:iam::${other}:user/carol`),
    user('carol', [], other),
    '403 AccessDenied: User: ',
  ],
  ['across accounts both are enough', trusts(`arn:aws:iam::${other}:user/carol`), user('carol', everything, other), 'allowed'],
]

test.for(sides)('%s', async ([, trust, caller, want], { expect }) => {
  expect(await refusal(world({ trust: [trust] }).call('AssumeRole', request, caller))).toContain(want)
})

const companions: readonly [string, object, string][] = [
  ['sts:TagSession', { Tags: tags('Team') }, 'sts:TagSession'],
  ['sts:SetSourceIdentity', { SourceIdentity: 'alice' }, 'sts:SetSourceIdentity'],
  [
    'sts:SetContext',
    { ProvidedContexts: [{ ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion: 'some' }] },
    'sts:SetContext',
  ],
]

test.for(companions)('%s must be allowed by the trust policy as well', async ([, change, action], { expect }) => {
  const actions = allActions.filter((each) => each !== action)
  const made = world({ trust: [trusts(aliceArn, {}, actions)] })
  expect(await refusal(made.call('AssumeRole', { ...request, ...change }, alice))).toContain(
    `because no role trust policy allows the ${action} action`,
  )
  expect(await refusal(made.call('AssumeRole', request, alice))).toBe('allowed')
})

test('context that nobody can verify is refused after the checks', async ({ expect }) => {
  const input = {
    ...request,
    ProvidedContexts: [{ ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion: 'some' }],
  }
  expect(await refusal(world().call('AssumeRole', input, alice))).toBe('400 ValidationError: The context assertion cannot be verified')
})

const conditions: readonly [string, object, object, object][] = [
  ['T-41 sts:ExternalId', { StringEquals: { 'sts:ExternalId': 'e-1' } }, { ExternalId: 'e-1' }, { ExternalId: 'e-2' }],
  ['T-41 sts:ExternalId, missing', { StringEquals: { 'sts:ExternalId': 'e-1' } }, { ExternalId: 'e-1' }, {}],
  ['sts:RoleSessionName', { StringLike: { 'sts:RoleSessionName': 'build-*' } }, { RoleSessionName: 'build-1' }, {}],
  ['sts:SourceIdentity', { StringEquals: { 'sts:SourceIdentity': 'alice' } }, { SourceIdentity: 'alice' }, { SourceIdentity: 'bob' }],
  ['aws:RequestTag', { StringEquals: { 'aws:RequestTag/team': 'x' } }, { Tags: tags('Team') }, {}],
  ['aws:TagKeys', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'] } }, { Tags: tags('Team') }, { Tags: tags('Team', 'Cost') }],
  [
    'sts:TransitiveTagKeys',
    { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'Team' } },
    { Tags: tags('Team'), TransitiveTagKeys: ['team'] },
    { Tags: tags('Team') },
  ],
  ['iam:ResourceTag', { StringEquals: { 'iam:ResourceTag/Env': 'dev' } }, {}, { RoleArn: arn('prod') }],
  ['aws:ResourceTag', { StringEquals: { 'aws:ResourceTag/Env': 'dev' } }, {}, { RoleArn: arn('prod') }],
]

test.for(conditions)('%s is what the trust policy sees', async ([, condition, good, bad], { expect }) => {
  const trust = [trusts(aliceArn, condition)]
  const made = world({ trust, tags: [{ key: 'Env', value: 'dev' }] })
  made.addRole('prod', { trust, tags: [{ key: 'Env', value: 'prod' }] })
  expect(await refusal(made.call('AssumeRole', { ...request, ...good }, alice))).toBe('allowed')
  expect(await refusal(made.call('AssumeRole', { ...request, ...bad }, alice))).toContain('403 AccessDenied')
})

const serial = `arn:aws:iam::${home}:mfa/alice`
const badMfa: readonly [string, object, string][] = [
  ['a device without a code', { SerialNumber: serial }, 'must provide both MFA serial number and one time pass code.'],
  ['a code without a device', { TokenCode: '123456' }, 'must provide both MFA serial number and one time pass code.'],
  ['a wrong code', { SerialNumber: serial, TokenCode: '000000' }, 'with invalid MFA one time pass code. '],
  ['another device', { SerialNumber: `${serial}2`, TokenCode: '123456' }, 'with invalid MFA one time pass code. '],
]

test.for(badMfa)('MFA fails with %s, before anything is said of the role', async ([, change, message], { expect }) => {
  const made = world({ trust: [trusts(rootOf(other))] })
  made.codes.add(`${serial} 123456`)
  const answer = await refusal(made.call('AssumeRole', { ...request, ...change }, alice))
  expect(answer).toMatch(/^403 AccessDenied: MultiFactorAuthentication failed,? /)
  expect(answer).toContain(message)
})

test('a code counts once, for the trust policy and for the session', async ({ expect }) => {
  const made = world({
    trust: [trusts(aliceArn, { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } })],
  })
  made.codes.add(`${serial} 123456`)
  const input = { ...request, SerialNumber: serial, TokenCode: '123456' }
  expect(await refusal(made.call('AssumeRole', request, alice))).toContain('no role trust policy allows')
  expect(await refusal(made.call('AssumeRole', input, alice))).toBe('allowed')
  expect(made.session.mfaAuthenticatedAt).toBe(startSeconds)
  expect(await refusal(made.call('AssumeRole', { ...input }, alice))).toContain('MultiFactorAuthentication failed')
})

test('a role session has no MFA device', async ({ expect }) => {
  const made = world({ allows: everything, trust: [trusts(rootOf(home))] })
  await made.call('AssumeRole', request, alice)
  made.codes.add(`${serial} 123456`)
  const input = { ...request, SerialNumber: serial, TokenCode: '123456' }
  expect(await refusal(made.call('AssumeRole', input, made.callerOf()))).toContain('MultiFactorAuthentication failed')
})

test('a session may not outlive what the role says, which is told to those only who may assume it', async ({ expect }) => {
  const made = world({ maxSessionDurationSeconds: 7200 })
  const input = { ...request, DurationSeconds: 7201 }
  expect(await refusal(made.call('AssumeRole', input, user('eve')))).toContain('403 AccessDenied')
  expect(await refusal(made.call('AssumeRole', { ...input }, alice))).toBe(
    '400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  )
  await made.call('AssumeRole', { ...request, DurationSeconds: 7200 }, alice)
  expect(made.session.expiresAt - made.session.issuedAt).toBe(7200)
})

const badPolicies: readonly [string, string][] = [
  [`arn:aws:iam::${home}:policy/gone`, 'does not exist or is not attachable.'],
  [`arn:aws:iam::${other}:policy/theirs`, 'does not exist or is not attachable.'],
  [`arn:aws:iam::${home}:role/no-policy-at-all`, 'is not valid.'],
]

test.for(badPolicies)('the session policy %s %s', async ([policyArn, message], { expect }) => {
  const made = world()
  made.managed.set(`arn:aws:iam::${other}:policy/theirs`, policyText(everything))
  expect(await refusal(made.call('AssumeRole', { ...request, PolicyArns: [{ arn: policyArn }] }, alice))).toContain(message)
})

test('T-41 a service is trusted by its name, and only for the account that it works for', async ({ expect }) => {
  const service = (account: string): Caller => ({
    principal: { kind: 'service', name: 'ecs-tasks.amazonaws.com' },
    accountId: home,
    context: { 'aws:PrincipalIsAWSService': 'true', 'aws:SourceAccount': account },
    policies: [],
    userIdentity: { type: 'AWSService', invokedBy: 'ecs-tasks.amazonaws.com' },
    credential: { kind: 'none' },
    actorChain: alice.actorChain,
  })
  const trust = [
    {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': home } },
    },
  ]
  const made = world({ trust, maxSessionDurationSeconds: 3600 })
  const input = { ...request, DurationSeconds: 21_600 }
  expect(await refusal(made.call('AssumeRole', input, service(other)))).toContain('no role trust policy allows')
  expect(await refusal(made.call('AssumeRole', input, alice))).toContain('no role trust policy allows')
  expect(await refusal(made.call('AssumeRole', input, service(home)))).toBe('allowed')
  expect(made.session).toMatchObject({ expiresAt: startSeconds + 21_600, actorChain: alice.actorChain })
})

test('an operation is executed once, and only when it was judged', async ({ expect }) => {
  const made = world()
  const input = { ...request }
  const call = { caller: alice, requestId: 'r-1', region: 'eu-central-1', now: made.now, sourceIp: '192.0.2.1', ...made.ports }
  const notJudged = 'AssumeRole is about to be executed without having been judged'
  await expect(assumeRole.invoke(input, call)).rejects.toThrow(notJudged)
  await assumeRole.authorize(input, call)
  await expect(assumeRole.invoke({ ...input }, call)).rejects.toThrow(notJudged)
  await expect(assumeRole.invoke(input, { ...call, requestId: 'r-2' })).rejects.toThrow(notJudged)
  await assumeRole.authorize(input, call)
  await assumeRole.invoke(input, call)
  await expect(assumeRole.invoke(input, call)).rejects.toThrow(notJudged)
})

test('the answer tells session, role and times as AWS does', async ({ expect }) => {
  const made = world({ path: '/apps/' })
  made.managed.set('arn:aws:iam::aws:policy/ReadOnlyAccess', policyText(everything))
  const input = {
    RoleArn: arn('apps/web'),
    RoleSessionName: 'one',
    Policy: policyText(everything),
    PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    Tags: tags('Team', 'Cost'),
    TransitiveTagKeys: ['TEAM'],
    SourceIdentity: 'alice',
  }
  expect(await made.call('AssumeRole', input, alice)).toEqual({
    Credentials: {
      AccessKeyId: 'ASIA0000000000000000',
      SecretAccessKey: 'a secret access key',
      SessionToken: 'a session token',
      Expiration: new Date((startSeconds + 3600) * 1000),
    },
    AssumedRoleUser: { AssumedRoleId: 'AROAWEBXXXXXXXXXXXXXX:one', Arn: `arn:aws:sts::${home}:assumed-role/web/one` },
    PackedPolicySize: 28,
    SessionTokenSize: 15,
    SessionTokenUtilization: 1,
    SourceIdentity: 'alice',
  })
  expect(made.session).toEqual({
    kind: 'role-session',
    accessKeyId: 'ASIA0000000000000000',
    accountId: home,
    parentArn: arn('apps/web'),
    parentId: 'AROAWEBXXXXXXXXXXXXXX',
    name: 'one',
    issuedAt: startSeconds,
    expiresAt: startSeconds + 3600,
    sessionPolicies: { inline: input.Policy, arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    tags: { Team: 'x', Cost: 'x' },
    transitiveTagKeys: ['Team'],
    sourceIdentity: 'alice',
    actorChain: alice.actorChain,
  })
})

function tags(...keys: readonly string[]): readonly object[] {
  return keys.map((Key) => ({ Key, Value: 'x' }))
}
