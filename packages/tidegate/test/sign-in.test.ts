/** People at their terminal: signing in, being somebody in a role with the clients that they have, and signing out. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { chromium, newPage, openBrowser } from './support/chromium.ts'
import { Home } from './support/home.ts'
import { mainAccount } from './support/instance.ts'
import { type PeopleWorld, peopleWorld } from './support/people-world.ts'
import { tidegateAs } from './support/process.ts'
import { awsCli, boto3, type Ended, run } from './support/programs.ts'

// Each command is a process that starts.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let world: PeopleWorld
let home: Home
beforeAll(async () => {
  world = await peopleWorld({ idp: { allowsDeviceCode: true }, provider: () => ({ deviceCode: true }) })
  home = new Home()
  await home.type('ctx', 'add', 'local', '--url', world.instance.url)
})
afterAll(async () => {
  home.remove()
  await world.close()
})

test('before anybody is signed in, commands say so on standard error, with the command to type', async ({ expect }) => {
  const next = 'next: tidegate login --context local\n'
  const asked = await Promise.all([
    home.type('creds', 'process', '--role', 'developer'),
    home.type('whoami'),
    home.type('creds', 'env', '--role', 'x'),
  ])
  for (const answer of asked) expect(answer).toEqual({ code: 2, stdout: '', stderr: `error: nobody is signed in\n${next}` })
})

test('a context is an https address, or one of this machine', async ({ expect }) => {
  expect(await home.type('ctx', 'add', 'prod', '--url', 'http://tidegate.example.com')).toMatchObject({ code: 2, stdout: '' })
  expect((await home.type('ctx', 'ls')).stdout).toBe(`*  local  ${world.instance.url}\n`)
  expect(await home.type('whoami', '--context', 'prod')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no context `prod`'),
  })
})

describe('somebody who signs in', () => {
  test('T-37 is signed in by the answer to her own question only', async ({ expect }) => {
    const answers: number[] = []
    const ended = await home.login(async (url) => {
      const back = new URL(url).searchParams.get('redirect_uri') ?? ''
      answers.push((await fetch(`${back}?code=stolen&state=guessed`)).status)
      answers.push((await fetch(`${back}?code=stolen`)).status)
      answers.push(...(await Promise.all(['//', '/callback', 'http://[/'].map((target) => rawStatus(new URL(back), target)))))
      const { Browser } = await import('../src/demo/browser.ts')
      await new Browser().signIn(url, 'alice')
    })
    expect(answers).toEqual([400, 400, 400, 400, 400])
    expect(ended).toMatchObject({ code: 0, stdout: 'signed in as alice@example.com at demo\n' })
  })

  test('T-26 has her tokens in a file that is hers alone, and another one is not read', async ({ expect }) => {
    const file = join(home.folder, '.config', 'tidegate', 'tokens', 'local.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    chmodSync(file, 0o644)
    expect(await home.type('whoami')).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600') })
    chmodSync(file, 0o600)
  })

  test('is not asked again', async ({ expect }) => {
    expect(await home.type('login')).toEqual({ code: 0, stdout: 'signed in as alice@example.com at demo\n', stderr: '' })
  })

  test('is told who she is and what she may be', async ({ expect }) => {
    const { stdout } = await home.type('whoami')
    expect(stdout.split('\n')).toEqual([
      `alice@example.com  ${world.idp.issuer}#alice`,
      'groups: developers, oncall',
      expect.stringMatching(/^signed in: .*, with a second factor$/),
      'roles:',
      `  staging/developer  arn:aws:iam::${mainAccount}:role/developer`,
      '  prod/developer     arn:aws:iam::444455556666:role/developer',
      `  staging/operator   arn:aws:iam::${mainAccount}:role/operator`,
      'ask for more: https://wiki.example.com/access',
      '',
    ])
  })

  test('is told where to ask for a role that is not hers, and which one she means', async ({ expect }) => {
    const none = await home.type('creds', 'process', '--role', 'admin')
    expect(none).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('ask for it at https://wiki.example.com/access') })
    const both = await home.type('creds', 'process', '--role', 'developer')
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('say staging/developer or prod/developer') })
    const long = await home.type('creds', 'process', '--role', 'operator', '--ttl', '7200')
    expect(long).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/`--ttl` cannot be `7200`; .* live 1800 seconds at most/),
    })
  })

  test('has credentials that every AWS tool takes', async ({ expect }) => {
    const { code, stdout, stderr } = await home.type('creds', 'process', '--role', 'operator')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
  })
})

/** The status of the answer to a target that no client makes. */
async function rawStatus({ hostname, port }: URL, target: string): Promise<number> {
  const socket = connect(Number(port), hostname)
  socket.end(`GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
  const [, status = ''] = /^HTTP\/1\.1 (\d+)/.exec(String(await socket.toArray())) ?? []
  return Number(status)
}

describe('the profiles that configure writes', () => {
  beforeAll(async () => {
    await home.loginAs('alice', {}, '--force')
  })

  test('hold no secret, and are the same when written again', async ({ expect }) => {
    const { stdout } = await home.type('configure')
    expect(stdout).toBe('local-staging-developer\nlocal-prod-developer\nlocal-staging-operator\n')
    const file = join(home.folder, '.aws', 'config')
    const text = readFileSync(file, 'utf8')
    expect(text).not.toMatch(/secret|token/i)
    await home.type('configure')
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('aws-cli is alice in the role', async (context) => {
    awsCli(context)
    const { expect } = context
    await home.type('configure')
    const { stdout, stderr } = await run('aws', ['sts', 'get-caller-identity', '--profile', 'local-staging-operator'], { env: home.env })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ Arn: `arn:aws:sts::${mainAccount}:assumed-role/operator/alice@example.com` })
  })

  test('boto3 is, and the chain behind her credentials is told', async (context) => {
    boto3(context)
    const { expect } = context
    await home.type('configure')
    const script = "import boto3; print(boto3.Session(profile_name='local-prod-developer').client('sts').get_caller_identity()['Arn'])"
    const { stdout } = await run('python3', ['-c', script], { env: home.env })
    expect(stdout).toBe('arn:aws:sts::444455556666:assumed-role/developer/alice@example.com\n')
    const chain = await tidegateAs({ ...home.env, AWS_PROFILE: 'local-prod-developer' }, 'whoami', '--chain')
    expect(chain.stdout.split('\n')).toEqual([
      'arn:aws:sts::444455556666:assumed-role/developer/alice@example.com',
      `  human  alice@example.com  ${world.idp.issuer}#alice`,
      '',
    ])
  })
})

