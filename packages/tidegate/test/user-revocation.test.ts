/** Cutting a person off: who is cut, who is not, and what the receipt says. */
import { GetCallerIdentityCommand, AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { askInstance } from '../src/control.ts'
import { dataFolder } from '../src/data-folder.ts'
import type { Drift } from '../src/drift.ts'
import type { RevocationReceipt } from '../src/user-revocation.ts'
import {
  CreateOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  AddClientIDToOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam'
import { newRole, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { type Credentials, mainAccount } from './support/instance.ts'
import { type PeopleWorld, peopleWorld } from './support/people-world.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

let world: PeopleWorld
/** The instance's own clock: hours pass when the test says so. */
let skippedMs = 0
beforeAll(async () => {
  world = await peopleWorld({ clock: () => Date.now() + skippedMs })
})
afterAll(() => world.close())

const roleArn = (name: string): string => `arn:aws:iam::${mainAccount}:role/${name}`

async function inRole(token: string, name: string): Promise<Credentials> {
  const input = { RoleArn: roleArn('developer'), RoleSessionName: `${name}@example.com`, WebIdentityToken: token }
  return credentialsIn(await stsClient(world.instance.url, undefined).send(new AssumeRoleWithWebIdentityCommand(input)))
}

function whoIs(credentials: Credentials) {
  return stsClient(world.instance.url, credentials).send(new GetCallerIdentityCommand({}))
}

function revoke(person: string, more: object = {}): Promise<RevocationReceipt> {
  const { control } = dataFolder(world.instance.folder)
  return askInstance(control, { ask: 'revoke-user', person, isDryRun: false, ...more })
}

test('T-36 her sessions, those made of them, and the tokens that she signed in with are dead at once; others live', async ({ expect }) => {
  const iam = iamClient(world.instance.url, world.instance.rootKey())
  await newRole(iam, 'second', { trust: trustOf(roleArn('developer')), document: policyOf({}) })
  const [aliceToken, bobToken] = [await world.token('alice'), await world.token('bob')]
  const [alice, bob] = [await inRole(aliceToken, 'alice'), await inRole(bobToken, 'bob')]
  const input = { RoleArn: roleArn('second'), RoleSessionName: 'hop' }
  const hop = credentialsIn(await stsClient(world.instance.url, alice).send(new AssumeRoleCommand(input)))
  const dry = await revoke('alice@example.com', { isDryRun: true })
  expect(dry.eventId).toBeUndefined()
  expect(await refusalOf(whoIs(alice))).toBeUndefined()

  const receipt = await revoke('alice@example.com')
  expect(receipt).toMatchObject({ issuer: world.idp.issuer, subject: 'alice', label: 'alice@example.com', kept: [] })
  expect(receipt.cut.map(({ accessKeyId }) => accessKeyId).toSorted()).toEqual([alice.accessKeyId, hop.accessKeyId].toSorted())
  for (const dead of [alice, hop])
    expect(await refusalOf(whoIs(dead))).toMatchObject({ code: expect.stringMatching(/InvalidClientTokenId/) })
  expect(await refusalOf(inRole(aliceToken, 'alice'))).toMatchObject({ code: 'ExpiredTokenException' })
  expect(await refusalOf(whoIs(bob))).toBeUndefined()
  expect(await refusalOf(inRole(bobToken, 'bob'))).toBeUndefined()

  // Times in tokens are seconds: who signs in again in the next one is let in again.
  await vi.waitFor(async () => expect(await refusalOf(inRole(await world.token('alice'), 'alice'))).toBeUndefined(), {
    timeout: 5000,
    interval: 200,
  })
})

test('T-32 a name that is nobody is said to be nobody, and one that the issuer knows needs no name', async ({ expect }) => {
  await expect(revoke('mallory@example.com')).rejects.toThrow('nobody called `mallory@example.com` has been here')
  expect(await revoke('carol', { issuer: world.idp.issuer })).toMatchObject({ subject: 'carol', cut: [], kept: [] })
})

test('clock forward: a token and a session end when they say, and the receipt names only what lives', async ({ expect }) => {
  const token = await world.token('bob')
  const session = await inRole(token, 'bob')
  skippedMs = 3_700_000
  try {
    expect(await refusalOf(whoIs(session))).toMatchObject({
      code: expect.stringMatching(/^(?:ExpiredToken|RequestExpired|SignatureDoesNotMatch|RequestTimeTooSkewed|InvalidSignatureException)/),
    })
    expect(await refusalOf(inRole(token, 'bob'))).toMatchObject({ code: 'ExpiredTokenException' })
    const { cut } = await revoke('bob@example.com', { isDryRun: true })
    expect(cut).toEqual([])
  } finally {
    skippedMs = 0
  }
})

test('drift: what IAM says otherwise than the file is told, each with what mends it', async ({ expect }) => {
  const drift = (): Promise<readonly Drift[]> => askInstance(dataFolder(world.instance.folder).control, { ask: 'drift' })
  expect(await drift()).toEqual([])
  const iam = iamClient(world.instance.url, world.instance.rootKey())
  const arn = `arn:aws:iam::${mainAccount}:oidc-provider/${world.idp.issuer.slice('http://'.length)}`
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: 'another' }))
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'https://login.example.com', ClientIDList: ['x'] }))
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'operator', PolicyName: 'own' }))
  await iam.send(new DeleteRoleCommand({ RoleName: 'operator' }))
  const trust = { Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity' }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: trust })
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'second', PolicyDocument: document }))
  expect((await drift()).map(({ problem }) => problem)).toEqual([
    `provider \`demo\` has the client ids \`tidegate, another\` in account ${mainAccount}, not \`tidegate\``,
    `account ${mainAccount} trusts the provider login.example.com, which the configuration does not name`,
    `binding \`oncall\` names the role \`operator\`, which account ${mainAccount} does not have`,
    `role \`second\` in account ${mainAccount} trusts \`demo\` in its own policy, beside any binding`,
  ])
})
