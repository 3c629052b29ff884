import { afterAll, beforeAll, describe, test } from 'vitest'
import { sampleRecord, t0, temporaryFolder } from '../../test/support/audit.ts'
import { type AuditLog, openAuditLog } from './log.ts'
import { type LookupEventsInput, lookupEvents } from './lookup-events.ts'

const folder = temporaryFolder(afterAll)
let log: AuditLog
const here = { accountId: '111122223333', region: 'eu-central-1' }

beforeAll(async () => {
  log = await openAuditLog({ folder, segmentRecords: 60 })
  for (let index = 0; index < 130; index += 1) await log.append(sampleRecord(index))
  await log.append(sampleRecord(130, { recipientAccountId: '999999999999' }))
  await log.append(sampleRecord(131, { region: 'us-east-1' }))
  await log.append(sampleRecord(132, { isDataEvent: true }))
})
afterAll(() => log.close())

describe('refused', () => {
  const attribute = { AttributeKey: 'EventName', AttributeValue: 'RunTask' }
  const cases: { why: string; input: LookupEventsInput; code: string }[] = [
    { why: 'no results', input: { MaxResults: 0 }, code: 'InvalidMaxResultsException' },
    { why: 'too many results', input: { MaxResults: 51 }, code: 'InvalidMaxResultsException' },
    { why: 'time that runs backwards', input: { StartTime: new Date(2), EndTime: new Date(1) }, code: 'InvalidTimeRangeException' },
    { why: 'two attributes', input: { LookupAttributes: [attribute, attribute] }, code: 'InvalidLookupAttributesException' },
    {
      why: 'an unknown attribute',
      input: { LookupAttributes: [{ AttributeKey: 'constructor', AttributeValue: 'x' }] },
      code: 'InvalidLookupAttributesException',
    },
    {
      why: 'a value that is too long',
      input: { LookupAttributes: [{ ...attribute, AttributeValue: 'x'.repeat(2001) }] },
      code: 'InvalidLookupAttributesException',
    },
    { why: 'a made-up token', input: { NextToken: 'abc' }, code: 'InvalidNextTokenException' },
    { why: 'an unknown category', input: { EventCategory: 'data' }, code: 'InvalidEventCategoryException' },
  ]
  test.for(cases)('$why', async ({ input, code }, { expect }) => {
    await expect(lookupEvents(log, input, here)).rejects.toMatchObject({ code, status: 400 })
  })

  test('the token of another lookup', async ({ expect }) => {
    const { NextToken } = await lookupEvents(log, {}, here)
    await expect(lookupEvents(log, { NextToken, LookupAttributes: [attribute] }, here)).rejects.toMatchObject({
      code: 'InvalidNextTokenException',
    })
    await expect(lookupEvents(log, { NextToken }, { ...here, accountId: '999999999999' })).rejects.toMatchObject({
      code: 'InvalidNextTokenException',
    })
  })
})

test('pages of at most 50, newest first, of this account and region only', async ({ expect }) => {
  const names: string[] = []
  const sizes: number[] = []
  let token: string | undefined
  do {
    const { Events, NextToken } = await lookupEvents(log, { NextToken: token }, here)
    sizes.push(Events.length)
    names.push(...Events.map(({ CloudTrailEvent }) => (JSON.parse(CloudTrailEvent) as { requestID: string }).requestID))
    token = NextToken
  } while (token !== undefined)
  expect(sizes).toEqual([50, 50, 30])
  expect(names).toEqual(Array.from({ length: 130 }, (_, index) => `request-${129 - index}`))
})

describe('by attribute', () => {
  const cases = [
    { key: 'EventName', value: 'StopTask', size: 26 },
    { key: 'Username', value: 'alice', size: 19 },
    { key: 'ResourceType', value: 'AWS::ECS::Task', size: 50 },
    { key: 'ResourceName', value: 't7', size: 3 },
    { key: 'ResourceName', value: 'arn:aws:ecs:eu-central-1:111122223333:task/main/t7', size: 3 },
    { key: 'EventSource', value: 's3.amazonaws.com', size: 50 },
    { key: 'ReadOnly', value: 'true', size: 50 },
    { key: 'ReadOnly', value: 'false', size: 50 },
    { key: 'AccessKeyId', value: 'ASIABOB', size: 19 },
    { key: 'EventId', value: 'nothing', size: 0 },
  ]
  test.for(cases)('$key $value', async ({ key, value, size }, { expect }) => {
    const { Events } = await lookupEvents(log, { LookupAttributes: [{ AttributeKey: key, AttributeValue: value }] }, here)
    expect(Events).toHaveLength(size)
  })
})

test('an event has the shape of CloudTrail', async ({ expect }) => {
  const { Events } = await lookupEvents(log, { StartTime: new Date(t0 + 33_000), EndTime: new Date(t0 + 33_000) }, here)
  expect(Events).toEqual([
    {
      EventId: expect.any(String),
      EventName: 'UpdateService',
      ReadOnly: 'false',
      AccessKeyId: 'ASIAFRANK',
      EventTime: new Date(t0 + 33_000),
      EventSource: 'ecs.amazonaws.com',
      Username: 'frank',
      Resources: [{ ResourceType: 'AWS::ECS::Task', ResourceName: 't33' }],
      CloudTrailEvent: expect.stringContaining('"requestID":"request-33"'),
    },
  ])
})

test('there are no Insights events', async ({ expect }) => {
  expect(await lookupEvents(log, { EventCategory: 'insight' }, here)).toEqual({ Events: [] })
})
