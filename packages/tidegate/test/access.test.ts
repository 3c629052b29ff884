/** Who may do what, asked over the wire and by commands, and held against what the gateway does. */
import {
  CreatePolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { parsePolicy, type PolicyDocument } from '@tidegate/policy'
import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  ListAccess$,
  type ListAccessOutput,
  ListPrincipalsWithAccess$,
  type ListPrincipalsWithAccessInput,
  type ListPrincipalsWithAccessOutput,
  SimulateAccess$,
  type SimulateAccessInput,
  type SimulateAccessOutput,
} from '../src/api/access.ts'
import { defaultAccount, type OrganizationSettings } from '../src/configuration/configuration.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, s3Client, stsClient } from './support/clients.ts'
import { clientEnvironment, type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { callOwnApi } from './support/own-api.ts'
import { tidegateAs } from './support/process.ts'

const otherAccount = '444455556666'
const arnOf = (name: string): string => `arn:aws:iam::${mainAccount}:${name}`
let instance: TestInstance
let iam: IAMClient
let alice: Credentials

/** Nobody of the main account deletes users. */
function guardrail(): PolicyDocument {
  const parsed = parsePolicy(policyOf({ Sid: 'KeepUsers', Effect: 'Deny', Action: 'iam:DeleteUser' }), 'scp', { name: 'keep-users' })
  if (!parsed.ok) throw new Error(parsed.problems[0].message)
  return parsed.document
}

beforeAll(async () => {
  const organization: OrganizationSettings = {
    id: 'o-access',
    managementAccount: '999900001111',
    root: { scps: [], rcps: [] },
    units: new Map(),
    accounts: new Map([[mainAccount, { unit: undefined, guardrail: { scps: [guardrail()], rcps: [] } }]]),
  }
  instance = await testInstance({ accounts: [defaultAccount, { id: otherAccount, name: 'other' }], organization })
  iam = iamClient(instance.url, instance.rootKey())
  const own = policyOf(
    { Sid: 'Read', Action: ['iam:Get*', 'iam:List*', 'iam:DeleteUser'] },
    { Sid: 'Mfa', Action: 'iam:CreateUser', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
    { Sid: 'Assume', Action: 'sts:AssumeRole', Resource: arnOf('role/deploy') },
  )
  alice = await newUser(iam, 'alice', own)
  await newUser(iam, 'bob')
  await newRole(iam, 'deploy', {
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: arnOf('user/alice') }, Action: 'sts:AssumeRole' },
        { Effect: 'Allow', Principal: { AWS: otherAccount, Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    }),
    document: policyOf({ Sid: 'Stop', Action: 'ecs:StopTask', Resource: 'arn:aws:ecs:us-east-1:111122223333:task/prod/*' }),
  })
})
afterAll(() => instance.close())

const simulate = (input: SimulateAccessInput, who: Credentials = instance.rootKey()) =>
  callOwnApi<SimulateAccessOutput>(instance.url, who, SimulateAccess$, input)
const whoCan = (input: ListPrincipalsWithAccessInput) =>
  callOwnApi<ListPrincipalsWithAccessOutput>(instance.url, instance.rootKey(), ListPrincipalsWithAccess$, input)
async function effectOf(
  Who: string,
  Action: string,
  Resource: string,
  more: Partial<SimulateAccessInput> = {},
): Promise<string | undefined> {
  return (await simulate({ Who, Requests: [{ Action, Resource }], ...more })).Results[0]?.Effect
}

describe('refused', () => {
  test('whoever may not ask is told the same about principals that are there and that are not', async ({ expect }) => {
    const Requests = [{ Action: 'iam:GetUser', Resource: arnOf('user/bob') }]
    const codes = await Promise.all(
      [arnOf('user/bob'), arnOf('user/nobody'), `arn:aws:iam::${otherAccount}:user/bob`].map((Who) =>
        refusalOf(simulate({ Who, Requests }, alice)),
      ),
    )
    expect(codes.map((refusal) => refusal?.code)).toEqual(Array.from({ length: 3 }, () => 'AccessDeniedException'))
  })

  test('questions that are none', async ({ expect }) => {
    const ask = (Action: string, Resource: string) => refusalOf(simulate({ Who: 'alice', Requests: [{ Action, Resource }] }))
    expect(await ask('iam:*', '*')).toMatchObject({ code: 'ValidationException' })
    expect(await ask('iam:GetUser', 'bob')).toMatchObject({ code: 'ValidationException' })
    expect(await refusalOf(simulate({ Who: 'alice', Requests: [] }))).toMatchObject({ code: 'ValidationException' })
    const nobody = simulate({ Who: 'nobody', Requests: [{ Action: 'iam:GetUser', Resource: '*' }] })
    expect(await refusalOf(nobody)).toMatchObject({ code: 'ResourceNotFoundException' })
  })

  test('about oneself everybody learns the outcome, and no policy', async ({ expect }) => {
    const Requests = [
      { Action: 'iam:GetUser', Resource: arnOf('user/bob') },
      { Action: 'ecs:StopTask', Resource: 'arn:aws:ecs:us-east-1:111122223333:task/prod/1' },
    ]
    const { Principal, Results } = await simulate({ Who: 'SELF', Requests }, alice)
    expect(Principal).toBe(arnOf('user/alice'))
    expect(Results.map(({ Effect, DecidedBy }) => [Effect, DecidedBy])).toEqual([
      ['allow', []],
      ['deny', []],
    ])
  })
})

