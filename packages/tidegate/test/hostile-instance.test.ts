/** Commands that ask an instance which means harm: what it answers stays data on the machine of who asked. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { Home } from './support/home.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Makes a file where a shell gets to read it. */
const command = `'; touch pwned; $(touch pwned) \`touch pwned\`\ntouch pwned #`

let home: Home
let server: Server
let region = 'us-east-1'
beforeAll(async () => {
  home = new Home()
  server = createServer((request, response) =>
    response.end(request.method === 'POST' ? session() : JSON.stringify(answer(request.url ?? ''))),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await home.type('ctx', 'add', 'local', '--url', url)
  const folder = join(home.folder, '.config', 'tidegate', 'tokens')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const tokens = { url, issuer: 'https://login.example', clientId: 'c', idToken: 'a.b.c', expiresAt: Date.now() / 1000 + 3600 }
  writeFileSync(join(folder, 'local.json'), JSON.stringify(tokens), { mode: 0o600 })
})
afterAll(() => {
  server.close()
  home.remove()
})

function answer(path: string): object {
  if (path === '/_tidegate/sign-in') return { providers: [], region }
  const role = { accountId: '111122223333', accountName: 'prod', maxDurationSeconds: 3600, binding: 'b' }
  return {
    provider: 'p',
    issuer: 'https://login.example',
    subject: 'eve',
    groups: [],
    sessionName: 'eve',
    authenticatedAt: 1,
    isMultiFactor: false,
    roles: [
      { ...role, name: 'good', arn: 'arn:aws:iam::111122223333:role/team/good' },
      ...['/$(touch pwned)/', '/;touch pwned;/', '/a\ncredential_process=touch pwned/', '/"/', "/'/", '/`touch pwned`/'].map((path, i) => ({
        ...role,
        name: `bad${i}`,
        arn: `arn:aws:iam::111122223333:role${path}bad${i}`,
      })),
    ],
  }
}

function session(): string {
  const text = command.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const credentials = `<AccessKeyId>ASIA${text}</AccessKeyId><SecretAccessKey>${text}</SecretAccessKey><SessionToken>${text}</SessionToken>`
  const result = `<Credentials>${credentials}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`
  return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>${result}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
}

test('T-66 what `eval` reads of credentials runs nothing', async ({ expect }) => {
  const { code, stdout } = await home.type('creds', 'env', '--role', 'good')
  expect(code).toBe(0)
  const secret = execFileSync('/bin/sh', ['-c', 'eval "$1"; printf %s "$AWS_SECRET_ACCESS_KEY"', 'sh', stdout], {
    cwd: home.folder,
    encoding: 'utf8',
  })
  expect(secret).toBe(command)
  expect(existsSync(join(home.folder, 'pwned'))).toBe(false)
})

test('T-66 a region that is no word goes into no environment and no file', async ({ expect }) => {
  region = `us-east-1${command}`
  try {
    for (const words of [
      ['creds', 'env', '--role', 'good'],
      ['configure', '--dry-run'],
      ['run', '--role', 'good', '--', 'true'],
    ]) {
      const ended = await home.type(...words)
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('names no region') })
    }
  } finally {
    region = 'us-east-1'
  }
})

test('T-66 a role whose path a shell or a file would read otherwise gets no profile', async ({ expect }) => {
  const { code, stdout, stderr } = await home.type('configure', '--dry-run')
  expect(code).toBe(0)
  expect(stdout.match(/^\[profile .*\]$/gm)).toEqual(['[profile local-prod-good]'])
  expect(stdout.match(/^credential_process = .*$/gm)).toHaveLength(1)
  expect(stdout).not.toContain('pwned')
  expect(stderr.match(/^there is no profile for /gm)).toHaveLength(6)
})
