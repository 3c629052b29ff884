/** People from their identity provider to a role, and their name on all that follows. */
import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, type AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import type { SignedIn, SignIn } from '../src/people-routes.ts'
import { newRole, policyOf, trustOf } from './support/account.ts'
import { cloudTrailClient, credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { mainAccount } from './support/instance.ts'
import { otherAccount, type PeopleWorld, peopleWorld } from './support/people-world.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

let world: PeopleWorld
beforeAll(async () => {
  world = await peopleWorld({ provider: () => ({ groupTags: { oncall: 'duty=oncall' } }) })
})
afterAll(() => world.close())

const roleArn = (name: string, account = mainAccount): string => `arn:aws:iam::${account}:role/${name}`

function assume(WebIdentityToken: string, role: string, changes: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) {
  const input = { RoleArn: roleArn(role), RoleSessionName: 'alice@example.com', WebIdentityToken, ...changes }
  return stsClient(world.instance.url, undefined).send(new AssumeRoleWithWebIdentityCommand(input))
}

async function ask<T>(path: string, token?: string): Promise<{ status: number; body: T }> {
  const response = await fetch(`${world.instance.url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as T }
}

describe('a binding lets in', () => {
  test('nobody who is not in its group', async ({ expect }) => {
    const carol = await world.token('carol')
    expect(await refusalOf(assume(carol, 'developer', { RoleSessionName: 'carol@example.com' }))).toMatchObject({ code: 'AccessDenied' })
  })

  test('nobody under the name of another', async ({ expect }) => {
    const bob = await world.token('bob')
    expect(await refusalOf(assume(bob, 'developer'))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assume(bob, 'developer', { RoleSessionName: 'bob@example.com' }))).toBeUndefined()
  })

  test('nobody for longer than it says, and nobody without the second factor that it asks for', async ({ expect }) => {
    const [alice, withoutFactor] = [await world.token('alice'), await world.token('alice', { factors: '1' })]
    expect(await refusalOf(assume(alice, 'operator', { DurationSeconds: 3600 }))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assume(withoutFactor, 'operator', { DurationSeconds: 1800 }))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assume(alice, 'operator', { DurationSeconds: 1800 }))).toBeUndefined()
  })

  test('nobody in an account that it does not name', async ({ expect }) => {
    const alice = await world.token('alice')
    const there = { RoleArn: roleArn('operator', otherAccount), DurationSeconds: 900 }
    expect(await refusalOf(assume(alice, 'operator', there))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(assume(alice, 'developer', { RoleArn: roleArn('developer', otherAccount) }))).toBeUndefined()
  })
})

test('her name is on what she does: chain, source identity, session name, second factor, groups, tags', async ({ expect }) => {
  const answer = await assume(await world.token('alice'), 'operator', { DurationSeconds: 900 })
  expect(answer).toMatchObject({
    AssumedRoleUser: { Arn: `arn:aws:sts::${mainAccount}:assumed-role/operator/alice@example.com` },
    SourceIdentity: 'demo.alice',
  })
  const session = credentialsIn(answer)
  await iamClient(world.instance.url, session).send(new ListUsersCommand({}))
  const lookup = { LookupAttributes: [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: session.accessKeyId }] }
  const { Events = [] } = await cloudTrailClient(world.instance.url, world.instance.rootKey()).send(new LookupEventsCommand(lookup))
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')).toMatchObject({
    userIdentity: { sessionContext: { attributes: { mfaAuthenticated: 'true' }, sourceIdentity: 'demo.alice' } },
    additionalEventData: {
      actorChain: [{ type: 'human', issuer: world.idp.issuer, subject: 'alice', label: 'alice@example.com' }],
    },
  })
})

test('groups and their tags are condition keys of every decision, also behind a second role', async ({ expect }) => {
  const iam = iamClient(world.instance.url, world.instance.rootKey())
  const conditions = {
    'ForAnyValue:StringEquals': { 'tidegate:ActorGroups': 'oncall' },
    StringEquals: { 'tidegate:Actor': `${world.idp.issuer}#alice`, 'tidegate:ActorType': 'human' },
  }
  const allowed = policyOf({ Action: 'iam:ListUsers', Condition: conditions })
  await newRole(iam, 'second', { trust: trustOf(roleArn('operator')), document: allowed })
  const first = credentialsIn(await assume(await world.token('alice'), 'operator', { DurationSeconds: 900 }))
  const input = { RoleArn: roleArn('second'), RoleSessionName: 'bob@example.com' }
  const second = credentialsIn(await stsClient(world.instance.url, first).send(new AssumeRoleCommand(input)))
  const client = iamClient(world.instance.url, second)
  expect(await refusalOf(client.send(new ListUsersCommand({})))).toBeUndefined()
  expect(await refusalOf(client.send(new CreateUserCommand({ UserName: 'x' })))).toMatchObject({ code: 'AccessDenied' })
})

describe('who wants to sign in is told', () => {
  test('where', async ({ expect }) => {
    const { body } = await ask<SignIn>('/_tidegate/sign-in')
    expect(body.providers).toMatchObject([{ name: 'demo', issuer: world.idp.issuer, clientId: 'tidegate', allowsDeviceCode: false }])
  })

  test('T-38 nothing without a good token', async ({ expect }) => {
    expect(await ask('/_tidegate/person')).toMatchObject({ status: 401 })
    expect(await ask('/_tidegate/person', 'e30.e30.e30')).toMatchObject({ status: 401, body: { code: 'InvalidIdentityToken' } })
  })

  test('who they are and what they may be', async ({ expect }) => {
    const { body } = await ask<SignedIn>('/_tidegate/person', await world.token('alice'))
    expect(body).toMatchObject({ subject: 'alice', label: 'alice@example.com', groups: ['developers', 'oncall'], isMultiFactor: true })
    expect(body.roles.map(({ arn, accountName, maxDurationSeconds }) => [arn, accountName, maxDurationSeconds])).toEqual([
      [roleArn('developer'), 'staging', 3600],
      [roleArn('developer', otherAccount), 'prod', 3600],
      [roleArn('operator'), 'staging', 1800],
    ])
  })
})