test('identity policies, conditions that are not known, and guardrails of the organization', async ({ expect }) => {
  expect(await effectOf('alice', 'iam:GetUser', arnOf('user/bob'))).toBe('allow')
  expect(await effectOf('alice', 'iam:CreateUser', arnOf('user/new'))).toBe('conditional')
  expect(await effectOf('alice', 'iam:CreateUser', arnOf('user/new'), { AbsentKeys: ['aws:multifactorauthpresent'] })).toBe('deny')
  const Context = [{ Key: 'AWS:MultiFactorAuthPresent', Values: ['true'] }]
  expect(await effectOf('alice', 'iam:CreateUser', arnOf('user/new'), { Context })).toBe('allow')
  const { Results } = await simulate({ Who: 'alice', Requests: [{ Action: 'iam:DeleteUser', Resource: arnOf('user/bob') }] })
  expect(Results).toMatchObject([{ Effect: 'deny', PolicyType: 'scp', DecidedBy: [{ Sid: 'KeepUsers', Policy: 'keep-users' }] }])
})

test('a session policy narrows a session and never widens it', async ({ expect }) => {
  const task = 'arn:aws:ecs:us-east-1:111122223333:task/prod/1'
  const narrow = (more: object) => ({ SessionPolicies: [policyOf(more)] })
  expect(await effectOf('role/deploy', 'ecs:StopTask', task)).toBe('allow')
  expect(await effectOf('role/deploy', 'ecs:StopTask', task, narrow({ Action: 's3:*' }))).toBe('deny')
  expect(await effectOf('role/deploy', 'ecs:StopTask', task, narrow({ Action: 'ecs:*' }))).toBe('allow')
  expect(await effectOf('role/deploy', 'iam:GetUser', arnOf('user/bob'), narrow({}))).toBe('deny')
  const session = `arn:aws:sts::${mainAccount}:assumed-role/deploy/one`
  expect(await effectOf(session, 'ecs:StopTask', 'arn:aws:ecs:us-east-1:111122223333:task/*')).toBe('conditional')
})

test('a role is reached by whom it trusts and who may, and others are told apart', async ({ expect }) => {
  const { Principals, Evaluated } = await whoCan({ Action: 'sts:AssumeRole', Resource: arnOf('role/deploy') })
  expect(Evaluated).toBeGreaterThanOrEqual(4)
  expect(Principals.map(({ Principal, Kind, Effect }) => [Principal, Kind, Effect])).toEqual([
    [otherAccount, 'account', 'conditional'],
    ['ecs-tasks.amazonaws.com', 'service', 'allow'],
    [arnOf('user/alice'), 'user', 'allow'],
  ])
})

