import fc from 'fast-check'
import { test } from 'vitest'
import { bodyOf, taskIdentity, taskWorld, roleArn, addressOf } from '../../test/support/task-world.ts'
import { readProtection } from './protection-answer.ts'
import { RateLimit } from './rate-limit.ts'
import { taskSessions } from './task-sessions.ts'

const relative = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'
const full = 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
const token = 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
const metadata = 'ECS_CONTAINER_METADATA_URI_V4'

test("T-21: a container that knows the address of another task's credentials is refused, and that is told", async (context) => {
  const { expect } = context
  const { server, ask, pathIn, a, b, alerts } = await taskWorld(context)
  await server.open(a)
  await server.open(b)
  const answer = await ask(pathIn(b, relative), { remoteAddress: addressOf(a) })
  expect(answer.status).toBe(403)
  expect(bodyOf(answer)).toEqual({
    code: 'AccessDenied',
    message: 'CredentialsV2Request: These credentials belong to another task',
    HTTPErrorCode: 403,
  })
  expect(alerts).toEqual(['the credentials of a task were asked for by somebody else'])
  expect((await ask(pathIn(b, metadata), { remoteAddress: addressOf(a) })).status).toBe(403)
  expect((await ask(pathIn(b, relative), { remoteAddress: '10.0.0.1' })).status).toBe(403)
})

test('T-21: whoever tries ids is slowed down', async (context) => {
  const { expect } = context
  const { ask } = await taskWorld(context)
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(`/v2/credentials/${i}`)))
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(60)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(40)
})

test('T-22: a task without a role is given no credentials, nor a way to those of the machine', async (context) => {
  const { expect } = context
  const { server, environment, calls } = await taskWorld(context)
  const { taskRoleArn: _, ...task } = taskIdentity('a')
  await server.open(task)
  expect(environment(task)).toMatchObject({ AWS_EC2_METADATA_DISABLED: 'true' })
  expect(Object.keys(environment(task)).filter((name) => name.startsWith('AWS_CONTAINER'))).toEqual([])
  expect(calls).toEqual([])
})

test.for(['POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'])('T-23: a %s is no way to credentials', async (method, context) => {
  const { expect } = context
  const { server, ask, pathIn, a } = await taskWorld(context)
  await server.open(a)
  expect((await ask(pathIn(a, relative), { method })).status).toBe(405)
})

test('T-23: what was forwarded by somebody is refused', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, a, alerts } = await taskWorld(context)
  await server.open(a)
  expect((await ask(pathIn(a, relative), { foreignHeaders: ['x-forwarded-for'] })).status).toBe(403)
  expect(alerts).toHaveLength(1)
})

test.for([undefined, 'evil.example', 'evil.example:7000', '127.0.0.1', '127.0.0.1:7001', '0.0.0.0:7000', '127.0.0.1.nip.io:7000'])(
  'T-25: by the name %s nobody gets anything',
  async (host, context) => {
    const { expect } = context
    const { server, ask, pathIn, environment, a } = await taskWorld(context, { kind: 'loopback' })
    await server.open(a)
    expect((await ask(pathIn(a, full), { host, authorization: environment(a)[token] })).status).toBe(403)
  },
)

test('T-25: a page in a browser, which sends an origin, is refused', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, environment, a } = await taskWorld(context, { kind: 'loopback' })
  await server.open(a)
  expect((await ask(pathIn(a, full), { foreignHeaders: ['origin'], authorization: environment(a)[token] })).status).toBe(403)
})

test('T-26: on loopback, where everybody is, the token of the task is wanted, and no other is taken', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, environment, a, b } = await taskWorld(context, { kind: 'loopback' })
  await server.open(a)
  await server.open(b)
  for (const authorization of [undefined, '', environment(b)[token], `Bearer ${environment(a)[token]}`])
    expect((await ask(pathIn(a, full), { authorization })).status).toBe(403)
  expect((await ask(pathIn(a, full), { authorization: environment(a)[token] })).status).toBe(200)
})

