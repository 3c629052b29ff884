/** Rules for the life of objects in a whole instance whose days pass as the test says. */
import * as s3 from '@aws-sdk/client-s3'
import { test } from 'vitest'
import { search } from '../src/audit/query.ts'
import { withSegments } from '../src/audit/reading.ts'
import { dataFolder } from '../src/data-folder.ts'
import { refusalOf, s3Client } from './support/clients.ts'
import { testInstance } from './support/instance.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { VirtualTime } from './support/virtual-time.ts'

const HOUR = 3_600_000
const Bucket = 'days'

test('what is due goes after its midnight, whatever the policy says, and S3 is on record for it', async (context) => {
  const { expect } = context
  const time = new VirtualTime(Date.UTC(2026, 10, 25, 12))
  const folder = temporaryFolder(context)
  const instance = await testInstance({}, { folder, clock: time.clock, timers: time })
  const client = s3Client(instance.url, instance.rootKey())
  // The client's clock goes with the instance's.
  client.middlewareStack.add(
    (next) => (args) => {
      client.config.systemClockOffset = time.clock() - Date.now()
      return next(args)
    },
    { step: 'initialize' },
  )
  await client.send(new s3.CreateBucketCommand({ Bucket }))
  const rules = [
    { ID: 'a day', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } },
    { ID: 'parts', Status: 'Enabled', Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
  ] satisfies s3.LifecycleRule[]
  await client.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: rules } }))
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:DeleteObject', 's3:AbortMultipartUpload'],
    Resource: `arn:aws:s3:::${Bucket}/*`,
  }
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [deny] }) }))

  const put = await client.send(new s3.PutObjectCommand({ Bucket, Key: 'tmp/a', Body: 'a' }))
  expect(put.Expiration).toBe('expiry-date="Fri, 27 Nov 2026 00:00:00 GMT", rule-id="a%20day"')
  expect((await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'tmp/a' }))).Expiration).toBe(put.Expiration)
  expect((await client.send(new s3.PutObjectCommand({ Bucket, Key: 'kept', Body: 'k' }))).Expiration).toBeUndefined()
  await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'half' }))

  await time.advance(35 * HOUR)
  expect((await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'tmp/a' }))).ContentLength).toBe(1)
  const left = async (): Promise<readonly unknown[]> => {
    await time.advance(HOUR)
    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }))
    const { Uploads = [] } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))
    return [Contents.map(({ Key }) => Key), Uploads.length]
  }
  await expect.poll(left, { timeout: 15_000, interval: 20 }).toEqual([['kept'], 1])
  expect((await refusalOf(client.send(new s3.GetObjectCommand({ Bucket, Key: 'tmp/a' }))))?.code).toBe('NoSuchKey')
  await time.advance(24 * HOUR)
  await expect.poll(left, { timeout: 15_000, interval: 20 }).toEqual([['kept'], 0])
  await instance.close()

  const recorded: unknown[] = []
  await withSegments(dataFolder(folder).audit, async (segments) => {
    for await (const { record } of search(segments, {}, 'oldest')) {
      if (record.eventType !== 'AwsServiceEvent') continue
      const { userIdentity, eventName, requestParameters, additionalEventData, resources, recipientAccountId } = record
      const { lifecycleRule } = additionalEventData
      recorded.push([userIdentity, eventName, requestParameters, lifecycleRule, resources?.[0]?.ARN, recipientAccountId])
    }
  })
  const service = { type: 'AWSService', invokedBy: 's3.amazonaws.com' }
  expect(recorded).toEqual([
    [service, 'DeleteObject', { bucketName: Bucket, key: 'tmp/a' }, 'a day', `arn:aws:s3:::${Bucket}/tmp/a`, '111122223333'],
    [service, 'AbortMultipartUpload', expect.objectContaining({ key: 'half' }), 'parts', `arn:aws:s3:::${Bucket}/half`, '111122223333'],
  ])
  expect(instance.problems).toEqual([])
})
