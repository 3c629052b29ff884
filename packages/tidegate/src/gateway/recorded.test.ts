import { AssumeRole$ } from '@aws-sdk/client-sts'
import { CreateAccessKey$, CreateServiceLinkedRole$ } from '@aws-sdk/client-iam'
import { ListBuckets$, PutObject$ } from '@aws-sdk/client-s3'
import { test } from 'vitest'
import { doEverything } from '../../test/support/schemas.ts'
import { recordedInput, recordedOutput } from './recorded.ts'

test('members begin in lower case, however deep they lie', ({ expect }) => {
  expect(recordedInput(AssumeRole$, { RoleArn: 'a', Tags: [{ Key: 'Team', Value: 'X' }], DurationSeconds: undefined })).toEqual({
    roleArn: 'a',
    tags: [{ key: 'Team', value: 'X' }],
  })
  expect(recordedInput(CreateServiceLinkedRole$, { AWSServiceName: 'ecs.amazonaws.com' })).toEqual({ aWSServiceName: 'ecs.amazonaws.com' })
})

test('a bucket is called as CloudTrail calls it', ({ expect }) => {
  expect(recordedInput(PutObject$, { Bucket: 'reports', Key: 'a' })).toEqual({ bucketName: 'reports', key: 'a' })
  expect(recordedInput(ListBuckets$, { Prefix: 'a' })).toEqual({ prefix: 'a' })
})

test('the keys of maps are data', ({ expect }) => {
  expect(recordedInput(doEverything, { Map: { Team: 'A', __Proto__: 'B' } })).toEqual({ map: { Team: 'A', __Proto__: 'B' } })
})

test('what was never understood stays as it is', ({ expect }) => {
  expect(recordedInput(AssumeRole$, undefined)).toBeUndefined()
})

test('of an output only the members that the operation names are recorded', ({ expect }) => {
  const output = { AccessKey: { UserName: 'bob', AccessKeyId: 'AKIA', SecretAccessKey: 'secret' } }
  expect(recordedOutput(CreateAccessKey$, output, ['AccessKey.UserName', 'AccessKey.AccessKeyId'])).toEqual({
    accessKey: { userName: 'bob', accessKeyId: 'AKIA' },
  })
  expect(recordedOutput(CreateAccessKey$, output, [])).toBeUndefined()
  expect(recordedOutput(CreateAccessKey$, output, ['User'])).toBeUndefined()
  expect(recordedOutput(doEverything, { Nesteds: [{ Required: 'a', Again: {} }] }, ['Nesteds.Required'])).toEqual({
    nesteds: [{ required: 'a' }],
  })
})
