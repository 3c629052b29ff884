/** Identity providers as companies have them: what each writes into its tokens, and what becomes of it. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateOpenIDConnectProviderCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { afterEach, describe, test, vi } from 'vitest'
import { askInstance } from '../src/control.ts'
import { dataFolder } from '../src/data-folder.ts'
import { startDemoIdentityProvider } from '../src/demo/identity-provider.ts'
import type { SignedIn } from '../src/people-routes.ts'
import { newRole, policyOf } from './support/account.ts'
import { cloudTrailClient, credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { mainAccount, testInstance } from './support/instance.ts'
import { oidcIssuer } from './support/oidc-issuer.ts'
import { type PeopleWorld, type PeopleWorldOptions, peopleWorld } from './support/people-world.ts'
import { clientOf, signInOf } from './support/sign-in.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close()
})

async function opened(options: PeopleWorldOptions): Promise<PeopleWorld> {
  const world = await peopleWorld(options)
  closing.push(() => world.close())
  return world
}

async function personIn(world: PeopleWorld, token: string): Promise<{ status: number; body: SignedIn & { message?: string } }> {
  const response = await fetch(`${world.instance.url}/_tidegate/person`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as SignedIn }
}

const roleArn = (name: string): string => `arn:aws:iam::${mainAccount}:role/${name}`

test('as Okta: opaque subjects, and of the groups those that are kept', async ({ expect }) => {
  const claims = ({ name, email, groups }: { name: string; email: string; groups: readonly string[] }) => ({
    name,
    email,
    email_verified: true,
    preferred_username: email,
    groups: ['Everyone', ...groups],
    ver: 1,
  })
  const people = [{ id: '00u1abcdALICE', name: 'Alice Marsh', email: 'alice@example.com', groups: ['developers', 'oncall'] }]
  const world = await opened({
    idp: { people, claims },
    provider: () => ({ preset: 'okta', keepGroups: ['on*', 'dev*'] }),
  })
  const { body } = await personIn(world, await world.token('00u1abcdALICE'))
  expect(body).toMatchObject({
    subject: '00u1abcdALICE',
    label: 'alice@example.com',
    groups: ['developers', 'oncall'],
    isMultiFactor: true,
  })
  expect(body.roles.map(({ name }) => name)).toEqual(['developer', 'developer', 'operator'])
})

describe('as Entra ID, with more groups than a token holds', () => {
  const alice = { id: 'pairwise-subject', name: 'Alice Marsh', email: 'alice@corp.example', groups: [] }
  let tid = 'not known yet'
  const claims = ({ name, email }: { readonly name: string; readonly email: string }) => ({
    name,
    preferred_username: email,
    oid: '0b1d-alice',
    tid,
    groups: undefined,
    _claim_names: { groups: 'src1' },
    // The address of an interface that is gone, and of whoever made the token: nobody asks there.
    _claim_sources: { src1: { endpoint: 'http://169.254.169.254/latest/meta-data' } },
  })
  async function entra(provider: object): Promise<PeopleWorld> {
    const bindings = { many: { provider: 'demo', groups: ['g-250'], role: 'developer', accounts: [mainAccount] } }
    const settings = { preset: 'entra', keepGroups: ['g-25*'], ...provider }
    const world = await opened({ idp: { people: [alice], claims }, provider: () => settings, bindings })
    tid = world.idp.issuer.slice('http://'.length)
    return world
  }

  test('nobody is let in whose groups nobody can be asked for', async ({ expect }) => {
    const world = await entra({})
    const { status, body } = await personIn(world, await world.token(alice.id))
    expect({ status, message: body.message }).toEqual({ status: 401, message: expect.stringContaining('`graph` is not configured') })
  })

  test('T-24 they are asked for at Graph, page by page, and never where the token says', async ({ expect }) => {
    const asked: string[] = []
    const graph = await graphServer(asked)
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-graph-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const clientSecretFile = join(folder, 'secret')
    writeFileSync(clientSecretFile, 's3cret\n')
    const world = await entra({ graph: { url: graph, tokenUrl: `${graph}/token`, clientSecretFile } })
    const { body } = await personIn(world, await world.token(alice.id))
    expect(body).toMatchObject({ subject: '0b1d-alice', label: 'alice@corp.example' })
    expect(body.groups.toSorted()).toEqual(['g-25', ...Array.from({ length: 10 }, (_, i) => `g-25${i}`)])
    expect(body.roles.map(({ name }) => name)).toEqual(['developer'])
    expect(asked).toEqual([
      'POST /token client_credentials tidegate s3cret',
      'GET /v1.0/users/0b1d-alice/transitiveMemberOf/microsoft.graph.group',
      'GET /v1.0/next',
    ])
    expect(JSON.stringify(body)).not.toContain('s3cret')
  })
})

test('T-32 two providers that name one address are two people, and who is to be revoked has to be said', async ({ expect }) => {
  const other = await startDemoIdentityProvider({ port: 0 })
  closing.push(() => other.close())
  const world = await opened({})
  const iam = iamClient(world.instance.url, world.instance.rootKey())
  const url = other.issuer.slice('http://'.length)
  const Tags = [{ Key: 'tidegate:preset', Value: 'generic' }]
  const { OpenIDConnectProviderArn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${url}`, ClientIDList: ['tidegate'], Tags }),
  )
  const condition = { StringEquals: { 'tidegate:Actor': `${other.issuer}#alice`, [`${url}:aud`]: 'tidegate' } }
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: OpenIDConnectProviderArn },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity'],
    Condition: condition,
  }
  await newRole(iam, 'trusting', {
    trust: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
    document: policyOf({ Action: 'iam:ListUsers' }),
  })
  const assume = (WebIdentityToken: string, RoleArn: string) =>
    stsClient(world.instance.url, undefined).send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'alice@example.com', WebIdentityToken }),
    )
  const there = (await signInOf(await clientOf(other))('alice', { max_age: '60' })).id_token ?? ''
  expect(await refusalOf(assume(await world.token('alice'), roleArn('trusting')))).toMatchObject({ code: 'AccessDenied' })
  expect(await refusalOf(assume(there, roleArn('developer')))).toMatchObject({ code: 'AccessDenied' })
  const answer = await assume(there, roleArn('trusting'))
  expect(answer.SourceIdentity).toBe('127.0.0.1.alice')
  const ask = { ask: 'revoke-user', person: 'alice@example.com', isDryRun: false } as const
  await expect(askInstance(dataFolder(world.instance.folder).control, ask)).rejects.toThrow('`alice@example.com` is several people')
  expect(await refusalOf(iamClient(world.instance.url, credentialsIn(answer)).send(new ListUsersCommand({})))).toBeUndefined()
})

test('T-40 a pipeline is let in by its subject, as a pipeline, with who triggered it behind it', async ({ expect }) => {
  const issuer = await oidcIssuer()
  closing.push(() => issuer.close())
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-ci-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tidegate.json')
  writeFileSync(
    file,
    JSON.stringify({
      accounts: { [mainAccount]: {} },
      identityProviders: { allowLoopback: true },
      providers: { ci: { preset: 'github', issuer: issuer.url, clientId: 'tidegate' } },
      bindings: { deploy: { provider: 'ci', subjects: ['repo:octo/shop:ref:refs/heads/*'], role: 'deploy', accounts: [mainAccount] } },
    }),
  )
  const { readConfiguration } = await import('../src/configuration/configuration.ts')
  const instance = await testInstance(readConfiguration(file))
  closing.push(() => instance.close())
  const trust = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const iam = iamClient(instance.url, instance.rootKey())
  await newRole(iam, 'deploy', {
    trust: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    document: policyOf({ Action: 'iam:ListUsers' }),
  })
  const github = {
    repository: 'octo/shop',
    workflow: 'deploy',
    run_id: '99',
    run_number: '42',
    ref: 'refs/heads/main',
    actor: 'alice',
    actor_id: '1001',
  }
  const assume = (WebIdentityToken: string) =>
    stsClient(instance.url, undefined).send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn('deploy'), RoleSessionName: 'run-42', WebIdentityToken }),
    )
  const subject = 'repo:octo/shop:ref:refs/heads/main'
  const others: readonly Record<string, unknown>[] = [
    { ...github, sub: 'repo:mallory/shop:ref:refs/heads/main' },
    { ...github, sub: 'repo:octo/shop:pull_request' },
    // Of no pipeline, though of the right subject.
    { sub: subject },
  ]
  for (const claims of others) expect(await refusalOf(assume(await issuer.token(claims)))).toMatchObject({ code: 'AccessDenied' })
  const session = credentialsIn(await assume(await issuer.token({ ...github, sub: subject })))
  await iamClient(instance.url, session).send(new ListUsersCommand({}))
  const lookup = { LookupAttributes: [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: session.accessKeyId }] }
  const { Events = [] } = await cloudTrailClient(instance.url, instance.rootKey()).send(new LookupEventsCommand(lookup))
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')).toMatchObject({
    additionalEventData: {
      actorChain: [
        { type: 'pipeline', issuer: issuer.url, subject, label: 'octo/shop@refs/heads/main#42' },
        { type: 'human', issuer: issuer.url, subject: 'user:1001', label: 'alice' },
      ],
    },
  })
})

/** As much of Microsoft Graph as is asked, with 300 groups on two pages. */
async function graphServer(asked: string[]): Promise<string> {
  const server: Server = createServer((request, response) => {
    ;(async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://graph')
      let form = ''
      for await (const chunk of request) form += String(chunk)
      const fields = new URLSearchParams(form)
      const sent = ['grant_type', 'client_id', 'client_secret'].flatMap((name) => fields.get(name) ?? [])
      asked.push([request.method, pathname, ...sent].join(' '))
      const group = (from: number) => Array.from({ length: 150 }, (_, i) => ({ id: `g-${from + i}` }))
      const next = { '@odata.nextLink': `http://${request.headers.host}/v1.0/next` }
      const isKnown = request.headers.authorization === 'Bearer graph-token'
      const answers: Readonly<Record<string, object | undefined>> = {
        '/token': { access_token: 'graph-token', token_type: 'Bearer' },
        '/v1.0/users/0b1d-alice/transitiveMemberOf/microsoft.graph.group': isKnown ? { value: group(0), ...next } : undefined,
        '/v1.0/next': isKnown ? { value: group(150) } : undefined,
      }
      const answer = answers[pathname]
      response.writeHead(answer === undefined ? 403 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
    })().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
