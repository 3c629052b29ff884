/** CloudWatch Logs through the SDK and aws-cli: what is written is found again, by whoever may. */
import { Agent } from 'node:http'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartLiveTailCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, test } from 'vitest'
import { newUser, policyOf } from './support/account.ts'
import { iamClient, logsClient, refusalOf } from './support/clients.ts'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { awsCli, boto3, run } from './support/programs.ts'

let instance: TestInstance
let root: CloudWatchLogsClient

beforeAll(async () => {
  instance = await testInstance()
  root = logsClient(instance.url, instance.rootKey())
})
afterAll(() => instance.close())

const arn = (rest: string): string => `arn:aws:logs:us-east-1:${mainAccount}:log-group:${rest}`

async function stream(logGroupName: string, logStreamName = 's'): Promise<{ logGroupName: string; logStreamName: string }> {
  await root.send(new CreateLogGroupCommand({ logGroupName })).catch(() => {})
  await root.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
  return { logGroupName, logStreamName }
}

test('a policy covers a group with a star behind its name, and not without', async ({ expect }) => {
  await stream('/ecs/web', 'app/1')
  const iam = iamClient(instance.url, instance.rootKey())
  const reader = async (name: string, Resource: string) =>
    logsClient(instance.url, await newUser(iam, name, policyOf({ Action: ['logs:FilterLogEvents', 'logs:GetLogEvents'], Resource })))
  const read = (client: CloudWatchLogsClient) => refusalOf(client.send(new FilterLogEventsCommand({ logGroupName: '/ecs/web' })))
  expect(await read(await reader('without', arn('/ecs/web')))).toEqual({
    code: 'AccessDeniedException',
    status: 400,
    message: `User: arn:aws:iam::${mainAccount}:user/without is not authorized to perform: logs:FilterLogEvents on resource: ${arn('/ecs/web:log-stream:')} because no identity-based policy allows the logs:FilterLogEvents action`,
  })
  expect(await read(await reader('with', arn('/ecs/web:*')))).toBeUndefined()
  const one = await reader('one-stream', arn('/ecs/web:log-stream:app/*'))
  expect(await refusalOf(one.send(new GetLogEventsCommand({ logGroupName: '/ecs/web', logStreamName: 'app/1' })))).toBeUndefined()
  expect(await refusalOf(one.send(new GetLogEventsCommand({ logGroupName: '/ecs/web', logStreamName: 'other' })))).toMatchObject({
    code: 'AccessDeniedException',
  })
})

test('to see what would be masked is asked of the group, whatever the stream', async ({ expect }) => {
  await stream('/masked', 's')
  const reads = { Action: 'logs:GetLogEvents', Resource: arn('/masked:log-stream:s') }
  const asked = new GetLogEventsCommand({ logGroupName: '/masked', logStreamName: 's', unmask: true })
  const as = async (name: string, Resource: string) => {
    const policy = policyOf(reads, { Action: 'logs:Unmask', Resource })
    return logsClient(instance.url, await newUser(iamClient(instance.url, instance.rootKey()), name, policy))
  }
  expect(await refusalOf((await as('unmasks-stream', arn('/masked:log-stream:s'))).send(asked))).toMatchObject({
    message: expect.stringContaining(`logs:Unmask on resource: ${arn('/masked:log-stream:')} `),
  })
  expect(await refusalOf((await as('unmasks-group', arn('/masked:*'))).send(asked))).toBeUndefined()
})

test('a batch that is none is refused, events that are out of time are not kept', async ({ expect }) => {
  const where = await stream('batches')
  const now = Date.now()
  const day = 86_400_000
  const put = (...events: readonly [timestamp: number, message: string][]) =>
    root.send(new PutLogEventsCommand({ ...where, logEvents: events.map(([timestamp, message]) => ({ timestamp, message })) }))
  for (const [events, text] of [
    [
      [
        [now, 'b'],
        [now - 1, 'a'],
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      [
        [now - 2 * day, 'a'],
        [now, 'b'],
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    [[[now, 'x'.repeat(1_048_600)]], 'Log event too large: 1048626 bytes exceeds limit of 1048576'],
  ] as const)
    expect(await refusalOf(put(...(events as unknown as [number, string][])))).toMatchObject({
      code: 'InvalidParameterException',
      message: text,
    })
  expect((await put([now - 15 * day, 'too old'])).rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 })
  expect((await put([now, 'kept'], [now + 3 * 3_600_000, 'too new'])).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 })
  await root.send(new PutRetentionPolicyCommand({ logGroupName: 'batches', retentionInDays: 3 }))
  expect((await put([now - 4 * day, 'expired'])).rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 })
  expect((await root.send(new GetLogEventsCommand(where))).events?.map(({ message }) => message)).toEqual(['kept'])
  expect(await refusalOf(root.send(new PutRetentionPolicyCommand({ logGroupName: 'batches', retentionInDays: 4 })))).toMatchObject({
    code: 'InvalidParameterException',
  })
})

