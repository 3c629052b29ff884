/** `tidegate ecs …` against a whole instance, whose tasks run on a simulated runtime in real time. */
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import { afterAll, afterEach, beforeAll, describe, test, vi } from 'vitest'
import { commands } from '../src/cli/commands.ts'
import { dispatch } from '../src/cli/dispatch.ts'
import { systemTimers } from '../src/kernel/timers.ts'
import { newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient } from './support/clients.ts'
import { clientEnvironment, type Credentials, type TestInstance, testInstance } from './support/instance.ts'
import { memoryIo } from './support/memory-io.ts'
import { SimulatedRuntime } from './support/simulated-runtime.ts'

let instance: TestInstance
let ecs: ECSClient
let developer: Credentials
const runtime = new SimulatedRuntime({ clock: Date.now, timers: systemTimers })

beforeAll(async () => {
  instance = await testInstance({}, { tasks: { runtime } })
  ecs = ecsClient(instance.url, instance.rootKey())
  developer = await newUser(
    iamClient(instance.url, instance.rootKey()),
    'developer',
    policyOf(
      { Action: ['ecs:Describe*', 'ecs:List*'] },
      { Action: 'ecs:UpdateService', Condition: { 'ForAllValues:StringEquals': { 'tidegate:ChangedFields': ['forceNewDeployment'] } } },
    ),
  )
  await ecs.send(new CreateClusterCommand({ clusterName: 'shop' }))
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions: [{ name: 'app', image: 'web:1', memory: 64 }] }))
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      tags: [{ key: 'Department', value: 'Accounting' }],
    }),
  )
})
afterAll(() => instance.close())
afterEach(() => {
  vi.unstubAllEnvs()
})

/** A command as somebody types it. */
async function tidegate(words: string, who: Credentials = instance.rootKey(), files: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(clientEnvironment(instance.url, who))) vi.stubEnv(name, value)
  const io = memoryIo(files)
  const code = await dispatch(commands, words.split(' '), io)
  return { code, out: io.out(), err: io.err() }
}

async function services(): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse((await tidegate('ecs ls --json')).out) as Record<string, unknown>[]
}

async function taskIds(flags = ''): Promise<readonly string[]> {
  const { out } = await tidegate(`ecs ps shop/web --json${flags}`)
  return (JSON.parse(out) as { readonly task: string }[]).map(({ task }) => task)
}

const hasFit = (text: string): boolean => text.split('\n').every((line) => line.length <= 100)

describe('what is not there is told with the next command', () => {
  test.for([
    ['ecs describe shop/api', 'error: there is no service `api` in the cluster `shop`\nnext: tidegate ecs ls\n'],
    ['ecs describe web', 'error: there is no cluster `default`\nnext: tidegate ecs ls\n'],
    ['ecs ps --cluster no', 'error: there is no cluster `no`\nnext: tidegate ecs ls\n'],
    ['ecs stop shop/0123', 'error: `shop/0123` names no task: ids have 32 digits\nnext: tidegate ecs ps --cluster shop\n'],
    ['ecs scale shop/web many', 'error: COUNT cannot be `many`; it is a number from 0\nnext: tidegate ecs scale --help\n'],
    ['ecs deploy shop/web', 'error: say exactly one of `--image`, `--task-definition` and `--file`\nnext: tidegate ecs deploy --help\n'],
    ['ecs deploy shop/web --image db=x', '`--image` has to name one of the containers app'],
  ])('%s', async ([words = '', text = ''], { expect }) => {
    const { code, out, err } = await tidegate(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(text)
  })
})

test('a denial is told in the words of AWS, with the command that explains it, and nothing changes', async ({ expect }) => {
  const { code, err } = await tidegate('ecs scale shop/web 3', developer)
  expect(code).toBe(1)
  expect(err).toMatch(/error: AccessDeniedException: User: \S+ is not authorized to perform: ecs:UpdateService on resource: \S+/)
  const explain = /^next: tidegate (explain \S+)$/m.exec(err)?.[1] ?? ''
  expect((await tidegate(explain, developer)).out).toContain('ecs:UpdateService')
  expect((await services())[0]).toMatchObject({ desired: 1 })
})

test('a dry run says what would be done, and does nothing', async ({ expect }) => {
  const before = await services()
  expect((await tidegate('ecs scale shop/web 3 --dry-run')).out).toBe('dry run: would set the desired count of shop/web from 1 to 3\n')
  expect((await tidegate('ecs deploy shop/web --image web:9 --dry-run')).out).toBe(
    'dry run: would register a revision of web in which app is web:9, not web:1\n' +
      'dry run: would deploy it to shop/web, which runs web:1\n',
  )
  expect(await services()).toEqual(before)
})

test('scale waits until as many tasks run', { timeout: 30_000 }, async ({ expect }) => {
  const { code, out, err } = await tidegate('ecs scale shop/web 2')
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('2 of 2 running') })
  expect(out).toMatch(/^completed: shop\/web runs web:1\nrequest: [0-9a-f-]{36}\n$/)
  expect(await services()).toEqual([expect.objectContaining({ cluster: 'shop', service: 'web', running: 2, desired: 2 })])
})