test('T-27: no credential is in a problem, an alert, or what is stored', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, environment, state, role, time, a, b, alerts, problems } = await taskWorld(context)
  await server.open(a)
  await server.open(b)
  await ask(pathIn(b, relative), { remoteAddress: addressOf(a) })
  role.isOpen = false
  await time.advance(3_600_000)
  expect(problems.length).toBeGreaterThan(0)
  const written = JSON.stringify([alerts, problems, state.read((view) => view.list(taskSessions, a.accountId))])
  for (const secret of [
    'secret-a',
    'secret-b',
    'token',
    pathIn(a, relative),
    pathIn(b, relative),
    ...Object.values(environment(a)).filter((v) => v.length > 40),
  ])
    expect(written).not.toContain(secret)
})

test('T-28: credentials are renewed with half of their life left, not all at once, and the address stays', async (context) => {
  const { expect } = context
  let draws = 0
  const { server, ask, pathIn, time, calls, a, b } = await taskWorld(context, { random: () => (draws++ % 10) / 10 })
  await server.open(a)
  await server.open(b)
  const address = pathIn(a, relative)
  const first = bodyOf(await ask(address)) as { AccessKeyId: string }
  await time.advance(24 * 60_000)
  expect(calls).toHaveLength(3)
  await time.advance(60_000)
  expect(calls).toHaveLength(4)
  const second = bodyOf(await ask(address)) as { AccessKeyId: string; Expiration: string }
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(pathIn(a, relative)).toBe(address)
  for (let minute = 0; minute < 300; minute++) {
    await time.advance(60_000)
    const { Expiration } = bodyOf(await ask(address)) as { Expiration: string }
    expect(Date.parse(Expiration) - time.clock()).toBeGreaterThan(25 * 60_000)
  }
})

test('T-28: where the clock jumps, or timers stood still, nothing that has expired is handed out', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, time, role, a } = await taskWorld(context, { timers: { at: () => () => {} } })
  await server.open(a)
  await time.advance(10 * 3_600_000)
  role.isOpen = false
  expect(bodyOf(await ask(pathIn(a, relative)))).toMatchObject({ code: 'CredentialsUninitialized', HTTPErrorCode: 503 })
  role.isOpen = true
  expect(bodyOf(await ask(pathIn(a, relative)))).toMatchObject({ AccessKeyId: 'ASIA3', Expiration: '2026-11-25T23:00:00Z' })
})

test('a role that does not let the task in is a refusal of the launch, and nothing is open', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, role, a } = await taskWorld(context)
  role.isOpen = false
  await expect(server.open(a)).rejects.toMatchObject({ code: 'AccessDenied', requestId: 'request-1' })
  expect(bodyOf(await ask(pathIn(a, relative)))).toMatchObject({ code: 'InvalidIdInRequest' })
})

test('when a task ends, everything that it was given is revoked and nothing answers', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, time, revoked, state, a } = await taskWorld(context)
  await server.open(a)
  const [credentials, container] = [pathIn(a, relative), pathIn(a, metadata)]
  await time.advance(30 * 60_000)
  await server.close(a.taskArn)
  expect(revoked).toEqual(['ASIA1', 'ASIA2'])
  expect((await ask(credentials)).status).toBe(400)
  expect((await ask(container)).status).toBe(404)
  expect(state.read((view) => view.list(taskSessions, a.accountId))).toEqual([])
  await time.advance(3_600_000)
  expect(revoked).toHaveLength(2)
})

test('what is taken while the task ends is revoked too', async (context) => {
  const { expect } = context
  const { server, time, role, revoked, a } = await taskWorld(context)
  role.answersAfter = 1_000
  const opening = server.open(a).catch((error: unknown) => error)
  await time.advance(10)
  await server.close(a.taskArn)
  await time.advance(2_000)
  expect(await opening).toBeInstanceOf(Error)
  expect(revoked).toEqual(['ASIA1'])
})

test('after a restart addresses are the same, the task is waited for, and what was given before is revoked with it', async (context) => {
  const { expect } = context
  const before = await taskWorld(context)
  await before.server.open(before.a)
  const address = before.pathIn(before.a, relative)
  const after = await taskWorld(context, { state: before.state })
  expect(bodyOf(await after.ask(address))).toMatchObject({ code: 'CredentialsUninitialized', HTTPErrorCode: 503 })
  await after.server.open(after.a)
  expect((await after.ask(address)).status).toBe(200)
  expect((await after.ask(before.pathIn(before.a, metadata))).status).toBe(200)
  await after.server.close(after.a.taskArn)
  expect(after.revoked).toEqual(['ASIA1', 'ASIA1'])
})