describe('a program that is run as somebody in a role', () => {
  test('finds credentials as a container does, and no key in its environment', async (context) => {
    awsCli(context)
    const { expect } = context
    const script =
      'env | grep -c "^AWS_.*\\(KEY\\|SESSION_TOKEN\\|PROFILE\\)"; aws sts get-caller-identity --query Arn --output text; exit 7'
    const env = { ...home.env, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_PROFILE: 'other' }
    const ended = await tidegateAs(env, 'run', '--role', 'operator', '--', 'sh', '-c', script)
    expect(ended).toEqual({ code: 7, stdout: `0\narn:aws:sts::${mainAccount}:assumed-role/operator/alice@example.com\n`, stderr: '' })
  })

  test('is not started where there is none, or where the role is not hers', async ({ expect }) => {
    expect(await home.type('run', '--role', 'operator')).toMatchObject({ code: 2, stderr: expect.stringContaining('CMD ... is missing') })
    expect(await home.type('run', '--role', 'admin', '--', 'touch', join(home.folder, 'x'))).toMatchObject({ code: 2, stdout: '' })
  })
})

test('status --exit-code says whether a login is needed', async ({ expect }) => {
  expect(await home.type('status', '--exit-code')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('signed in as alice@example.com'),
  })
})

test('a browser signs in for real', async (context) => {
  chromium(context)
  const { expect } = context
  const browser = await openBrowser()
  try {
    const { page, problems } = await newPage(browser)
    const ended = await home.login(async (url) => {
      await page.goto(url)
      await page.getByRole('button', { name: /Bob Weir/ }).click()
      await page.getByText('This page can be closed').waitFor()
    }, '--force')
    expect(ended).toMatchObject({ code: 0, stdout: 'signed in as bob@example.com at demo\n' })
    expect(problems).toEqual([])
  } finally {
    await browser.close()
  }
})

test('T-39 a code for another device says where it was started, and is only there where it is allowed', async ({ expect }) => {
  const ended = await home.login(
    async (url) => {
      const { Browser } = await import('../src/demo/browser.ts')
      const browser = new Browser()
      await browser.approveDevice(url, 'carol')
    },
    '--device',
    '--force',
  )
  expect(ended.stderr).toContain('this sign-in was started by')
  expect(ended).toMatchObject({ code: 0, stdout: 'signed in as carol@example.com at demo\n' })
})

describe('when something is wrong, it is told from what is not', () => {
  const file = (): string => join(home.folder, '.config/tidegate/tokens/local.json')

  /** What `whoami` says while the token has ended and its file is otherwise so. */
  async function whoamiWith(changes: Readonly<Record<string, unknown>>): Promise<Ended> {
    const text = readFileSync(file(), 'utf8')
    try {
      writeFileSync(file(), JSON.stringify({ ...(JSON.parse(text) as object), expiresAt: 0, ...changes }))
      return await home.type('whoami')
    } finally {
      writeFileSync(file(), text)
    }
  }

  test('a sign-in that ended needs another one', async ({ expect }) => {
    const next = '\nnext: tidegate login --context local\n'
    expect(await whoamiWith({ refreshToken: undefined })).toEqual({ code: 2, stdout: '', stderr: `error: the sign-in has ended${next}` })
    const refused = await whoamiWith({ refreshToken: 'made-up' })
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: the sign-in has ended \(invalid_grant/) })
  })

  test('an identity provider that does not answer has ended nothing', async ({ expect }) => {
    const unanswered = await whoamiWith({ issuer: 'http://127.0.0.1:1' })
    expect(unanswered).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('http://127.0.0.1:1 does not answer (') })
    expect(unanswered.stderr).toContain('next: tidegate status --exit-code\n')
  })

  test('a file that somebody broke is named', async ({ expect }) => {
    const text = readFileSync(file(), 'utf8')
    writeFileSync(file(), '{ CANARY')
    const { code, stderr } = await home.type('creds', 'process', '--role', 'developer')
    expect({ code, stderr }).toEqual({ code: 2, stderr: `error: \`${file()}\` is damaged: it is not JSON\nnext: rm ${file()}\n` })
    writeFileSync(file(), text)
  })

  test('an instance that does not answer is named', async ({ expect }) => {
    await home.type('ctx', 'add', 'gone', '--url', 'http://127.0.0.1:1')
    const unanswered = await home.type('login', '--context', 'gone')
    expect(unanswered).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no instance answers at http://127.0.0.1:1') })
    await home.type('ctx', 'use', 'local')
  })
})

test('who signs out is nobody', async ({ expect }) => {
  await home.type('logout')
  expect(await home.type('status', '--exit-code')).toEqual({ code: 1, stdout: 'nobody is signed in\n', stderr: '' })
})
