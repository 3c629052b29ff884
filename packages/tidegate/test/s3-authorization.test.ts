/** Who may do what with buckets and objects, by the policies of both sides. */
import * as s3 from '@aws-sdk/client-s3'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { defaultAccount } from '../src/configuration/configuration.ts'
import { iamClient, refusalOf, s3Client } from './support/clients.ts'
import { mainAccount, type TestInstance, testInstance } from './support/instance.ts'

const otherAccount = '222233334444'
const bucket = 'ledger'
const object = (key: string): string => `arn:aws:s3:::${bucket}/${key}`
const allow = (Action: string | string[], Resource: string | string[], Condition?: object): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})

let instance: TestInstance
let owner: s3.S3Client
let foreign: s3.S3Client
let anonymous: s3.S3Client

beforeAll(async () => {
  instance = await testInstance({ accounts: [defaultAccount, { id: otherAccount, name: 'other' }] })
  owner = s3Client(instance.url, instance.rootKey())
  foreign = s3Client(instance.url, instance.rootKey(otherAccount))
  anonymous = s3Client(instance.url, undefined)
  await owner.send(new s3.CreateBucketCommand({ Bucket: bucket }))
  for (const Key of ['public/a', 'private/b']) await owner.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body: Key }))
})
afterAll(() => instance.close())