test('credentials are five members in order, with a time in whole seconds', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, a, calls } = await taskWorld(context)
  await server.open(a)
  const answer = await ask(pathIn(a, relative))
  expect(answer).toMatchObject({ status: 200, type: 'application/json' })
  expect(answer.body).toBe(
    `{"RoleArn":"${roleArn}","AccessKeyId":"ASIA1","SecretAccessKey":"secret-a","Token":"token","Expiration":"2026-11-25T13:00:00Z"}`,
  )
  expect(calls).toMatchObject([
    { operation: 'AssumeRole', input: { RoleSessionName: a.taskId }, as: { name: 'ecs-tasks.amazonaws.com', sourceArn: a.taskArn } },
  ])
  expect((await ask('/v1/credentials', { query: `id=${pathIn(a, relative).split('/')[3]}` })).body).toBe(answer.body)
})

test.for([
  ['/v2/credentials', '', 400, 'NoIdInRequest', 'CredentialsV2Request: No Credential ID in the request'],
  ['/v2/credentials/', '', 400, 'NoIdInRequest', 'CredentialsV2Request: No Credential ID in the request'],
  ['/v1/credentials', '', 400, 'NoIdInRequest', 'CredentialsV1Request: No Credential ID in the request'],
  ['/v2/credentials/nobody', '', 400, 'InvalidIdInRequest', 'CredentialsV2Request: Credentials not found'],
  ['/v1/credentials', 'id=nobody', 400, 'InvalidIdInRequest', 'CredentialsV1Request: Credentials not found'],
] as const)('%s?%s is %s %s', async ([path, query, status, code, message], context) => {
  const { expect } = context
  const { ask } = await taskWorld(context)
  const answer = await ask(path, { query })
  expect(answer.status).toBe(status)
  expect(answer.body).toBe(JSON.stringify({ code, message, HTTPErrorCode: status }))
})

test('doubled slashes are cleaned by a redirect', async (context) => {
  const { expect } = context
  const { ask } = await taskWorld(context)
  expect(await ask('//v2///credentials/x')).toMatchObject({ status: 301, location: '/v2/credentials/x' })
})

test('the environment leads to this instance and nowhere else', async (context) => {
  const { expect } = context
  const { environment, a } = await taskWorld(context)
  expect(environment(a)).toEqual({
    AWS_ENDPOINT_URL: 'http://169.254.170.2:4780',
    AWS_ENDPOINT_URL_STS: 'http://169.254.170.2:4780',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expect.stringMatching(/^\/v2\/credentials\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    ECS_CONTAINER_METADATA_URI: expect.stringMatching(/^http:\/\/169\.254\.170\.2\/v3\/[0-9a-f]{32}$/),
    ECS_CONTAINER_METADATA_URI_V4: expect.stringMatching(/^http:\/\/169\.254\.170\.2\/v4\/[0-9a-f]{32}$/),
    ECS_AGENT_URI: expect.stringMatching(/^http:\/\/169\.254\.170\.2\/api\/[0-9a-f]{32}$/),
  })
})

test('a container reads about itself and its task, in the shapes of the agent', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, a } = await taskWorld(context)
  await server.open(a)
  const base = pathIn(a, metadata)
  const container = {
    DockerId: 'id-a',
    Name: 'app',
    DockerName: `ecs-${a.taskId}-app`,
    Image: 'web:1',
    ImageID: '',
    Ports: [{ ContainerPort: 80, Protocol: 'tcp', HostPort: 32_768, HostIp: '0.0.0.0' }],
    Labels: { 'com.amazonaws.ecs.container-name': 'app' },
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 2, Memory: 0 },
    CreatedAt: '2026-11-25T11:59:00.000Z',
    StartedAt: '2026-11-25T11:59:00.000Z',
    Type: 'NORMAL',
    ContainerARN: `${a.taskArn.replace(':task/', ':container/')}/app`,
    Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [addressOf(a)] }],
  }
  expect(bodyOf(await ask(base))).toEqual(container)
  const task = {
    Cluster: 'prod',
    TaskARN: a.taskArn,
    Family: 'web',
    Revision: '3',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    AvailabilityZone: 'us-east-1a',
    LaunchType: 'EC2',
    Containers: [container],
    FaultInjectionEnabled: false,
  }
  expect(bodyOf(await ask(`${base}/task`))).toEqual(task)
  expect(bodyOf(await ask(`${base}/taskWithTags`))).toEqual({ ...task, TaskTags: { team: 'payments' }, ContainerInstanceTags: {} })
  expect(bodyOf(await ask(`${base}/stats`))).toEqual({ read: 'now' })
  expect(bodyOf(await ask(`${base}/task/stats`))).toEqual({ 'id-a': { read: 'now' } })
  expect(bodyOf(await ask(`${base}/associations/elastic-inference`))).toEqual({ Associations: [] })
  const missing = await ask('/v4/nobody/task')
  expect([missing.status, typeof bodyOf(missing)]).toEqual([404, 'string'])
})

