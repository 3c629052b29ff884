import { existsSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { afterEach, describe, test } from 'vitest'
import { type CredentialServer, serveCredentials } from './credential-server.ts'
import type { RoleCredentials } from './role-credentials.ts'
import { UsageError } from './usage-error.ts'

const hour = 3_600_000
let now = 1_795_168_800_000
let made = 0
let server: CredentialServer | undefined
afterEach(() => server?.close())

function credentials(milliseconds = hour): RoleCredentials {
  made++
  return {
    roleArn: 'arn:aws:iam::111122223333:role/r',
    accessKeyId: `ASIA${made}`,
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: new Date(now + milliseconds),
  }
}

async function started(renew: () => Promise<RoleCredentials> = async () => credentials()): Promise<CredentialServer> {
  made = 0
  return (server = await serveCredentials({ renew, clock: () => now, port: 0 }))
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** `fetch` does not let a client write its own Host. */
function ask(
  { url, tokenFile }: CredentialServer,
  headers: Record<string, string> = {},
  { method = 'GET', path = '/credentials' } = {},
): Promise<Answer> {
  const authorization = readFileSync(tokenFile, 'utf8')
  return new Promise((resolve, reject) => {
    request(new URL(path, url), { method, headers: { authorization, ...headers } }, (response) => {
      let text = ''
      response
        .on('data', (chunk) => (text += String(chunk)))
        .on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }))
    })
      .on('error', reject)
      .end()
  })
}

describe('refused is', () => {
  const refusals: readonly [string, Record<string, string>, { method?: string; path?: string }, number][] = [
    ['T-25 another name for this address', { host: 'mallory.example' }, {}, 403],
    ['T-25 localhost', { host: 'localhost' }, {}, 403],
    ['T-25 a page of a browser', { origin: 'http://127.0.0.1' }, {}, 403],
    ['T-26 no token', { authorization: '' }, {}, 401],
    ['T-26 another token', { authorization: 'x'.repeat(43) }, {}, 401],
    ['another method', {}, { method: 'POST' }, 404],
    ['another path', {}, { path: '/' }, 404],
  ]
  test.for(refusals)('%s', async ([, headers, where, want], { expect }) => {
    const answer = await ask(await started(), headers, where)
    expect(answer).toEqual({ status: want, body: { code: expect.any(String), message: expect.any(String) } })
  })
})

test('T-26 the token is in a file for its owner, without a line feed, and gone with the server', async ({ expect }) => {
  const running = await started()
  const { tokenFile } = running
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600)
  expect(readFileSync(tokenFile, 'utf8')).toMatch(/^[\w-]{43}$/)
  running.close()
  expect(existsSync(tokenFile)).toBe(false)
})

test('the answer is as clients of containers read it', async ({ expect }) => {
  const answer = await ask(await started())
  expect(answer).toEqual({
    status: 200,
    body: {
      RoleArn: 'arn:aws:iam::111122223333:role/r',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: new Date(now + hour).toISOString().replace('.000Z', 'Z'),
    },
  })
})

test('T-28 clock forward: credentials are renewed long before they end, and never handed out with less than a quarter of an hour', async ({
  expect,
}) => {
  const running = await started()
  const seen: unknown[] = []
  for (let minutes = 0; minutes < 180; minutes += 5) {
    const { body } = await ask(running)
    expect(Date.parse(String(body['Expiration'])) - now).toBeGreaterThan(15 * 60_000)
    seen.push(body['AccessKeyId'])
    now += 5 * 60_000
  }
  expect(new Set(seen).size).toBe(5)
})

test('what is still good is handed out while nothing new comes, and then it is said why not', async ({ expect }) => {
  let isEnded = false
  const running = await started(async () => {
    if (isEnded) throw new UsageError('the sign-in has ended', 'tidegate login')
    return credentials()
  })
  isEnded = true
  now += 50 * 60_000
  expect(await ask(running)).toMatchObject({ status: 200, body: { AccessKeyId: 'ASIA1' } })
  now += 15 * 60_000
  expect(await ask(running)).toEqual({
    status: 403,
    body: { code: 'CredentialsNotAvailable', message: 'the sign-in has ended; next: tidegate login' },
  })
})

test('who may not be the role is told before anything listens', async ({ expect }) => {
  await expect(started(() => Promise.reject(new UsageError('no such role')))).rejects.toThrow('no such role')
})