test('restart replaces every task, by whoever may do no more than that', { timeout: 60_000 }, async ({ expect }) => {
  const before = await taskIds()
  const { code, err } = await tidegate('ecs restart shop/web', developer)
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('has started') })
  const after = await taskIds()
  expect(after).toHaveLength(2)
  expect(after.filter((id) => before.includes(id))).toEqual([])
})

test('there is nothing to go back to before a second revision was deployed', { timeout: 30_000 }, async ({ expect }) => {
  const { code, err } = await tidegate('ecs rollback shop/web')
  expect(code).toBe(2)
  expect(err).toContain('nothing but web:1 was deployed to shop/web: there is nothing to go back to')
})

test(
  'deploy registers the same definition with another image and rolls it out, rollback takes it back',
  { timeout: 60_000 },
  async ({ expect }) => {
    const deployed = await tidegate('ecs deploy shop/web --image app=web:2 --json')
    expect(JSON.parse(deployed.out)).toMatchObject({ outcome: 'completed', taskDefinition: 'web:2', cluster: 'shop', service: 'web' })
    expect(runtime.running.map(({ spec }) => spec.image)).toEqual(['web:2', 'web:2'])
    expect(await tidegate('ecs rollback shop/web')).toMatchObject({
      code: 0,
      out: expect.stringContaining('completed: shop/web runs web:1'),
    })
    expect((await services())[0]).toMatchObject({ taskDefinition: 'web:1', rollout: 'COMPLETED' })
  },
)

test('a deployment that fails is rolled back by ECS, and the command says so', { timeout: 120_000 }, async ({ expect }) => {
  const file = JSON.stringify({ family: 'web', containerDefinitions: [{ name: 'app', image: 'missing', memory: 64 }] })
  const { code, out, err } = await tidegate('ecs deploy shop/web --file bad.json', instance.rootKey(), { 'bad.json': file })
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('rolled-back: it failed, and the service runs web:1 again') })
  expect(err).toContain('next: tidegate ecs describe shop/web')
})

test('tables fit a terminal, and what is in them can be copied', { timeout: 30_000 }, async ({ expect }) => {
  const shown = [await tidegate('ecs ls'), await tidegate('ecs ps shop/web'), await tidegate('ecs describe shop/web')]
  expect(shown.map(({ code, err }) => ({ code, err }))).toEqual(shown.map(() => ({ code: 0, err: '' })))
  expect(shown.filter(({ out }) => !hasFit(out))).toEqual([])
  const [first = ''] = await taskIds()
  expect(shown[1]?.out).toContain(first)
  expect(shown[2]?.out).toContain('Department=Accounting')
})

test('stop ends one task, and shows why it ended', { timeout: 30_000 }, async ({ expect }) => {
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'web:1' }))
  const arn = tasks[0]?.taskArn ?? ''
  const { code, out } = await tidegate(`ecs stop ${arn} --reason tired`)
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('UserInitiated; tired') })
  expect((await tidegate('ecs ps --cluster shop --stopped')).out).toContain(arn.split('/').at(-1))
})