test('a task asks for its protection with its own role', async (context) => {
  const { expect } = context
  const { server, ask, pathIn, calls, role, a } = await taskWorld(context)
  await server.open(a)
  const path = `${pathIn(a, 'ECS_AGENT_URI')}/task-protection/v1/state`
  expect(bodyOf(await ask(path))).toEqual({ protection: { ProtectionEnabled: true, TaskArn: a.taskArn } })
  await ask(path, { method: 'PUT', body: '{"ProtectionEnabled":true,"ExpiresInMinutes":60}' })
  expect(calls.slice(1)).toMatchObject([
    { operation: 'GetTaskProtection', as: { kind: 'credentials', accessKeyId: 'ASIA1' } },
    { operation: 'UpdateTaskProtection', input: { tasks: [a.taskArn], protectionEnabled: true, expiresInMinutes: 60 } },
  ])
  role.isOpen = false
  const refused = await ask(path)
  expect([refused.status, bodyOf(refused)]).toMatchObject([
    403,
    { requestID: 'request-1', error: { Arn: a.taskArn, Code: 'AccessDenied' } },
  ])
})

test.for([
  ['', 'The request body is no JSON.'],
  ['[]', 'ProtectionEnabled is required.'],
  ['{"ProtectionEnabled":"yes"}', 'ProtectionEnabled is required.'],
  ['{"ProtectionEnabled":true,"Extra":1}', 'Unknown field Extra.'],
  ['{"ProtectionEnabled":true,"ExpiresInMinutes":1.5}', 'ExpiresInMinutes is a whole number.'],
] as const)('the protection request %s is refused: %s', ([body, message], { expect }) => {
  expect(readProtection(body)).toBe(message)
})

test('law: whatever is sent as a protection request, it is read or refused', ({ expect }) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const read = readProtection(text)
      expect(typeof read === 'string' || typeof read.protectionEnabled === 'boolean').toBe(true)
    }),
  )
})

test('law: whatever is asked for, it is answered, and credentials only to who may have them', async (context) => {
  const { expect } = context
  const { server, ask, a } = await taskWorld(context, { monotonic: () => 0 })
  await server.open(a)
  const part = fc.oneof(
    fc.constantFrom('v1', 'v2', 'v3', 'v4', 'api', 'credentials', 'task', 'stats', '', '..'),
    fc.string({ maxLength: 8 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), fc.string({ maxLength: 9 }), fc.ipV4(), async (parts, query, remoteAddress) => {
      const answer = await ask(`/${parts.join('/')}`, { query, remoteAddress })
      expect([301, 400, 403, 404, 429]).toContain(answer.status)
      expect(answer.body).not.toContain('secret-')
    }),
  )
})

test('forty a second, and sixty at once', ({ expect }) => {
  const limit = new RateLimit()
  const taken = (now: number, count: number): number => Array.from({ length: count }, () => limit.takes('a', now)).filter(Boolean).length
  expect(taken(0, 100)).toBe(60)
  expect(taken(1_000, 100)).toBe(40)
  expect(taken(100_000, 100)).toBe(60)
  expect(limit.takes('b', 100_000)).toBe(true)
})