/** A user of the main account with one policy. */
async function userWith(name: string, ...statements: object[]): Promise<s3.S3Client> {
  const iam = iamClient(instance.url, instance.rootKey())
  await iam.send(new CreateUserCommand({ UserName: name }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  if (statements.length > 0) await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return s3Client(instance.url, {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  })
}

async function withPolicy(statements: object[], work: () => Promise<void>): Promise<void> {
  await owner.send(
    new s3.PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
  )
  try {
    await work()
  } finally {
    await owner.send(new s3.DeleteBucketPolicyCommand({ Bucket: bucket }))
  }
}

const get = (client: s3.S3Client, Key: string, more: object = {}) =>
  refusalOf(client.send(new s3.GetObjectCommand({ Bucket: bucket, Key, ...more })))

describe('a caller of the account of the bucket', () => {
  test('is told which policy is missing', async ({ expect }) => {
    const nobody = await userWith('nobody')
    expect(await get(nobody, 'public/a')).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${mainAccount}:user/nobody is not authorized to perform: s3:GetObject on resource: "${object('public/a')}" because no identity-based policy allows the s3:GetObject action`,
    })
    expect(await refusalOf(nobody.send(new s3.ListBucketsCommand({})))).toMatchObject({
      message: `User: arn:aws:iam::${mainAccount}:user/nobody is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    })
  })

  test('is told that a key is missing only where listing is allowed', async ({ expect }) => {
    const reader = await userWith('reader', allow('s3:GetObject', object('*')))
    const lister = await userWith('lister', allow(['s3:GetObject', 's3:ListBucket'], [object('*'), `arn:aws:s3:::${bucket}`]))
    expect(await get(reader, 'missing')).toMatchObject({ code: 'AccessDenied', status: 403 })
    expect(await get(lister, 'missing')).toMatchObject({ code: 'NoSuchKey', status: 404 })
    expect(await refusalOf(reader.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: 'missing' })))).toMatchObject({ status: 403 })
  })

  test('lists what the prefix allows, and nothing without it', async ({ expect }) => {
    const condition = { StringLike: { 's3:prefix': 'public/*' } }
    const client = await userWith('prefixed', allow('s3:ListBucket', `arn:aws:s3:::${bucket}`, condition))
    const list = (input: object) => client.send(new s3.ListObjectsV2Command({ Bucket: bucket, ...input }))
    expect(await refusalOf(list({}))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(list({ Prefix: 'private/' }))).toMatchObject({ code: 'AccessDenied' })
    expect((await list({ Prefix: 'public/' })).Contents?.map(({ Key }) => Key)).toEqual(['public/a'])
  })

  test('T-45 copies only what it may read', async ({ expect }) => {
    const writer = await userWith('writer', allow('s3:PutObject', object('copies/*')), allow('s3:GetObject', object('public/*')))
    const copy = (from: string) =>
      refusalOf(writer.send(new s3.CopyObjectCommand({ Bucket: bucket, Key: 'copies/x', CopySource: `${bucket}/${from}` })))
    expect(await copy('private/b')).toMatchObject({ code: 'AccessDenied' })
    expect(await copy('public/a')).toBe(undefined)
    const { UploadId } = await writer.send(new s3.CreateMultipartUploadCommand({ Bucket: bucket, Key: 'copies/y' }))
    const part = { Bucket: bucket, Key: 'copies/y', UploadId, PartNumber: 1, CopySource: `${bucket}/private/b` }
    expect(await refusalOf(writer.send(new s3.UploadPartCopyCommand(part)))).toMatchObject({ code: 'AccessDenied' })
  })

  test('copies tags only where it may read them there and put them here', async ({ expect }) => {
    await owner.send(new s3.PutObjectCommand({ Bucket: bucket, Key: 'public/tagged', Body: 'x', Tagging: 'team=red' }))
    const may = [allow('s3:PutObject', object('copies/*')), allow('s3:GetObject', object('public/*'))]
    const reads = allow('s3:GetObjectTagging', object('public/*'))
    const copy = async (name: string, more: object, ...statements: object[]) => {
      const client = await userWith(name, ...may, ...statements)
      const input = { Bucket: bucket, Key: `copies/${name}`, CopySource: `${bucket}/public/tagged`, ...more }
      return (await refusalOf(client.send(new s3.CopyObjectCommand(input))))?.message
    }
    expect(await copy('no-tags', {})).toContain('s3:GetObjectTagging')
    expect(await copy('reads-tags', {}, reads)).toContain('s3:PutObjectTagging')
    const puts = (team: string) => allow('s3:PutObjectTagging', object('copies/*'), { StringEquals: { 's3:RequestObjectTag/team': team } })
    expect(await copy('puts-blue', {}, reads, puts('blue'))).toContain('s3:PutObjectTagging')
    expect(await copy('puts-red', {}, reads, puts('red'))).toBe(undefined)
    expect(await copy('leaves-them', { TaggingDirective: 'REPLACE' })).toBe(undefined)
  })

  test('T-45 deletes of many keys those that it may delete, and is told of each other', async ({ expect }) => {
    const client = await userWith('deleter', allow('s3:DeleteObject', object('mine/*')))
    await owner.send(new s3.PutObjectCommand({ Bucket: bucket, Key: 'mine/x', Body: 'x' }))
    const Objects = [{ Key: 'mine/x' }, { Key: 'private/b' }, { Key: 'mine/y', VersionId: 'null' }]
    const { Deleted, Errors } = await client.send(new s3.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    expect(Deleted).toEqual([{ Key: 'mine/x' }])
    expect(Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['private/b', 'AccessDenied'],
      ['mine/y', 'AccessDenied'],
    ])
    expect(await get(owner, 'private/b')).toBe(undefined)
  })

  test('needs more where headers put more on an object', async ({ expect }) => {
    const client = await userWith(
      'putter',
      allow('s3:PutObject', object('*'), { StringEquals: { 's3:x-amz-storage-class': 'STANDARD_IA' } }),
    )
    const put = (more: object) => refusalOf(client.send(new s3.PutObjectCommand({ Bucket: bucket, Key: 'p', Body: 'x', ...more })))
    expect(await put({})).toMatchObject({ code: 'AccessDenied' })
    expect(await put({ StorageClass: 'STANDARD_IA' })).toBe(undefined)
    expect((await put({ StorageClass: 'STANDARD_IA', Tagging: 'a=b' }))?.message).toContain('s3:PutObjectTagging')
    expect((await put({ StorageClass: 'STANDARD_IA', ACL: 'private' }))?.message).toContain('s3:PutObjectAcl')
  })

  test('reads objects by their tags', async ({ expect }) => {
    const client = await userWith('tagged', allow('s3:GetObject', object('*'), { StringEquals: { 's3:ExistingObjectTag/team': 'a' } }))
    await owner.send(new s3.PutObjectCommand({ Bucket: bucket, Key: 't', Body: 'x', Tagging: 'team=b' }))
    expect(await get(client, 't')).toMatchObject({ code: 'AccessDenied' })
    await owner.send(new s3.PutObjectTaggingCommand({ Bucket: bucket, Key: 't', Tagging: { TagSet: [{ Key: 'team', Value: 'a' }] } }))
    expect(await get(client, 't')).toBe(undefined)
  })

  test('needs another action for a version that it names', async ({ expect }) => {
    const client = await userWith('versions', allow('s3:GetObject', object('*')))
    expect(await get(client, 'public/a')).toBe(undefined)
    expect((await get(client, 'public/a', { VersionId: 'null' }))?.message).toContain('s3:GetObjectVersion')
  })
})

