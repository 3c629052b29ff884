/** Fetching over real sockets: what a hostile server may answer, and an issuer on this machine. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, test } from 'vitest'
import { fetchJson } from '../src/federation/safe-fetch.ts'
import { webIdentityVerifier } from '../src/federation/web-identity.ts'
import { anonymous, home, StsWorld } from './support/sts-world.ts'
import { claimsOf, signed, signingKey, tokenSeconds } from './support/issuer.ts'

let server: Server | undefined

async function listening(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

const json = { 'content-type': 'application/json' }

const hostile: readonly [string, RequestListener, string][] = [
  ['a redirect', (_, response) => response.writeHead(302, { ...json, location: 'http://169.254.169.254/' }).end('{}'), 'the answer is 302'],
  ['an error', (_, response) => response.writeHead(500, json).end('{}'), 'the answer is 500'],
  ['a page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'), 'the answer is not JSON'],
  ['no type', (_, response) => response.writeHead(200).end('{}'), 'the answer is not JSON'],
  [
    'a compressed answer',
    (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{}'),
    'the answer is compressed',
  ],
  ['an endless answer', (_, response) => endless(response.writeHead(200, json)), 'the answer has more than 1000 bytes'],
  ['silence', () => undefined, 'no answer within 200 ms'],
  ['an answer that does not end', (_, response) => response.writeHead(200, json).write('{'), 'no answer within 200 ms'],
  ['a broken connection', (request) => request.socket.destroy(), 'the connection failed'],
]

test.for(hostile)('T-24 %s is a refusal', async ([, listener, want], { expect }) => {
  const url = await listening(listener)
  await expect(fetchJson(url, { allowLoopback: true, maxBytes: 1000, timeoutMs: 200 })).rejects.toThrow(want)
})

test('T-24 a name is connected to at the address that was judged, once', async ({ expect }) => {
  const url = await listening((request, response) => response.writeHead(200, json).end(JSON.stringify({ host: request.headers.host })))
  const asked: string[] = []
  const lookup = ((name: string, _: object, callback: (error: null, found: object[]) => void) => {
    asked.push(name)
    callback(null, [{ address: asked.length === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }])
  }) as unknown as NonNullable<NonNullable<Parameters<typeof fetchJson>[1]>['lookup']>
  const named = url.replace('127.0.0.1', 'localhost')
  expect(await fetchJson(named, { allowLoopback: true, lookup })).toBe(JSON.stringify({ host: named.slice('http://'.length) }))
  expect(asked).toEqual(['localhost'])
})

test('an issuer on this machine is verified where that is allowed, and not where it is not', async ({ expect }) => {
  const key = signingKey('ES256', 'k')
  const issuer = await listening((request, response) => {
    const document = request.url === '/keys' ? { keys: [key.jwk] } : { issuer, jwks_uri: `${issuer}/keys` }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(document))
  })
  const token = signed(key, claimsOf({ iss: issuer }))
  const provider = { url: issuer.slice('http://'.length), clientIds: ['tidegate'] }
  const open = webIdentityVerifier({ allowLoopback: true })
  expect(await open.verify(token, provider, tokenSeconds * 1000)).toMatchObject({ issuer, subject: 'alice' })
  await expect(webIdentityVerifier().verify(token, provider, tokenSeconds * 1000)).rejects.toThrow('Issuer must be a valid URL')
})

test('T-40 a token of this machine becomes a session of the role that trusts its subject, and no other token does', async ({ expect }) => {
  const key = signingKey('ES256', 'k')
  const issuer = await listening((request, response) => {
    const document = request.url === '/keys' ? { keys: [key.jwk] } : { issuer, jwks_uri: `${issuer}/keys` }
    response.writeHead(200, json).end(JSON.stringify(document))
  })
  const url = issuer.slice('http://'.length)
  const arn = `arn:aws:iam::${home}:oidc-provider/${url}`
  const world = new StsWorld(webIdentityVerifier({ allowLoopback: true }))
  world.now = tokenSeconds * 1000
  world.providers.push({ arn, url, clientIds: ['tidegate'], thumbprints: [] })
  const condition = { StringEquals: { [`${url}:sub`]: 'alice', [`${url}:aud`]: 'tidegate' } }
  const statement = { Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition }
  world.addRole('deploy', { trust: [statement] })
  const assume = (claims: object) => {
    const WebIdentityToken = signed(key, claimsOf({ iss: issuer, ...claims }))
    const input = { RoleArn: `arn:aws:iam::${home}:role/deploy`, RoleSessionName: 'one', WebIdentityToken }
    return world.call('AssumeRoleWithWebIdentity', input, anonymous)
  }
  await expect(assume({ sub: 'bob' })).rejects.toThrow('Not authorized to perform sts:AssumeRoleWithWebIdentity')
  await expect(assume({ aud: 'other' })).rejects.toThrow('Incorrect token audience')
  expect(await assume({})).toMatchObject({ SubjectFromWebIdentityToken: 'alice', Provider: arn, Audience: 'tidegate' })
  expect(world.session.actorChain).toEqual([{ type: 'workload', issuer, subject: 'alice' }])
})

function endless(response: {
  write: (text: string) => boolean
  once: (event: 'drain', listener: () => void) => unknown
  destroyed: boolean
}): void {
  while (!response.destroyed && response.write(' '.repeat(100)));
  if (!response.destroyed) response.once('drain', () => endless(response))
}