test('a stream is paged in both directions, and its ends give the token back that was sent', async ({ expect }) => {
  const where = await stream('pages')
  const from = Date.now() - 60_000
  const logEvents = Array.from({ length: 25 }, (_, i) => ({ timestamp: from + i, message: `line ${i}` }))
  await root.send(new PutLogEventsCommand({ ...where, logEvents }))
  const page = async (more: object) => {
    const { events = [], nextForwardToken, nextBackwardToken } = await root.send(new GetLogEventsCommand({ ...where, limit: 10, ...more }))
    return { lines: events.map(({ message = '' }) => Number(message.slice(5))), forward: nextForwardToken, backward: nextBackwardToken }
  }
  const last = await page({})
  expect([last.lines[0], last.lines.at(-1)]).toEqual([15, 24])
  const before = await page({ nextToken: last.backward })
  expect([before.lines[0], before.lines.at(-1)]).toEqual([5, 14])
  expect((await page({ nextToken: before.forward })).lines[0]).toBe(15)
  const end = await page({ nextToken: last.forward })
  expect(end).toMatchObject({ lines: [], forward: last.forward })
  const head = await page({ startFromHead: true })
  expect([head.lines[0], head.lines.at(-1)]).toEqual([0, 9])
  expect((await page({ startTime: from + 3, endTime: from + 5, startFromHead: true })).lines).toEqual([3, 4])
  expect(await refusalOf(page({ nextToken: 'f/nonsense' }))).toMatchObject({ code: 'InvalidParameterException' })
})

test('a group is searched across its streams, in the order of time', async ({ expect }) => {
  const one = await stream('search', 'one')
  const two = await stream('search', 'two')
  const from = Date.now() - 60_000
  await root.send(
    new PutLogEventsCommand({
      ...one,
      logEvents: [
        { timestamp: from, message: 'ERROR a' },
        { timestamp: from + 2, message: 'INFO b' },
      ],
    }),
  )
  await root.send(new PutLogEventsCommand({ ...two, logEvents: [{ timestamp: from + 1, message: 'ERROR c' }] }))
  const search = async (more: object) => {
    const { events = [], nextToken } = await root.send(new FilterLogEventsCommand({ logGroupName: 'search', ...more }))
    return {
      found: events.map(({ logStreamName, message }) => `${logStreamName}: ${message}`),
      nextToken,
      ids: events.map(({ eventId }) => eventId),
    }
  }
  expect((await search({})).found).toEqual(['one: ERROR a', 'two: ERROR c', 'one: INFO b'])
  expect((await search({ filterPattern: 'ERROR' })).found).toEqual(['one: ERROR a', 'two: ERROR c'])
  expect((await search({ logStreamNamePrefix: 't' })).found).toEqual(['two: ERROR c'])
  // The end is inclusive in this operation.
  expect((await search({ startTime: from + 1, endTime: from + 2 })).found).toHaveLength(2)
  const first = await search({ limit: 2 })
  expect(first.found).toHaveLength(2)
  expect((await search({ limit: 2, nextToken: first.nextToken })).found).toEqual(['one: INFO b'])
  expect(new Set((await search({})).ids).size).toBe(3)
  expect(await refusalOf(search({ filterPattern: '{ $.a' }))).toMatchObject({ code: 'InvalidParameterException' })
  expect(await refusalOf(search({ logStreamNames: ['three'] }))).toMatchObject({ code: 'ResourceNotFoundException' })
})

test('groups and streams are described, tagged and deleted with all that is in them', async ({ expect }) => {
  const where = await stream('/described/a', 'one')
  await stream('/described/b')
  const timestamp = Date.now() - 1000
  await root.send(new PutLogEventsCommand({ ...where, logEvents: [{ timestamp, message: 'hello' }] }))
  const { logGroups } = await root.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/described' }))
  expect(logGroups).toMatchObject([
    { logGroupName: '/described/a', arn: arn('/described/a:*'), logGroupArn: arn('/described/a'), storedBytes: 31, metricFilterCount: 0 },
    { logGroupName: '/described/b', storedBytes: 0 },
  ])
  const { logStreams } = await root.send(new DescribeLogStreamsCommand({ logGroupName: '/described/a' }))
  expect(logStreams).toMatchObject([{ logStreamName: 'one', firstEventTimestamp: timestamp, lastEventTimestamp: timestamp }])
  expect(await refusalOf(root.send(new CreateLogGroupCommand({ logGroupName: '/described/a' })))).toMatchObject({
    code: 'ResourceAlreadyExistsException',
    message: 'The specified log group already exists',
  })
  expect(await refusalOf(root.send(new CreateLogGroupCommand({ logGroupName: 'a b' })))).toMatchObject({
    code: 'InvalidParameterException',
  })
  await root.send(new TagResourceCommand({ resourceArn: arn('/described/a'), tags: { team: 'payments' } }))
  expect((await root.send(new ListTagsForResourceCommand({ resourceArn: arn('/described/a') }))).tags).toEqual({ team: 'payments' })
  await root.send(new DeleteLogGroupCommand({ logGroupName: '/described/a' }))
  await stream('/described/a', 'one')
  expect((await root.send(new GetLogEventsCommand(where))).events).toEqual([])
})

