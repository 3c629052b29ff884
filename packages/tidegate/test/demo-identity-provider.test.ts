/** The identity provider of demonstrations, asked as a command line asks: authorization code with PKCE, refresh, device code. */
import { get } from 'node:http'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type DemoIdentityProvider, startDemoIdentityProvider } from '../src/demo/identity-provider.ts'
import { Browser } from '../src/demo/browser.ts'
import { clientOf, type SignIn, signInOf } from './support/sign-in.ts'

let idp: DemoIdentityProvider
let client: oidc.Configuration
let signedIn: SignIn

beforeAll(async () => {
  idp = await startDemoIdentityProvider({ port: 0, allowsDeviceCode: true })
  client = await clientOf(idp)
  signedIn = signInOf(client)
})
afterAll(() => idp.close())

test('T-37 nobody is sent to where the client is not, and nobody is let in without PKCE', async ({ expect }) => {
  const browser = new Browser()
  const ask = { client_id: idp.clientId, response_type: 'code', scope: 'openid' }
  const bare = new URLSearchParams({ ...ask, redirect_uri: 'http://127.0.0.1:9/callback' })
  const refused = await fetch(`${idp.issuer}/auth?${bare.toString()}`, { redirect: 'manual' })
  expect(new URL(refused.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
  const away = new URLSearchParams({ ...ask, redirect_uri: 'https://mallory.example/callback' })
  expect(await browser.open(`${idp.issuer}/auth?${away.toString()}`)).toMatchObject({
    status: 400,
    text: expect.stringContaining('redirect_uri'),
  })
})

test('T-25 a page that leads its own name to this machine gets nothing', async ({ expect }) => {
  const { port } = new URL(idp.issuer)
  const ask = (path: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject)
    })
  for (const path of ['/.well-known/openid-configuration', '/device', '/auth', '/token']) {
    for (const host of [`mallory.example:${port}`, 'mallory.example', `127.0.0.1.mallory.example:${port}`, `localhost:${port}`])
      expect(await ask(path, host)).toBe(421)
  }
  expect(await ask('/.well-known/openid-configuration', `127.0.0.1:${port}`)).toBe(200)
})

describe('an ID token', () => {
  test('says who signed in, how and when, and in which groups she is', async ({ expect }) => {
    const claims = (await signedIn('alice', { max_age: '3600' })).claims()
    expect(claims).toMatchObject({
      iss: idp.issuer,
      aud: idp.clientId,
      sub: 'alice',
      email: 'alice@example.com',
      email_verified: true,
      groups: ['developers', 'oncall'],
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: expect.any(Number),
    })
  })

  test('does not say that there was a second factor where there was none', async ({ expect }) => {
    expect((await signedIn('bob', {}, { factors: '1' })).claims()).toMatchObject({ sub: 'bob', amr: ['pwd'] })
  })

  test('comes again for a refresh token, with the old time of signing in', async ({ expect }) => {
    const first = await signedIn('carol', { scope: 'openid email groups offline_access', max_age: '3600' })
    const again = await oidc.refreshTokenGrant(client, first.refresh_token ?? '')
    expect(again.claims()).toMatchObject({ sub: 'carol', auth_time: first.claims()?.auth_time, amr: ['pwd', 'otp', 'mfa'] })
  })
})

test('T-39 the page for a device code shows from where and by what the sign-in was started', async ({ expect }) => {
  const device = await oidc.initiateDeviceAuthorization(client, { scope: 'openid email groups' })
  const browser = new Browser()
  const page = await browser.open(device.verification_uri_complete ?? '')
  expect(page.text).not.toContain('undefined')
  const fields = Object.fromEntries(
    [...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const confirm = await browser.open(`${idp.issuer}/device`, fields)
  expect(confirm.text).toContain('Go on only if you started it yourself')
  expect(confirm.text).toContain('127.0.0.1')
})
