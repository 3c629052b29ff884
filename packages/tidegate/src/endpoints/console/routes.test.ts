import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExpectStatic, type TestContext, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { wireRequest } from '../../../test/support/signer.ts'
import type { WireResponse } from '../../kernel/wire-request.ts'
import { FetchError } from '../../federation/safe-fetch.ts'
import { sandboxed } from './headers.ts'
import { consoleRoutes } from './routes.ts'
import { consoleSignIn } from './sign-in.ts'

const page = '<!doctype html><title>console</title>'
const provider = { name: 'corp', issuer: 'https://login.example', clientId: 'c1', scopes: ['openid'], maxAgeSeconds: 3600 }

interface Asked {
  readonly url: string
  readonly form?: string | undefined
}

function world(
  context: Pick<TestContext, 'onTestFinished'>,
  { isBuilt = true, tokenAnswer = '{"id_token":"a.b.c"}' as string | Error } = {},
) {
  const folder = temporaryFolder(context)
  if (isBuilt) {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), page)
    writeFileSync(join(folder, 'assets', 'index-1.js'), 'export {}')
    writeFileSync(join(folder, 'secret.pem'), 'not for the web')
  }
  const asked: Asked[] = []
  const fetchJson = async (url: string, form?: URLSearchParams): Promise<string> => {
    asked.push({ url, form: form?.toString() })
    if (form === undefined) {
      const endpoints = { authorization_endpoint: 'https://login.example/authorize', token_endpoint: 'https://login.example/token' }
      return JSON.stringify({ issuer: provider.issuer, ...endpoints })
    }
    if (tokenAnswer instanceof Error) throw tokenAnswer
    return tokenAnswer
  }
  const routes = consoleRoutes({ folder, signIn: consoleSignIn({ providers: [provider], fetchJson }) })
  const ask = (path: string, headers: Record<string, string> = {}, { method = 'GET', body = '', query = '' } = {}) =>
    routes(wireRequest({ method, path, query, headers: Object.entries({ host: 'localhost:4780', ...headers }), body }))
  return { ask, asked }
}

const code = { provider: 'corp', code: 'abc', codeVerifier: 'xyz', redirectUri: 'http://localhost:4780/console/' }
const json = { 'content-type': 'application/json' }

function textOf({ body }: WireResponse): string {
  return typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString()
}

function assertStrict(response: WireResponse | undefined, expect: ExpectStatic): void {
  const policy = response?.headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  expect(response?.headers['x-content-type-options']).toBe('nosniff')
}

test('what is signed, and what is of a bucket, is left to the services', async ({ expect, onTestFinished }) => {
  const { ask } = world({ onTestFinished })
  expect(ask('/console/x', { authorization: 'AWS4-HMAC-SHA256 …' })).toBeUndefined()
  expect(ask('/console/x', {}, { query: 'X-Amz-Signature=1' })).toBeUndefined()
  expect(ask('/console/x', { host: 'reports.s3.localhost:4780' })).toBeUndefined()
  expect(ask('/consoles')).toBeUndefined()
  expect(ask('/')).toBeUndefined()
})

test('only files that a console is made of are served, and nothing outside its folder', async ({ expect, onTestFinished }) => {
  const { ask } = world({ onTestFinished })
  for (const path of ['/console/secret.pem', '/console/../routes.ts', '/console/%2e%2e/package.json', '/console/assets/../secret.pem']) {
    const response = await ask(path)
    expect([path, response && textOf(response)]).not.toEqual([path, 'not for the web'])
    expect([404, 200]).toContain(response?.status)
    if (response?.status === 200) expect(textOf(response)).toBe(page)
  }
  expect((await ask('/console/assets/index-2.js'))?.status).toBe(404)
})

test('only reading is answered', async ({ expect, onTestFinished }) => {
  const { ask } = world({ onTestFinished })
  expect((await ask('/console/', {}, { method: 'POST' }))?.status).toBe(405)
  expect((await ask('/console/sign-in/token'))?.status).toBe(405)
})

test('a console that was not built says how to build it', async ({ expect, onTestFinished }) => {
  const response = await world({ onTestFinished }, { isBuilt: false }).ask('/console/')
  expect(response?.status).toBe(503)
  expect(response && textOf(response)).toContain('next: npm run build:console')
})

test('every answer forbids the browser what the console does not need', async ({ expect, onTestFinished }) => {
  const { ask } = world({ onTestFinished })
  for (const path of ['/console', '/console/', '/console/assets/index-1.js', '/console/assets/none.js', '/console/sign-in/providers']) {
    assertStrict(await ask(path), expect)
  }
})

