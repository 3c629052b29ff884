/** Headers of requests to S3, also as no client of its own would send them. */
import { request } from 'node:http'
import * as s3 from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { refusalOf, s3Client } from './support/clients.ts'
import { type TestInstance, testInstance } from './support/instance.ts'

const Bucket = 'headers'
const Key = 'ten'
let instance: TestInstance
let client: s3.S3Client

beforeAll(async () => {
  instance = await testInstance()
  client = s3Client(instance.url, instance.rootKey())
  await client.send(new s3.CreateBucketCommand({ Bucket }))
  await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: '0123456789' }))
})
afterAll(() => instance.close())

/** The URL is signed, the headers that are added are not. */
async function asked(headers: Record<string, string>): Promise<Response> {
  return fetch(await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key })), { headers })
}

/** A call whose request is another by the time it is signed. */
async function sentAs(
  call: (changing: s3.S3Client) => Promise<unknown>,
  change: { readonly headers?: Record<string, string>; readonly body?: string; readonly query?: Record<string, string> },
): Promise<string> {
  const changing = s3Client(instance.url, instance.rootKey())
  changing.middlewareStack.add(
    (next) => (args) => {
      const outgoing = args.request as { headers: Record<string, string>; body: unknown; query: Record<string, string> }
      for (const name of Object.keys(outgoing.headers)) {
        if (/^(?:content-md5|x-amz-checksum|x-amz-sdk)/i.test(name)) delete outgoing.headers[name]
      }
      Object.assign(outgoing.headers, change.headers)
      if (change.body !== undefined) Object.assign(outgoing, { body: change.body })
      if (change.query !== undefined) Object.assign(outgoing, { query: change.query })
      outgoing.headers['content-length'] = String(Buffer.byteLength(outgoing.body as string))
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  const refusal = await refusalOf(call(changing))
  return refusal === undefined ? '' : `${refusal.code}: ${refusal.message}`
}

function put(headers: Record<string, string>): Promise<string> {
  return sentAs((changing) => changing.send(new s3.PutObjectCommand({ Bucket, Key: 'put', Body: 'a' })), { headers })
}

describe('a download that goes on where it was broken off', () => {
  test('gets the rest of the object that it began, and all of another', async ({ expect }) => {
    const { ETag = '', LastModified } = await client.send(new s3.HeadObjectCommand({ Bucket, Key }))
    const rest = async (ifRange: string): Promise<readonly [number, string]> => {
      const answer = await asked({ range: 'bytes=7-', 'if-range': ifRange })
      return [answer.status, await answer.text()]
    }
    expect(await rest('"another"')).toEqual([200, '0123456789'])
    expect(await rest('Sat, 01 Jan 2000 00:00:00 GMT')).toEqual([200, '0123456789'])
    expect(await rest(`W/${ETag}`)).toEqual([200, '0123456789'])
    expect(await rest(ETag)).toEqual([206, '789'])
    expect(await rest(LastModified?.toUTCString() ?? '')).toEqual([206, '789'])
  })

  test('a date that is none is no condition', async ({ expect }) => {
    expect((await asked({ 'if-modified-since': 'yesterday' })).status).toBe(200)
    expect((await asked({ 'if-unmodified-since': '2020-01-01' })).status).toBe(200)
    expect((await asked({ 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' })).status).toBe(304)
  })
})

describe('an upload', () => {
  test('that announces a checksum and sends none, or another, is refused', async ({ expect }) => {
    const missing = 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toBe(`InvalidRequest: ${missing}`)
    const wrong = 'Value for x-amz-sdk-checksum-algorithm header is invalid.'
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'SHA256', 'x-amz-checksum-crc32': '6Le+Qw==' })).toBe(`InvalidRequest: ${wrong}`)
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'ROT13' })).toBe(`InvalidRequest: ${wrong}`)
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'XXHASH3' })).toMatch(/^NotImplemented/)
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'crc32', 'x-amz-checksum-crc32': '6Le+Qw==' })).toBe('')
  })

  test('whose length nobody knows is not built, and says so', async ({ expect }) => {
    const url = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'endless' }))
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = request(url, { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } }, (incoming) => {
        let text = ''
        incoming.on('data', (bytes: Buffer) => (text += bytes.toString())).on('end', () => resolve(`${incoming.statusCode} ${text}`))
      })
      outgoing.on('error', reject).end('body')
    })
    expect(answer).toMatch(/^501 .*<Code>NotImplemented<\/Code>.*<Header>Transfer-Encoding<\/Header>/s)
  })

  test('keeps as its end whatever is said to be that', async ({ expect }) => {
    for (const expires of ['never', 'Wed, 01 Dec 2094 16:00:00 GMT']) {
      expect(await put({ expires })).toBe('')
      const answer = await fetch(await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'put' })))
      expect(answer.headers.get('expires')).toBe(expires)
    }
  })
})

test('a part is told with its own checksum, a range with none', async ({ expect }) => {
  const parts = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the end')]
  const place = { Bucket, Key: 'parts' }
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'SHA256' }))
  const Parts: s3.CompletedPart[] = []
  for (const [i, Body] of parts.entries()) {
    const part = { ...place, UploadId, PartNumber: i + 1, Body, ChecksumAlgorithm: 'SHA256' } as const
    const { ETag, ChecksumSHA256 } = await client.send(new s3.UploadPartCommand(part))
    Parts.push({ ETag, ChecksumSHA256, PartNumber: i + 1 })
  }
  await client.send(new s3.CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }))
  const head = (more: object) => client.send(new s3.HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED', ...more }))
  const second = await head({ PartNumber: 2 })
  expect([second.PartsCount, second.ContentLength, second.ChecksumType]).toEqual([2, 7, 'COMPOSITE'])
  expect(second.ChecksumSHA256).toBe(Parts[1]?.ChecksumSHA256)
  expect((await head({ Range: 'bytes=0-1' })).ChecksumSHA256).toBeUndefined()
  expect((await head({})).ChecksumSHA256).toMatch(/-2$/)
  const { Body } = await client.send(new s3.GetObjectCommand({ ...place, PartNumber: 2, ChecksumMode: 'ENABLED' }))
  expect(await Body?.transformToString()).toBe('the end')
})

test('a configuration without a document, or with another one, is refused', async ({ expect }) => {
  const sent = async (body: string, subresource = 'tagging'): Promise<string> => {
    const command = new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [] } })
    return (await sentAs((changing) => changing.send(command), { body, query: { [subresource]: '' } })).replace(/:.*/, '')
  }
  expect(await sent('')).toBe('MissingRequestBodyError')
  expect(await sent('', 'policy')).toBe('MissingRequestBodyError')
  expect(await sent('<Tagging/>')).toBe('MalformedXML')
  expect(await sent('<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>')).toBe('MalformedXML')
  expect(await sent('<Tagging><TagSet/></Tagging>')).toBe('')
})