describe('callers of another account', () => {
  test('are let in by both sides only', async ({ expect }) => {
    expect(await get(foreign, 'public/a')).toEqual({ code: 'AccessDenied', status: 403, message: 'Access Denied' })
    const Principal = { AWS: `arn:aws:iam::${otherAccount}:root` }
    await withPolicy([{ ...allow('s3:GetObject', object('public/*')), Principal }], async () => {
      expect(await get(foreign, 'public/a')).toBe(undefined)
      expect(await get(foreign, 'private/b')).toMatchObject({ code: 'AccessDenied' })
    })
  })

  test('cannot take the name of a bucket', async ({ expect }) => {
    expect(await refusalOf(foreign.send(new s3.CreateBucketCommand({ Bucket: bucket })))).toMatchObject({
      code: 'BucketAlreadyExists',
      status: 409,
    })
  })
})

describe('requests without a signature', () => {
  const everybody = [{ ...allow('s3:GetObject', object('public/*')), Principal: '*' }]

  test('are refused, and a bucket that does not exist is told', async ({ expect }) => {
    expect(await get(anonymous, 'public/a')).toEqual({ code: 'AccessDenied', status: 403, message: 'Access Denied' })
    expect(await refusalOf(anonymous.send(new s3.ListBucketsCommand({})))).toMatchObject({ code: 'AccessDenied' })
    expect(await refusalOf(anonymous.send(new s3.GetObjectCommand({ Bucket: 'no-such', Key: 'k' })))).toMatchObject({
      code: 'NoSuchBucket',
    })
  })

  test('are let in by a public policy, which a new bucket does not take', async ({ expect }) => {
    const policy = { Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: everybody }) }
    expect(await refusalOf(owner.send(new s3.PutBucketPolicyCommand(policy)))).toMatchObject({ code: 'AccessDenied' })
    const block = (RestrictPublicBuckets: boolean) =>
      owner.send(new s3.PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: { RestrictPublicBuckets } }))
    await block(false)
    await withPolicy(everybody, async () => {
      expect((await owner.send(new s3.GetBucketPolicyStatusCommand({ Bucket: bucket }))).PolicyStatus).toEqual({ IsPublic: true })
      expect(await get(anonymous, 'public/a')).toBe(undefined)
      expect(await get(anonymous, 'private/b')).toMatchObject({ code: 'AccessDenied' })
      expect(await get(anonymous, 'public/missing')).toMatchObject({ code: 'AccessDenied' })
      await block(true)
      expect(await get(anonymous, 'public/a')).toMatchObject({ code: 'AccessDenied' })
      expect(await get(foreign, 'public/a')).toMatchObject({ code: 'AccessDenied' })
    })
  })
})

test('a denial on a bucket binds its owner too, who can still change the policy', async ({ expect }) => {
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: object('*'),
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  await withPolicy([statement], async () => {
    expect(await get(owner, 'public/a')).toMatchObject({ code: 'AccessDenied' })
  })
  expect(await get(owner, 'public/a')).toBe(undefined)
})