test('what a program writes is in no audit record', async ({ expect }) => {
  const where = await stream('secrets')
  await root.send(new PutLogEventsCommand({ ...where, logEvents: [{ timestamp: Date.now(), message: 'canary-5f1d' }] }))
  const { code, stdout } = await run(
    process.execPath,
    ['--conditions=@tidegate/source', main, 'audit', 'grep', '--data', instance.folder, '--event', 'PutLogEvents', '--json'],
    {
      env: process.env,
    },
  )
  expect({ code, hasCall: stdout.includes('PutLogEvents'), hasText: stdout.includes('canary') }).toEqual({
    code: 0,
    hasCall: true,
    hasText: false,
  })
})

test('a live tail tells what comes, when it comes', { timeout: 20_000 }, async ({ expect }) => {
  const where = await stream('live')
  const { responseStream } = await root.send(
    new StartLiveTailCommand({ logGroupIdentifiers: [arn('live')], logEventFilterPattern: '-noise' }),
  )
  const seen: string[] = []
  for await (const event of responseStream ?? []) {
    if (event.sessionStart !== undefined) {
      const at = Date.now()
      await root.send(
        new PutLogEventsCommand({
          ...where,
          logEvents: [
            { timestamp: at - 5000, message: 'late' },
            { timestamp: at, message: 'noise' },
            { timestamp: at, message: 'new' },
          ],
        }),
      )
    }
    seen.push(...(event.sessionUpdate?.sessionResults ?? []).map(({ message = '' }) => message))
    if (seen.length >= 2) break
  }
  expect(seen).toEqual(['late', 'new'])
})

test('a live tail is answered at the host that clients make of the endpoint, where it has an address', async ({ expect }) => {
  await stream('prefixed')
  const asked: string[] = []
  const httpAgent = new Agent({
    lookup(host, _, answer) {
      asked.push(host)
      answer(null, [{ address: '127.0.0.1', family: 4 }])
    },
  })
  const named = new CloudWatchLogsClient({
    endpoint: `http://tidegate.example:${new URL(instance.url).port}`,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: instance.rootKey(),
    requestHandler: { httpAgent },
  })
  const { responseStream = [] } = await named.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn('prefixed')] }))
  for await (const { sessionStart } of responseStream) {
    expect(sessionStart?.logGroupIdentifiers).toEqual([arn('prefixed')])
    break
  }
  expect(asked).toEqual(['stream-tidegate.example'])
})

test('aws-cli and boto3 write and read', { timeout: 60_000 }, async (context) => {
  awsCli(context)
  boto3(context)
  const { expect } = context
  const env = clientEnvironment(instance.url, instance.rootKey())
  const aws = async (...args: readonly string[]) => (await run('aws', ['logs', ...args, '--output', 'json'], { env })).stdout
  await aws('create-log-group', '--log-group-name', 'cli')
  await aws('create-log-stream', '--log-group-name', 'cli', '--log-stream-name', 's')
  await aws('put-log-events', '--log-group-name', 'cli', '--log-stream-name', 's', '--log-events', `timestamp=${Date.now()},message=hello`)
  expect(JSON.parse(await aws('filter-log-events', '--log-group-name', 'cli'))).toMatchObject({ events: [{ message: 'hello' }] })
  const script = `
import boto3, json
logs = boto3.client("logs")
pages = logs.get_paginator("filter_log_events").paginate(logGroupName="cli", interleaved=True)
print(json.dumps([event["message"] for page in pages for event in page["events"]]))
print(json.dumps([group["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 2}) for group in page["logGroups"]]))`
  const { stdout, stderr } = await run('python3', ['-c', script], { env })
  expect(stderr).toBe('')
  const [messages = '', groups = ''] = stdout.split('\n')
  expect(JSON.parse(messages)).toEqual(['hello'])
  expect(JSON.parse(groups)).toContain('cli')
})

const main = new URL('../src/cli/main.ts', import.meta.url).pathname
