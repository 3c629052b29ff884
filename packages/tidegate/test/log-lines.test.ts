/** Log lines with who is behind them: through the API of our own, as whoever may read the group. */
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, test } from 'vitest'
import { LookupLogLines$, type LookupLogLinesInput, type LookupLogLinesOutput } from '../src/api/log-lines.ts'
import { callTidegate } from '../src/cli/tidegate-client.ts'
import { newUser, policyOf } from './support/account.ts'
import { iamClient, identityOf, logsClient, refusalOf } from './support/clients.ts'
import { type Credentials, mainAccount, type TestInstance, testInstance } from './support/instance.ts'

let instance: TestInstance
let alice: Credentials
let bob: Credentials
const group = '/ecs/web'
const arnOf = (name: string): string => `arn:aws:iam::${mainAccount}:user/${name}`
const start = Date.now() - 60_000

beforeAll(async () => {
  instance = await testInstance()
  const iam = iamClient(instance.url, instance.rootKey())
  const writer = policyOf({ Action: ['logs:*'] })
  ;[alice, bob] = [await newUser(iam, 'alice', writer), await newUser(iam, 'bob', writer)]
  const logs = logsClient(instance.url, alice)
  await logs.send(new CreateLogGroupCommand({ logGroupName: group, tags: { team: 'payments' } }))
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: 's' }))
  await put(alice, [2, 'ERROR of alice'], [3, 'INFO of alice'])
  await put(bob, [1, 'ERROR of bob'])
})
afterAll(() => instance.close())

async function put(who: Credentials, ...events: readonly (readonly [number, string])[]): Promise<void> {
  const logEvents = events.map(([at, message]) => ({ timestamp: start + at, message }))
  await logsClient(instance.url, who).send(new PutLogEventsCommand({ logGroupName: group, logStreamName: 's', logEvents }))
}

function lookUp(input: Partial<LookupLogLinesInput>, who = alice): Promise<LookupLogLinesOutput> {
  const settings = { endpoint: instance.url, region: 'us-east-1', credentials: () => Promise.resolve(identityOf(who)), maxAttempts: 1 }
  return callTidegate(settings, LookupLogLines$, { LogGroupName: group, ...input })
}

const messages = ({ Lines }: LookupLogLinesOutput): readonly string[] => Lines.map(({ Message }) => Message)

test('whoever may not filter the events of the group may not read its lines', async ({ expect }) => {
  const iam = iamClient(instance.url, instance.rootKey())
  const tagged = (team: string) =>
    policyOf({ Action: 'logs:FilterLogEvents', Condition: { StringEquals: { 'aws:ResourceTag/team': team } } })
  const own = await newUser(iam, 'own', policyOf({ Action: 'tidegate:*' }))
  expect(await refusalOf(lookUp({}, own))).toMatchObject({
    code: 'AccessDeniedException',
    message: expect.stringContaining('is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:'),
  })
  expect(await refusalOf(lookUp({}, await newUser(iam, 'other-team', tagged('search'))))).toMatchObject({ code: 'AccessDeniedException' })
  expect(await refusalOf(lookUp({}, await newUser(iam, 'same-team', tagged('payments'))))).toBeUndefined()
})

test('what makes no sense is refused', async ({ expect }) => {
  for (const input of [
    { Position: 1, StartTime: 1 },
    { Position: 1, NextToken: 'x' },
    { StartTime: -1 },
    { Position: 0.5 },
    { NextToken: 'nonsense' },
    { FilterPattern: '{ $.a' },
  ])
    expect(await refusalOf(lookUp(input))).toMatchObject({
      code: expect.stringMatching(/ValidationException|InvalidParameterException|SerializationException/),
    })
  expect(await refusalOf(lookUp({ LogGroupName: 'none' }))).toEqual({
    code: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
    status: undefined,
  })
})

test('lines are found by who is behind them, never by what they say of it', async ({ expect }) => {
  expect(messages(await lookUp({}))).toEqual(['ERROR of bob', 'ERROR of alice', 'INFO of alice'])
  expect(messages(await lookUp({ Actors: [arnOf('alice')] }))).toEqual(['ERROR of alice', 'INFO of alice'])
  expect(messages(await lookUp({ Actors: [`iam.amazonaws.com|${arnOf('bob')}`] }))).toEqual(['ERROR of bob'])
  expect(messages(await lookUp({ Actors: [arnOf('alice'), arnOf('bob')] }))).toEqual([])
  expect(messages(await lookUp({ Actors: ['alice'] }))).toEqual([])
  expect(messages(await lookUp({ FilterPattern: 'ERROR', StartTime: start + 2 }))).toEqual(['ERROR of alice'])
  expect((await lookUp({ Actors: [arnOf('bob')] })).Lines).toEqual([
    {
      Time: start + 1,
      LogStreamName: 's',
      Message: 'ERROR of bob',
      Principal: arnOf('bob'),
      Actors: [{ Type: 'principal', Issuer: 'iam.amazonaws.com', Subject: arnOf('bob') }],
    },
  ])
})

test('pages hold every line once, and from the position on come those that came later, also late ones', async ({ expect }) => {
  await put(bob, ...Array.from({ length: 2_345 }, (_, at) => [1_000 + at, `many ${at}`] as const))
  const found: string[] = []
  let page = await lookUp({ FilterPattern: 'many' })
  const { Position } = page
  for (;;) {
    found.push(...messages(page))
    // What comes while somebody reads is for the position.
    await put(alice, [1_500, 'many, late'])
    if (page.NextToken === undefined) break
    page = await lookUp({ FilterPattern: 'many', NextToken: page.NextToken })
    expect(page.Position).toBe(Position)
  }
  expect(found).toEqual(Array.from({ length: 2_345 }, (_, at) => `many ${at}`))
  const later = await lookUp({ Position })
  expect(new Set(messages(later))).toEqual(new Set(['many, late']))
  expect(messages(later).length).toBeGreaterThan(1)
  expect(messages(await lookUp({ Position: later.Position }))).toEqual([])
})
