import { test } from 'vitest'
import { actionOf } from './action.ts'

test('T-47 an action is one object, in whatever case it is asked for', ({ expect }) => {
  const action = actionOf('S3:GetObjectTagging')
  expect(actionOf('s3:getobjecttagging')).toBe(action)
  expect(actionOf('s3:GETOBJECTTAGGING')).toBe(action)
  expect(actionOf('S3:GetObjectTagging')).toBe(action)
  expect(actionOf('s3:GetObject')).not.toBe(action)
  expect(action).toMatchObject({ name: 's3:getobjecttagging', service: 's3', isUnderRcps: true, isOfIdentityService: false })
})

test('no two actions have the same number', ({ expect }) => {
  const numbers = ['a:One', 'a:Two', 'b:One', 'A:One'].map((text) => actionOf(text).number)
  expect(new Set(numbers).size).toBe(3)
})

test('T-55 letters outside of ASCII keep their case, so that look-alikes stay apart', ({ expect }) => {
  expect(actionOf('\u212Ams:Decrypt').service).toBe('\u212Ams')
  expect(actionOf('\u212Ams:Decrypt').isUnderRcps).toBe(false)
})

test('text without a colon is of no service', ({ expect }) => {
  for (const text of ['s3', 'sts', ':s3', '', 'kms:']) expect(actionOf(text).service).toBe(text === 'kms:' ? 'kms' : '')
})

test.for([
  'aoss',
  'cognito-identity',
  'cognito-idp',
  'dynamodb',
  'ecr',
  'events',
  'kms',
  'logs',
  's3',
  'secretsmanager',
  'sqs',
  'sts',
  'xray',
])('resource control policies cover %s', (service, { expect }) => {
  expect(actionOf(`${service}:Some`).isUnderRcps).toBe(true)
})

test('they cover no other service, and not the retiring of a grant', ({ expect }) => {
  for (const text of [
    'ecs:RunTask',
    'iam:GetRole',
    'ec2:RunInstances',
    'sns:Publish',
    'lambda:InvokeFunction',
    'KMS:RetireGrant',
    's3',
    ':s3',
    '',
  ])
    expect(actionOf(text).isUnderRcps).toBe(false)
  expect(actionOf('kms:RetireGrants').isUnderRcps).toBe(true)
})

test('sts and iam are the services of identities', ({ expect }) => {
  for (const text of ['sts:AssumeRole', 'IAM:GetRole']) expect(actionOf(text).isOfIdentityService).toBe(true)
  for (const text of ['s3:GetObject', 'iamx:Get', 'sts']) expect(actionOf(text).isOfIdentityService).toBe(false)
})
