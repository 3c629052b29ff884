/** Who did what, and because of whom: over the wire and by the command. */
import { GetUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test } from 'vitest'
import {
  CountActivity$,
  type CountActivityOutput,
  DescribeEventChain$,
  type DescribeEventChainOutput,
  DescribeIntegrity$,
  type DescribeIntegrityOutput,
  LookupActivity$,
  type LookupActivityInput,
  type LookupActivityOutput,
} from '../src/api/activity.ts'
import type { StaticOperationSchema } from '@smithy/types'
import { defaultAccount } from '../src/configuration/configuration.ts'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { clientEnvironment, type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { callOwnApi } from './support/own-api.ts'
import { tidegateAs } from './support/process.ts'

const otherAccount = '444455556666'
let instance: TestInstance
let bob: Credentials
let session: Credentials

beforeAll(async () => {
  instance = await testInstance({ accounts: [defaultAccount, { id: otherAccount, name: 'other' }] })
  const iam = iamClient(instance.url, instance.rootKey())
  bob = await newUser(iam, 'bob', policyOf({ Action: 'sts:AssumeRole' }))
  const RoleArn = await newRole(iam, 'reader', {
    trust: trustOf(`arn:aws:iam::${mainAccount}:user/bob`),
    document: policyOf({ Action: 'iam:GetUser' }),
  })
  const assumed = await stsClient(instance.url, bob).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'nightly' }))
  session = credentialsIn(assumed)
  await iamClient(instance.url, session).send(new GetUserCommand({ UserName: 'bob' }))
  await refusalOf(iamClient(instance.url, session).send(new ListUsersCommand({})))
  await refusalOf(iamClient(instance.url, session).send(new ListUsersCommand({})))
  await refusalOf(iamClient(instance.url, bob).send(new ListUsersCommand({})))
})
afterAll(() => instance.close())

const ask = <Output>(who: Credentials, operation: StaticOperationSchema, input: object) =>
  callOwnApi<Output>(instance.url, who, operation, input)
const lookUp = (input: LookupActivityInput, who = instance.rootKey()) => ask<LookupActivityOutput>(who, LookupActivity$, input)

test('times and tokens that are none are refused', async ({ expect }) => {
  expect(await refusalOf(lookUp({ StartTime: 'yesterday' }))).toMatchObject({ code: 'ValidationException' })
  expect(await refusalOf(lookUp({ MaxResults: 101 }))).toMatchObject({ code: 'ValidationException' })
  expect(await refusalOf(lookUp({ NextToken: 'x' }))).toMatchObject({ code: 'ValidationException' })
})

test('another account sees nothing of it', async ({ expect }) => {
  const other = instance.rootKey(otherAccount)
  expect((await lookUp({ Action: 'iam:GetUser' }, other)).Events).toEqual([])
  const [event] = (await lookUp({ Action: 'iam:GetUser' })).Events
  const chain = ask(other, DescribeEventChain$, { EventId: event?.EventId })
  expect(await refusalOf(chain)).toMatchObject({ code: 'ResourceNotFoundException' })
})

test('activity is found by principal, session, action, service, resource and what was denied', async ({ expect }) => {
  const actions = async (input: LookupActivityInput) => (await lookUp(input)).Events.map(({ Action, Outcome }) => `${Action} ${Outcome}`)
  const denials = ['iam:ListUsers denied', 'iam:ListUsers denied']
  expect(await actions({ SessionName: 'nightly' })).toEqual([...denials, 'iam:GetUser ok'])
  expect(await actions({ Principal: `arn:aws:iam::${mainAccount}:role/reader`, DeniedOnly: true })).toEqual(denials)
  expect(await actions({ AccessKeyId: session.accessKeyId, Action: 'GetUser' })).toEqual(['iam:GetUser ok'])
  expect(await actions({ Action: 'iam:CreateRole', ChangesOnly: true })).toEqual(['iam:CreateRole ok'])
  expect(await actions({ Resource: `arn:aws:iam::${mainAccount}:role/reader`, Service: 'sts' })).toEqual(['sts:AssumeRole ok'])
  expect(await actions({ SessionName: 'nightly', EndTime: '2026-01-01T00:00:00Z' })).toEqual([])
})

test('a page goes on where the one before ended', async ({ expect }) => {
  const first = await lookUp({ SessionName: 'nightly', MaxResults: 2 })
  const second = await lookUp({ SessionName: 'nightly', MaxResults: 2, NextToken: first.NextToken })
  expect([first, second].map(({ Events }) => Events.length)).toEqual([2, 1])
  expect(second.NextToken).toBeUndefined()
})

test('denials are counted by who and action', async ({ expect }) => {
  const { Groups, IsComplete } = await ask<CountActivityOutput>(instance.rootKey(), CountActivity$, { DeniedOnly: true })
  expect(IsComplete).toBe(true)
  expect(Groups).toMatchObject([
    { Principal: `arn:aws:iam::${mainAccount}:role/reader`, Action: 'iam:ListUsers', Count: 2, Denied: 2, PolicyTypes: ['identity'] },
    { Principal: `arn:aws:iam::${mainAccount}:user/bob`, Action: 'iam:ListUsers', Count: 1, Denied: 1 },
  ])
})

test('the log says how far it is signed', async ({ expect }) => {
  const integrity = await ask<DescribeIntegrityOutput>(instance.rootKey(), DescribeIntegrity$, {})
  expect(integrity.VerifierKey).toBe(instance.auditKey)
  expect(integrity.CheckpointRecords).toBeGreaterThan(5)
  expect(integrity.Records).toBeGreaterThanOrEqual(integrity.CheckpointRecords)
  expect(integrity.Checkpoint).toContain(`\n${integrity.CheckpointRecords}\n${integrity.Root}\n`)
})

test('`tidegate trace` goes from a call back to whoever began', { timeout: 60_000 }, async ({ expect }) => {
  const [event] = (await lookUp({ Action: 'iam:GetUser', SessionName: 'nightly' })).Events
  const env = clientEnvironment(instance.url, instance.rootKey())
  const { code, stdout } = await tidegateAs(env, 'trace', event?.EventId ?? '')
  expect(code).toBe(0)
  const lines = stdout.split('\n').map((line) => line.replace(/^\S+Z {2}/, ''))
  expect(lines).toContain('iam:GetUser  ok')
  expect(lines).toContain('  with a session that was made by')
  expect(lines).toContain('sts:AssumeRole  ok')
  expect(lines).toContain(`because of principal arn:aws:iam::${mainAccount}:user/bob`)
  const chain = await ask<DescribeEventChainOutput>(instance.rootKey(), DescribeEventChain$, { EventId: event?.RequestId })
  expect(chain.Links).toMatchObject([{ Kind: 'session', Event: { Principal: `arn:aws:iam::${mainAccount}:user/bob` } }])
  const denied = await tidegateAs(clientEnvironment(instance.url, bob), 'trace', event?.EventId ?? '')
  expect(denied).toMatchObject({ code: 1, stderr: expect.stringMatching(/AccessDenied[^]*next: tidegate explain /) })
})