test('every address of the console is the page, which is asked for anew; its files are kept', async ({ expect, onTestFinished }) => {
  const { ask } = world({ onTestFinished })
  expect((await ask('/console'))?.headers['location']).toBe('/console/')
  const deep = await ask('/console/us-east-1/services/main/web')
  expect(deep && textOf(deep)).toBe(page)
  expect(deep?.headers['cache-control']).toBe('no-cache')
  const asset = await ask('/console/assets/index-1.js')
  expect(asset?.headers['cache-control']).toContain('immutable')
  expect((await ask('/console/', { 'if-none-match': deep?.headers['etag'] ?? '' }))?.status).toBe(304)
  expect((await ask('/console/', { 'accept-encoding': 'br, gzip' }))?.headers['content-encoding']).toBe('gzip')
  expect((await ask('/console/', { 'accept-encoding': 'gzip;q=0' }))?.headers['content-encoding']).toBeUndefined()
})

test('a code is not exchanged for a page of another site, nor for a form', async ({ expect, onTestFinished }) => {
  const { ask, asked } = world({ onTestFinished })
  const post = { method: 'POST', body: JSON.stringify(code) }
  expect((await ask('/console/sign-in/token', { ...json, 'sec-fetch-site': 'cross-site' }, post))?.status).toBe(403)
  expect((await ask('/console/sign-in/token', { 'content-type': 'text/plain' }, post))?.status).toBe(415)
  expect(asked).toEqual([])
})

test('a code goes to the provider that is configured and nowhere else', async ({ expect, onTestFinished }) => {
  const { ask, asked } = world({ onTestFinished })
  for (const body of [JSON.stringify({ ...code, provider: 'https://evil.example' }), '[]', '{"provider":"corp"}', 'x']) {
    expect((await ask('/console/sign-in/token', json, { method: 'POST', body }))?.status).toBe(400)
  }
  expect(asked).toEqual([])
  const answer = await ask('/console/sign-in/token', json, { method: 'POST', body: JSON.stringify(code) })
  expect(answer && textOf(answer)).toBe('{"idToken":"a.b.c"}')
  expect(asked.at(-1)?.url).toBe('https://login.example/token')
  expect(asked.at(-1)?.form).toBe(
    'grant_type=authorization_code&client_id=c1&code=abc&code_verifier=xyz&redirect_uri=http%3A%2F%2Flocalhost%3A4780%2Fconsole%2F',
  )
})

test('a provider that refuses or answers nonsense is named, and nothing of the code is in the message', async ({
  expect,
  onTestFinished,
}) => {
  for (const [tokenAnswer, reason] of [
    [new FetchError('the answer is 400'), 'corp did not take the code: the answer is 400'],
    [new Error('secret inside'), 'corp did not take the code: it cannot be reached'],
    ['{"access_token":"x"}', 'corp sent no ID token: is `openid` among its scopes?'],
  ] as const) {
    const answer = await world({ onTestFinished }, { tokenAnswer }).ask('/console/sign-in/token', json, {
      method: 'POST',
      body: JSON.stringify(code),
    })
    expect(answer?.status).toBe(502)
    expect(answer && (JSON.parse(textOf(answer)) as object)).toEqual({ message: reason })
  }
})

test('the browser is told where to sign in', async ({ expect, onTestFinished }) => {
  const answer = await world({ onTestFinished }).ask('/console/sign-in/providers')
  expect(answer && (JSON.parse(textOf(answer)) as object)).toEqual({
    providers: [{ ...provider, authorizationEndpoint: 'https://login.example/authorize' }],
  })
})

test('what a browser opens as a page is in a sandbox, what a program reads is as it was', ({ expect }) => {
  const object = { status: 200, headers: { 'content-type': 'text/html' }, body: '<script>' }
  const opened = (headers: Record<string, string>) =>
    sandboxed(wireRequest({ method: 'GET', headers: Object.entries(headers) }), object).headers['content-security-policy']
  expect(opened({ 'sec-fetch-dest': 'document' })).toMatch(/^sandbox /)
  expect(opened({ 'sec-fetch-dest': 'iframe' })).not.toContain('allow-same-origin')
  expect(opened({ accept: 'text/html,application/xhtml+xml' })).toMatch(/^sandbox /)
  expect(opened({ accept: '*/*' })).toBeUndefined()
})
