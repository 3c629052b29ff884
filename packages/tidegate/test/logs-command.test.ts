/** `tidegate logs`: what tasks that really run wrote, with who is behind it. */
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { afterAll, afterEach, beforeAll, test, vi } from 'vitest'
import { commands } from '../src/cli/commands.ts'
import { dispatch } from '../src/cli/dispatch.ts'
import { newRole, newUser, policyOf } from './support/account.ts'
import { ecsClient, iamClient, logsClient } from './support/clients.ts'
import { clientEnvironment, type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { memoryIo } from './support/memory-io.ts'

let instance: TestInstance
let alice: Credentials
let root: ECSClient
const tasks: Record<'alice' | 'bob', string> = { alice: '', bob: '' }
const arnOf = (name: string): string => `arn:aws:iam::${mainAccount}:user/${name}`
const trust = policyOf({ Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole', Resource: undefined })

beforeAll(async () => {
  instance = await testInstance()
  root = ecsClient(instance.url, instance.rootKey())
  const iam = iamClient(instance.url, instance.rootKey())
  alice = await newUser(iam, 'alice', policyOf({}))
  const bob = await newUser(iam, 'bob', policyOf({}))
  const group = `arn:aws:logs:us-east-1:${mainAccount}:log-group:/ecs/job:*`
  const document = policyOf({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: group })
  const executionRoleArn = await newRole(iam, 'execution', { trust, document })
  await logsClient(instance.url, instance.rootKey()).send(new CreateLogGroupCommand({ logGroupName: '/ecs/job' }))
  await root.send(new CreateClusterCommand({ clusterName: 'shop' }))
  const options = { 'awslogs-group': '/ecs/job', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'job' }
  await root.send(
    new RegisterTaskDefinitionCommand({
      family: 'job',
      executionRoleArn,
      containerDefinitions: [
        {
          name: 'app',
          image: 'none',
          memory: 64,
          command: ['sh', '-c', 'echo "INFO for $WHO"; echo "ERROR of $WHO" >&2'],
          logConfiguration: { logDriver: 'awslogs', options },
        },
        { name: 'quiet', image: 'none', memory: 64, essential: false, command: ['true'] },
      ],
    }),
  )
  for (const [name, who] of [
    ['alice', alice],
    ['bob', bob],
  ] as const) {
    const overrides = { containerOverrides: [{ name: 'app', environment: [{ name: 'WHO', value: name }] }] }
    const run = new RunTaskCommand({ cluster: 'shop', taskDefinition: 'job', overrides })
    tasks[name] = (await ecsClient(instance.url, who).send(run)).tasks?.[0]?.taskArn ?? ''
  }
  const waiting = { client: root, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
  await waitUntilTasksStopped(waiting, { cluster: 'shop', tasks: Object.values(tasks) })
}, 90_000)
afterAll(() => instance.close())
afterEach(() => {
  vi.unstubAllEnvs()
})

async function tidegate(...words: readonly string[]) {
  for (const [name, value] of Object.entries(clientEnvironment(instance.url, alice))) vi.stubEnv(name, value)
  const io = memoryIo()
  const code = await dispatch(commands, words, io)
  return { code, out: io.out(), err: io.err() }
}

const texts = (out: string): readonly string[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('  ').slice(2).join('  '))
    .toSorted()

test('a service or a task is to be said, and not both', async ({ expect }) => {
  for (const words of [[], ['shop/web', '--task', 'shop/1']])
    expect(await tidegate('logs', ...words)).toMatchObject({ code: 2, err: expect.stringContaining('say either SERVICE or `--task`') })
  const id = '0'.repeat(32)
  expect((await tidegate('logs', '--task', `shop/${id}`)).err).toContain(`there is no task \`${id}\` in the cluster \`shop\``)
})

test('a task shows what its containers wrote, and nothing of another task in the same group', async ({ expect }) => {
  const { code, out, err } = await tidegate('logs', '--task', tasks.alice)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(texts(out)).toEqual(['ERROR of alice', 'INFO for alice'])
  expect(out).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}app\/[0-9a-f]{8} {2}/)
})

test(
  'a role that may not make the stream stops the task before its first line, with the reason',
  { timeout: 60_000 },
  async ({ expect }) => {
    const document = policyOf({ Action: 'logs:PutLogEvents' })
    const executionRoleArn = await newRole(iamClient(instance.url, instance.rootKey()), 'no-stream', { trust, document })
    const run = new RunTaskCommand({ cluster: 'shop', taskDefinition: 'job', overrides: { executionRoleArn } })
    const arn = (await root.send(run)).tasks?.[0]?.taskArn ?? ''
    await waitUntilTasksStopped({ client: root, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { cluster: 'shop', tasks: [arn] })
    const task = (await root.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [arn] }))).tasks?.[0]
    expect(task?.stopCode).toBe('TaskFailedToStart')
    expect(task?.stoppedReason).toMatch(/^ResourceInitializationError: .*not authorized to perform: logs:CreateLogStream/)
    expect(await tidegate('logs', '--task', arn)).toMatchObject({ code: 0, out: '' })
  },
)

test('a person finds what she is behind, and nothing else', async ({ expect }) => {
  expect(texts((await tidegate('logs', '--task', tasks.alice, '--as', arnOf('alice'), '--filter', 'ERROR')).out)).toEqual([
    'ERROR of alice',
  ])
  const none = await tidegate('logs', '--task', tasks.alice, '--as', arnOf('bob'))
  expect(none).toEqual({ code: 0, out: '', err: 'nothing since 10m that fits; --since looks further back\n' })
})

test('for programs each line names everybody behind it, the task first', async ({ expect }) => {
  const { out } = await tidegate('logs', '--task', tasks.bob, '--filter', 'INFO', '--json')
  const arn = tasks.bob
  expect(JSON.parse(out)).toMatchObject({
    group: '/ecs/job',
    stream: `job/app/${arn.split('/').at(-1)}`,
    message: 'INFO for bob',
    principal: expect.stringContaining(':role/execution'),
    actors: [
      { type: 'workload', subject: arn },
      { type: 'principal', subject: arnOf('bob') },
    ],
  })
})

test('a service shows what its tasks wrote, because of whoever deployed it', { timeout: 60_000 }, async ({ expect }) => {
  const service = { cluster: 'shop', serviceName: 'web', taskDefinition: 'job', desiredCount: 1 }
  await ecsClient(instance.url, alice).send(new CreateServiceCommand(service))
  const written = async (): Promise<readonly string[]> => texts((await tidegate('logs', 'shop/web', '--as', arnOf('alice'))).out)
  // Its tasks end by themselves, and it starts others.
  await expect.poll(written, { timeout: 30_000, interval: 250 }).toEqual(expect.arrayContaining(['ERROR of ', 'INFO for ']))
  expect((await tidegate('logs', 'shop/web', '--as', arnOf('bob'))).out).toBe('')
  expect(texts((await tidegate('logs', 'shop/web')).out).filter((text) => /alice|bob/.test(text))).toEqual([])
})

test('`tidegate ecs ps --stopped` tells how a task ended', async ({ expect }) => {
  const { out } = await tidegate('ecs', 'ps', '--cluster', 'shop', '--stopped')
  expect(out).toContain('EssentialContainerExited')
  // An ARN has to be copied, and is never cut: it stands alone.
  expect(out.split('\n').filter((line) => line.length > 100 && line.trim().includes(' '))).toEqual([])
})
