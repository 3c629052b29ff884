/** A pipeline with a token of its identity provider, from end to end: unsigned in, a role session out, and a name on every call. */
import { CreateOpenIDConnectProviderCommand, CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { afterAll, beforeAll, test } from 'vitest'
import { newRole, policyOf } from './support/account.ts'
import { cloudTrailClient, credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { audience, type OidcIssuer, oidcIssuer } from './support/oidc-issuer.ts'

let issuer: OidcIssuer
let instance: TestInstance
let role: string

beforeAll(async () => {
  issuer = await oidcIssuer()
  instance = await testInstance({ identityProviders: { allowLoopback: true } })
  const iam = iamClient(instance.url, instance.rootKey())
  const provider = await iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer.host}`, ClientIDList: [audience] }))
  role = await newRole(iam, 'pipeline', {
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: provider.OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${issuer.host}:sub`]: 'repo:example/shop:main' } },
      },
    }),
    document: policyOf({ Action: 'iam:ListUsers' }),
  })
})
afterAll(async () => {
  await instance.close()
  await issuer.close()
})

function assumed(WebIdentityToken: string) {
  const input = { RoleArn: role, RoleSessionName: 'build-42', WebIdentityToken }
  return stsClient(instance.url, undefined).send(new AssumeRoleWithWebIdentityCommand(input))
}

const sub = 'repo:example/shop:main'

test('another subject than the trust policy names is not let in, and neither is a token that is not good', async ({ expect }) => {
  const now = Math.floor(Date.now() / 1000)
  const codeFor = async (token: string) => (await refusalOf(assumed(token)))?.code
  expect(await codeFor(await issuer.token({ sub: 'repo:mallory/shop:main' }))).toBe('AccessDenied')
  expect(await codeFor(await issuer.token({ sub, aud: 'another' }))).toBe('InvalidIdentityTokenException')
  expect(await codeFor(await issuer.token({ sub }, { issuedAt: now - 3600, lifetimeSeconds: 60 }))).toBe('ExpiredTokenException')
  const good = await issuer.token({ sub })
  expect(await codeFor(`${good.slice(0, -6)}AAAAAA`)).toBe('InvalidIdentityTokenException')
  expect(await codeFor('bm8.dG9rZW4.x')).toBe('InvalidIdentityTokenException')
})

test('a good one is the role, with no more than the role has, and the record names who is behind it', async ({ expect }) => {
  const answer = await assumed(await issuer.token({ sub }))
  expect(answer).toMatchObject({
    AssumedRoleUser: { Arn: `arn:aws:sts::${mainAccount}:assumed-role/pipeline/build-42` },
    SubjectFromWebIdentityToken: sub,
    Audience: audience,
    Provider: `arn:aws:iam::${mainAccount}:oidc-provider/${issuer.host}`,
  })
  const session = credentialsIn(answer)
  const client = iamClient(instance.url, session)
  await client.send(new ListUsersCommand({}))
  expect(await refusalOf(client.send(new CreateUserCommand({ UserName: 'bob' })))).toMatchObject({ code: 'AccessDenied' })
  const lookup = { LookupAttributes: [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: session.accessKeyId }] }
  const { Events = [] } = await cloudTrailClient(instance.url, instance.rootKey()).send(new LookupEventsCommand(lookup))
  expect(Events.map(({ EventName }) => EventName)).toEqual(['CreateUser', 'ListUsers'])
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')).toMatchObject({
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: role } } },
    additionalEventData: { actorChain: [{ issuer: issuer.url, subject: sub }] },
  })
})
