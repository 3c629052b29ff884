import { describe, test } from 'vitest'
import { sampleRecord } from '../../test/support/audit.ts'
import { exportRecords } from './export.ts'
import { ocsfEvent } from './ocsf.ts'
import type { FoundRecord } from './query.ts'
import { recordText } from './record-text.ts'

async function* found(count: number): AsyncGenerator<FoundRecord> {
  for (let index = 0; index < count; index += 1) {
    const record = sampleRecord(index)
    yield { index, record, text: recordText(record) }
  }
}

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

test.for([0, 1, 25])('CloudTrail: %i records are one JSON text', async (count, { expect }) => {
  const { Records } = JSON.parse(await textOf(exportRecords(found(count), 'cloudtrail'))) as { Records: unknown[] }
  expect(Records).toHaveLength(count)
  expect(Records.map((each) => JSON.stringify(each).length > 100)).toEqual(Records.map(() => true))
})

test('T-73 hostile text stays within its line and its member', async ({ expect }) => {
  async function* one(): AsyncGenerator<FoundRecord> {
    const record = sampleRecord(1, { userAgent: 'x"}]}\n{"Records":[\u2028\u001b[2J' })
    yield { index: 0, record, text: recordText(record) }
  }
  const trail = await textOf(exportRecords(one(), 'cloudtrail'))
  expect(trail.split('\n')).toHaveLength(4)
  expect(JSON.parse(trail)).toMatchObject({ Records: [{ userAgent: 'x"}]}\n{"Records":[\u2028\u001b[2J' }] })
  const ocsf = (await textOf(exportRecords(one(), 'ocsf'))).trimEnd()
  expect(['\n', '\u2028', '\u001b'].filter((each) => ocsf.includes(each))).toEqual([])
})

describe('OCSF', () => {
  test('an event has what class 6003 requires', ({ expect }) => {
    expect(ocsfEvent(sampleRecord(3))).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      type_uid: 600_303,
      activity_name: 'Update',
      status_id: 2,
      status_code: 'AccessDeniedException',
      severity_id: 1,
      time: Date.parse(sampleRecord(3).eventTime),
      metadata: { version: expect.stringMatching(/^1\./), product: { name: 'Tidegate' } },
      actor: {
        user: { name: 'dave', credential_uid: 'ASIADAVE', type_id: 1, email_addr: 'dave@example.com' },
        idp: { name: 'https://idp.example.com' },
      },
      api: { operation: 'UpdateService', service: { name: 'ecs.amazonaws.com' }, request: { uid: 'request-3' } },
      cloud: { provider: 'AWS', region: 'eu-central-1', account: { uid: '111122223333' } },
      src_endpoint: { ip: '203.0.113.7' },
      resources: [{ name: 't3' }],
      unmapped: { decisionId: 'd-3', actorChain: [{ subject: 's-dave' }] },
    })
  })

  const activities = [
    { eventName: 'GetObject', isReadOnly: true, activity: 2 },
    { eventName: 'CreateCluster', isReadOnly: false, activity: 1 },
    { eventName: 'PutSecretValue', isReadOnly: false, activity: 3 },
    { eventName: 'DeleteBucket', isReadOnly: false, activity: 4 },
    { eventName: 'AssumeRole', isReadOnly: false, activity: 99 },
  ]
  test.for(activities)('$eventName is activity $activity', ({ eventName, isReadOnly, activity }, { expect }) => {
    expect(ocsfEvent(sampleRecord(0, { eventName, isReadOnly }))).toMatchObject({ activity_id: activity, type_uid: 600_300 + activity })
  })
})