test('pages of principals are all of them', async ({ expect }) => {
  const question = { Action: 'iam:GetUser', Resource: arnOf('user/bob') }
  const whole = (await whoCan(question)).Principals
  const paged: (typeof whole)[number][] = []
  let NextToken: string | undefined
  do {
    const page = await whoCan({ ...question, MaxResults: 1, ...(NextToken !== undefined && { NextToken }) })
    paged.push(...page.Principals)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(paged).toEqual(whole)
  expect(whole.map(({ Principal }) => Principal)).toEqual([arnOf('root'), arnOf('user/alice')])
})

test('another account says neither yes nor what it has', async ({ expect }) => {
  const role = `arn:aws:iam::${otherAccount}:role/theirs`
  const before = await simulate({ Who: 'alice', Requests: [{ Action: 'iam:GetRole', Resource: role }] })
  expect(before.Results).toMatchObject([{ Effect: 'conditional', DependsOn: [{ OnAccount: otherAccount }] }])
  await newRole(iamClient(instance.url, instance.rootKey(otherAccount)), 'theirs', { trust: trustOf(mainAccount) })
  const after = await simulate({ Who: 'alice', Requests: [{ Action: 'iam:GetRole', Resource: role }] })
  expect(after).toEqual(before)
  expect((await whoCan({ Action: 'sts:AssumeRole', Resource: role })).Principals.filter(({ Effect }) => Effect === 'allow')).toEqual([])
})

test('policies of buckets count, and what they say of one object counts for a pattern of objects', async ({ expect }) => {
  const s3 = s3Client(instance.url, instance.rootKey())
  await s3.send(new CreateBucketCommand({ Bucket: 'ledger' }))
  const Principal = { AWS: arnOf('user/bob') }
  const statements = [
    { Sid: 'BobReads', Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::ledger/*' },
    { Sid: 'NotSecret', Effect: 'Deny', Principal, Action: 's3:*', Resource: 'arn:aws:s3:::ledger/secret/*' },
  ]
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'ledger', Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }))
  expect(await effectOf('bob', 's3:GetObject', 'arn:aws:s3:::ledger/2026.csv')).toBe('allow')
  expect(await effectOf('bob', 's3:GetObject', 'arn:aws:s3:::ledger/secret/1')).toBe('deny')
  expect(await effectOf('bob', 's3:GetObject', 'arn:aws:s3:::ledger/*')).toBe('conditional')
  expect(await effectOf('root', 's3:GetObject', 'arn:aws:s3:::somebody-elses/1')).toBe('conditional')
  const { Principals } = await whoCan({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::ledger/2026.csv' })
  expect(Principals.map(({ Principal: arn, Effect }) => [arn, Effect])).toEqual([
    [arnOf('root'), 'allow'],
    [arnOf('user/bob'), 'allow'],
  ])
})

test('what somebody may do is told by resources, with what it depends on', async ({ expect }) => {
  const { Access } = await callOwnApi<ListAccessOutput>(instance.url, instance.rootKey(), ListAccess$, { Who: 'alice' })
  expect(Access).toContainEqual({ Resource: arnOf('role/deploy'), Actions: ['sts:AssumeRole'], Effect: 'allow', DependsOn: [] })
  expect(Access).toMatchObject(expect.arrayContaining([expect.objectContaining({ Actions: ['iam:CreateUser'], Effect: 'conditional' })]))
  const reading = Access.find(({ Resource, Effect }) => Resource === '*' && Effect === 'allow')
  expect(reading?.Actions).toContain('iam:GetUser')
  expect(Access.flatMap(({ Actions }) => Actions)).not.toContain('iam:DeleteUser')
})

test('the commands answer by exit code, and in at most 100 columns', { timeout: 60_000 }, async ({ expect }) => {
  const env = clientEnvironment(instance.url, instance.rootKey())
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await tidegateAs(env, ...args)
    expect({ stderr, wide: args.includes('--json') ? [] : stdout.split('\n').filter((line) => line.length > 100) }).toEqual({
      stderr: '',
      wide: [],
    })
    return { code, stdout }
  }
  const user = arnOf('user/bob')
  expect(await ask('can', 'alice', 'iam:GetUser', user)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('by Read of alice/own (identity)'),
  })
  expect(await ask('can', 'alice', 'iam:DeleteUser', user)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('KeepUsers of keep-users'),
  })
  const open = await ask('can', 'alice', 'iam:CreateUser', user)
  expect(open).toMatchObject({ code: 4, stdout: expect.stringContaining('if Bool aws:MultiFactorAuthPresent: true') })
  expect(await ask('can', 'alice', 'iam:CreateUser', user, '-c', 'aws:MultiFactorAuthPresent=true')).toMatchObject({ code: 0 })
  expect(await ask('who-can', 'iam:GetUser', user)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`allow  user  ${arnOf('user/alice')}`),
  })
  expect(await ask('who-can', 'iam:DeleteUser', user)).toMatchObject({ code: 3 })
  expect(await ask('what-can', 'role/deploy')).toMatchObject({ code: 0, stdout: expect.stringContaining('ecs:StopTask') })
  expect(JSON.parse((await ask('can', 'role/deploy', 'iam:GetUser', user, '--json')).stdout)).toMatchObject({
    Effect: 'deny',
  })
})

test('law: what is certain is what the gateway does, in generated worlds', { timeout: 120_000 }, async ({ expect }) => {
  const random = mulberry(20_261_125)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const names = Array.from({ length: 14 }, (_, i) => `u${i}`)
  const statement = (): object => ({
    Effect: random() < 0.85 ? 'Allow' : 'Deny',
    Action: pick(['iam:Get*', 'iam:*', 'iam:ListUsers', 'iam:GetRole', 'sts:*', 'sts:AssumeRole', '*', ['iam:ListRoles', 'iam:GetUser']]),
    Resource: pick([
      '*',
      arnOf('user/u*'),
      arnOf('user/${aws:username}'),
      arnOf('role/*'),
      arnOf('role/r1'),
      arnOf('user/${aws:PrincipalTag/peer}'),
    ]),
    ...(random() < 0.5 && { Condition: pick(conditions) }),
  })
  const conditions = [
    { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
    { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    { Bool: { 'aws:SecureTransport': 'true' } },
    { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
    { StringEquals: { 'aws:PrincipalTag/team': 'red' } },
    { StringLike: { 'aws:UserAgent': '*Boto*' } },
    { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } },
    { Null: { 'aws:PrincipalTag/peer': 'false' } },
  ]
  const users = new Map<string, Credentials>()
  for (const name of names) {
    const document = policyOf(...Array.from({ length: 1 + Math.floor(random() * 4) }, statement))
    users.set(name, await newUser(iam, name, document))
    if (random() < 0.5)
      await iam.send(new TagUserCommand({ UserName: name, Tags: [{ Key: pick(['team', 'peer']), Value: pick(['red', 'u1']) }] }))
    if (random() < 0.4) {
      const PolicyDocument = policyOf(...Array.from({ length: 2 }, statement))
      const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `boundary-${name}`, PolicyDocument }))
      await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary: Policy?.Arn ?? '' }))
    }
  }
  for (const name of ['r1', 'r2']) {
    await newRole(iam, name, { trust: trustOf(pick([mainAccount, arnOf('user/u1'), ['u0', 'u3'].map((each) => arnOf(`user/${each}`))])) })
  }
  const calls: readonly (readonly [string, string, (who: Credentials) => Promise<unknown>])[] = [
    ['iam:GetUser', arnOf('user/u1'), (who) => iamClient(instance.url, who).send(new GetUserCommand({ UserName: 'u1' }))],
    ['iam:GetRole', arnOf('role/r1'), (who) => iamClient(instance.url, who).send(new GetRoleCommand({ RoleName: 'r1' }))],
    ['iam:ListUsers', '*', (who) => iamClient(instance.url, who).send(new ListUsersCommand({}))],
    ['iam:ListRoles', '*', (who) => iamClient(instance.url, who).send(new ListRolesCommand({}))],
    ['iam:ListUserPolicies', arnOf('user/u2'), (who) => iamClient(instance.url, who).send(new ListUserPoliciesCommand({ UserName: 'u2' }))],
    ...['r1', 'r2'].map((name) => {
      const assume = (who: Credentials) =>
        stsClient(instance.url, who).send(new AssumeRoleCommand({ RoleArn: arnOf(`role/${name}`), RoleSessionName: 'law' }))
      return ['sts:AssumeRole', arnOf(`role/${name}`), assume] as const
    }),
  ]
  const Requests = calls.map(([Action, Resource]) => ({ Action, Resource }))
  // What this client's requests have, and what those with a long-term key never have.
  const whole = {
    Context: [
      { Key: 'aws:SourceIp', Values: ['127.0.0.1'] },
      { Key: 'aws:SecureTransport', Values: ['false'] },
      { Key: 'aws:UserAgent', Values: ['aws-sdk-js'] },
    ],
    AbsentKeys: ['aws:MultiFactorAuthPresent'],
  }
  const wrong: string[] = []
  const seen = { allow: 0, deny: 0, conditional: 0 }
  for (const [name, who] of users) {
    const unknown = await simulate({ Who: name, Requests })
    const told = await simulate({ Who: name, Requests, ...whole })
    const own = await simulate({ Who: 'SELF', Requests, Context: whole.Context }, who)
    for (const [i, [action, resource, call]] of calls.entries()) {
      const refusal = await refusalOf(call(who))
      const done = refusal?.code.startsWith('AccessDenied') === true ? 'deny' : 'allow'
      const effects = [unknown, told, own].map(({ Results }) => Results[i]?.Effect)
      seen[(effects[0] ?? 'deny') as keyof typeof seen] += 1
      if ((effects[0] !== 'conditional' && effects[0] !== done) || effects[1] !== done || effects[2] !== done) {
        wrong.push(`${name} ${action} ${resource}: ${done}, and not ${effects.join(', ')}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(3)
})

test('a session may ask about itself, narrowed as it is', async ({ expect }) => {
  const RoleArn = arnOf('role/deploy')
  const Policy = policyOf({ Action: 'ecs:StopTask', Resource: 'arn:aws:ecs:us-east-1:111122223333:task/prod/1' })
  const assumed = await stsClient(instance.url, alice).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', Policy }))
  const Requests = ['1', '2'].map((id) => ({ Action: 'ecs:StopTask', Resource: `arn:aws:ecs:us-east-1:111122223333:task/prod/${id}` }))
  const { Results } = await simulate({ Who: 'SELF', Requests }, credentialsIn(assumed))
  expect(Results.map(({ Effect, PolicyType }) => [Effect, PolicyType])).toEqual([
    ['allow', undefined],
    ['deny', 'session'],
  ])
})

/** A small generator of random numbers. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
