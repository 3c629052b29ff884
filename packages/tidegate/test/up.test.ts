/** The commands around an instance, as processes: starting it, pointing clients at it, looking at it, and ending it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { newRole, newUser, policyOf, trustOf } from './support/account.ts'
import { credentialsIn, iamClient, refusalOf, stsClient } from './support/clients.ts'
import { type Credentials, mainAccount } from './support/instance.ts'
import { type RunningInstance, startInstance, tidegate, tidegateAs } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// Each command is a process that starts.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

function whoIs(instance: RunningInstance, credentials: Credentials) {
  return stsClient(instance.url, credentials).send(new GetCallerIdentityCommand({}))
}

describe('around a running instance', () => {
  let data: string
  let instance: RunningInstance
  const finished: (() => void)[] = []
  beforeAll(async () => {
    data = join(temporaryFolder({ onTestFinished: (clean) => void finished.push(clean as () => void) }), 'data')
    instance = await startInstance(data)
  })
  afterAll(async () => {
    await instance.end('SIGTERM')
    for (const clean of finished) clean()
  })

  test('the first call is answered soon after the start', async ({ expect }) => {
    const before = performance.now()
    expect(await whoIs(instance, instance.rootKey())).toMatchObject({ Account: mainAccount })
    const milliseconds = Math.round(instance.startMilliseconds + performance.now() - before)
    process.stderr.write(`from \`tidegate up\` to the first answered call: ${milliseconds} ms\n`)
  })

  test('env points a client at it, with the root key of the account that was asked for', async ({ expect }) => {
    const { stdout } = await tidegate('env', '--data', data)
    const { accessKeyId, secretAccessKey } = instance.rootKey()
    expect(stdout.split('\n')).toEqual([
      `export AWS_ENDPOINT_URL=${instance.url}`,
      `export AWS_ENDPOINT_URL_STS=${instance.url}`,
      'export AWS_REGION=us-east-1',
      'export AWS_DEFAULT_REGION=us-east-1',
      `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      'unset AWS_SESSION_TOKEN AWS_PROFILE',
      '',
    ])
  })

  test('status says where it runs, doctor that all is well', async ({ expect }) => {
    const [status, doctor] = await Promise.all([tidegate('status', '--data', data, '--json'), tidegate('doctor', '--data', data)])
    expect(status.code).toBe(0)
    expect(JSON.parse(status.stdout)).toMatchObject({
      isRunning: true,
      url: instance.url,
      pid: instance.pid,
      accounts: [{ id: mainAccount }],
    })
    expect(doctor).toMatchObject({ code: 0, stdout: expect.not.stringContaining('FAIL') })
  })

  test('a second one on its data folder is refused, with the command to type next', async ({ expect }) => {
    const second = await tidegate('up', '--data', data, '--port', '0')
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: an instance runs on \`${data}\` already\nnext: tidegate status --data ${data}\n`,
    })
    await whoIs(instance, instance.rootKey())
    const { port } = new URL(instance.url)
    expect(await tidegate('up', '--data', join(data, 'other'), '--port', port)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `error: another process listens on ${new URL(instance.url).host} already\nnext: tidegate up --data ${join(data, 'other')} --port 0\n`,
      ),
    })
  })

  test('an account is made with a root key of its own, and only once', async ({ expect }) => {
    const made = await tidegate('account', 'create', 'staging', '--id', '444455556666', '--data', data)
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('444455556666  staging') })
    const again = await tidegate('account', 'create', 'staging', '--id', '444455556666', '--data', data)
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('the account 444455556666 exists already') })
    expect((await tidegate('account', 'ls', '--data', data)).stdout).toBe('111122223333  main\n444455556666  staging\n')
    expect(await whoIs(instance, instance.rootKey('444455556666'))).toMatchObject({ Account: '444455556666' })
    const { stdout } = await tidegate('env', '--data', data, '--account', '444455556666')
    expect(stdout).toContain(`AWS_ACCESS_KEY_ID=${instance.rootKey('444455556666').accessKeyId}`)
  })

  test('keys rotate: it seals with the new generation within a second, and --retire ends what older ones sealed', async ({ expect }) => {
    const sts = stsClient(instance.url, instance.rootKey())
    const session = async () => credentialsIn(await sts.send(new GetSessionTokenCommand({})))
    const old = await session()
    expect(await tidegate('keys', 'rotate', '--data', data)).toMatchObject({ code: 0 })
    await delay(1000)
    await whoIs(instance, old)
    const [newer] = await Promise.all([session(), whoIs(instance, instance.rootKey())])
    expect(await tidegate('keys', 'rotate', '--retire', '--data', data)).toMatchObject({ code: 0 })
    await delay(1000)
    const invalid = { code: 'InvalidClientTokenId' }
    expect(await refusalOf(whoIs(instance, old))).toMatchObject(invalid)
    expect(await refusalOf(whoIs(instance, newer))).toMatchObject(invalid)
    await whoIs(instance, await session())
  })

  test('long-term keys outlive the generation that sealed them', async ({ expect }) => {
    expect(await whoIs(instance, instance.rootKey())).toMatchObject({ Arn: `arn:aws:iam::${mainAccount}:root` })
  })
})

test('a data folder that cannot be one is refused', async (context) => {
  const { expect } = context
  const file = join(temporaryFolder(context), 'file')
  writeFileSync(file, '')
  expect(await tidegate('up', '--port', '0', '--data', file)).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: the data folder \`${file}\` cannot be used: it is a file\nnext: tidegate up --data FOLDER\n`,
  })
})

test('an instance that was asked for Docker is told where none answers, and what else there is', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const [data, socket] = [join(folder, 'data'), join(folder, 'none.sock')]
  const env = { ...process.env, DOCKER_HOST: `unix://${socket}` }
  expect(await tidegateAs(env, 'up', '--data', data, '--port', '0', '--runtime', 'docker')).toMatchObject({
    code: 1,
    stderr: `error: no Docker Engine listens on \`${socket}\`\nnext: tidegate up --data ${data} --runtime process\n`,
  })
})

test('what is not there is said, with the command that makes it', async (context) => {
  const { expect } = context
  const data = join(temporaryFolder(context), 'data')
  const [status, env, doctor] = await Promise.all(['status', 'env', 'doctor'].map((command) => tidegate(command, '--data', data)))
  expect(status).toMatchObject({ code: 1, stdout: `not running on ${data}\n` })
  expect(env).toMatchObject({ code: 2, stderr: expect.stringContaining('next: tidegate up') })
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringContaining(`mend it: tidegate up --data ${data}`) })
})

test('a request that is under way at SIGTERM is answered before the instance ends, and everything is there at the next start', async (context) => {
  const { expect } = context
  const data = join(temporaryFolder(context), 'data')
  const instance = await startInstance(data)
  await iamClient(instance.url, instance.rootKey()).send(new CreateUserCommand({ UserName: 'kept' }))
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const answer = new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
    const slow = request(instance.url, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject)
    slow.write(body.slice(0, 10))
    setTimeout(() => slow.end(body.slice(10)), 700)
  })
  await delay(100)
  const code = await instance.end('SIGTERM')
  expect(await answer).toBe(403) // nobody signed it; what counts is that it was answered
  expect(code).toBe(0)
  const next = await startInstance(data)
  context.onTestFinished(async () => void (await next.end('SIGTERM')))
  const { Users = [] } = await iamClient(next.url, next.rootKey()).send(new ListUsersCommand({}))
  expect(Users.map(({ UserName }) => UserName)).toEqual(['kept'])
})

test('T-27 no secret is in what it writes: not in the state, the audit log or the log lines', async (context) => {
  const { expect } = context
  const data = join(temporaryFolder(context), 'data')
  const instance = await startInstance(data)
  const iam = iamClient(instance.url, instance.rootKey())
  const role = await newRole(iam, 'any', { trust: trustOf(`arn:aws:iam::${mainAccount}:root`), document: policyOf({}) })
  const user = await newUser(iam, 'canary', policyOf({}))
  const session = credentialsIn(
    await stsClient(instance.url, user).send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'canary' })),
  )
  await refusalOf(iamClient(instance.url, session).send(new CreateUserCommand({ UserName: 'canary' })))
  await refusalOf(whoIs(instance, { ...session, secretAccessKey: 'wrong' }))
  await refusalOf(whoIs(instance, { ...session, sessionToken: `${session.sessionToken ?? ''}x` }))
  await instance.end('SIGTERM')
  const secrets = [user.secretAccessKey, session.secretAccessKey, session.sessionToken ?? '', instance.rootKey().secretAccessKey]
  const found = filesIn(data)
    .filter((file) => !file.startsWith(join(data, 'root-keys')))
    .filter((file) => secrets.some((secret) => secret === '' || readFileSync(file).includes(secret)))
  expect(found).toEqual([])
  expect(filesIn(data).length).toBeGreaterThan(4)
  for (const secret of secrets) expect(instance.output()).not.toContain(secret)
  expect(filesIn(join(data, 'root-keys')).map((file) => statSync(file).mode & 0o777)).toEqual([0o600])
  expect([data, join(data, 'audit')].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700])
  expect(statSync(join(data, 'keys.json')).mode & 0o777).toBe(0o600)
})

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )
}
