/** The SDK for JavaScript with its helpers, and plain HTTP where a client would not do wrong. */
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import * as s3 from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { refusalOf, s3Client } from './support/clients.ts'
import { type TestInstance, testInstance } from './support/instance.ts'

const Bucket = 'scripts'
let instance: TestInstance
let client: s3.S3Client

beforeAll(async () => {
  instance = await testInstance()
  client = s3Client(instance.url, instance.rootKey())
  await client.send(new s3.CreateBucketCommand({ Bucket }))
})
afterAll(() => instance.close())

async function read(Key: string): Promise<Buffer> {
  const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }))
  return buffer(Body as Readable)
}

test('lib-storage uploads a stream in parts, and it comes back as it was', async ({ expect }) => {
  const parts = Array.from({ length: 3 }, (_, i) => Buffer.alloc(4 * 1024 * 1024, `part ${i}`))
  const upload = new Upload({
    client,
    params: { Bucket, Key: 'stream', Body: Readable.from(parts), ContentType: 'text/x' },
    partSize: 5 * 1024 * 1024,
  })
  expect((await upload.done()).ETag).toMatch(/-3"$/)
  expect((await read('stream')).equals(Buffer.concat(parts))).toBe(true)
  expect((await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([])
})

test('a stream of one piece comes with its checksum behind it, and without its encoding', async ({ expect }) => {
  const Body = Readable.from([Buffer.from('in chunks')])
  await client.send(new s3.PutObjectCommand({ Bucket, Key: 'chunked', Body, ContentLength: 9, ContentEncoding: 'gzip' }))
  const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'chunked', ChecksumMode: 'ENABLED' }))
  expect([head.ContentEncoding, head.ContentLength, head.ChecksumType]).toEqual(['gzip', 9, 'FULL_OBJECT'])
  expect(head.ChecksumCRC32).toBeDefined()
})

describe('URLs that are signed in advance', () => {
  test('T-11 say one thing, and nothing else', async ({ expect }) => {
    const put = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'signed', ContentType: 'text/plain' }), { expiresIn: 60 })
    expect((await fetch(put.replace('signed', 'other'), { method: 'PUT', body: 'x' })).status).toBe(403)
    expect((await fetch(put, { method: 'GET' })).status).toBe(403)
    expect((await fetch(put, { method: 'PUT', body: 'by hand', headers: { 'content-type': 'text/plain' } })).status).toBe(200)
    const get = await getSignedUrl(
      client,
      new s3.GetObjectCommand({ Bucket, Key: 'signed', ResponseContentDisposition: 'attachment; filename="ü.txt"' }),
    )
    const answer = await fetch(get)
    expect([answer.status, await answer.text()]).toEqual([200, 'by hand'])
    expect(Buffer.from(answer.headers.get('content-disposition') ?? '', 'latin1').toString()).toBe('attachment; filename="ü.txt"')
    expect((await fetch(get.replace('attachment', 'inline'))).status).toBe(403)
  })
})

test('a body is asked for only after its sender is known and may write', async ({ expect }) => {
  const put = (url: string): Promise<readonly [number | undefined, boolean]> =>
    new Promise((resolve, reject) => {
      let isContinued = false
      const outgoing = request(url, { method: 'PUT', headers: { expect: '100-continue', 'content-length': 4 } }, (incoming) => {
        incoming.resume()
        resolve([incoming.statusCode, isContinued])
      })
      outgoing.on('error', reject).on('continue', () => {
        isContinued = true
        outgoing.end('body')
      })
      outgoing.flushHeaders()
    })
  expect(await put(`${instance.url}/${Bucket}/asked`)).toEqual([403, false])
  const url = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'asked' }))
  expect(await put(url.replace('asked', 'other'))).toEqual([403, false])
  expect(await put(url)).toEqual([200, true])
})

describe('T-12 forms that are signed in advance', () => {
  const send = async (fields: Record<string, string>, url: string, content: string): Promise<Response> => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', new Blob([content]), 'picture.png')
    return fetch(url, { method: 'POST', body: form, redirect: 'manual' })
  }

  test('put what they allow, under the name of the file', async ({ expect }) => {
    const { url, fields } = await createPresignedPost(client, {
      Bucket,
      Key: 'pictures/${filename}',
      Conditions: [['content-length-range', 1, 100], { success_action_status: '201' }],
      Fields: { success_action_status: '201' },
    })
    const answer = await send(fields, url, 'pixels')
    expect(answer.status).toBe(201)
    expect(await answer.text()).toContain('<Key>pictures/picture.png</Key>')
    expect((await read('pictures/picture.png')).toString()).toBe('pixels')
    expect((await send(fields, url, 'x'.repeat(101))).status).toBe(400)
    expect((await send({ ...fields, key: 'elsewhere' }, url, 'x')).status).toBe(403)
    expect((await send({ ...fields, 'x-amz-meta-more': 'y' }, url, 'x')).status).toBe(403)
    expect((await send({ key: 'unsigned' }, url, 'x')).status).toBe(403)
  })
})

describe('pages of other origins', () => {
  test('may ask what the rules of the bucket say', async ({ expect }) => {
    const preflight = (origin: string, method: string) =>
      fetch(`${instance.url}/${Bucket}/k`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } })
    expect((await preflight('https://app.example.com', 'PUT')).status).toBe(403)
    const CORSRules = [{ AllowedMethods: ['PUT'], AllowedOrigins: ['https://*.example.com'], MaxAgeSeconds: 5 }]
    await client.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
    expect((await preflight('https://example.org', 'PUT')).status).toBe(403)
    expect((await preflight('https://app.example.com', 'GET')).status).toBe(403)
    const allowed = await preflight('https://app.example.com', 'PUT')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-max-age')]).toEqual([
      200,
      'https://app.example.com',
      '5',
    ])
  })
})

test('what is not built is named, and never stands for something else', async ({ expect }) => {
  const call = (command: { readonly input: object }) => refusalOf(client.send(command as s3.PutObjectCommand))
  expect(await call(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' }))).toMatchObject({
    code: 'NotImplemented',
  })
  expect(await call(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', StorageClass: 'GLACIER' }))).toMatchObject({ status: 501 })
  expect(await call(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL: 'public-read' }))).toMatchObject({
    code: 'AccessControlListNotSupported',
  })
  expect(await call(new s3.SelectObjectContentCommand({ Bucket, Key: 'k' } as s3.SelectObjectContentCommandInput))).toMatchObject({
    status: 501,
  })
  expect(await call(new s3.HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ status: 404 })
})
