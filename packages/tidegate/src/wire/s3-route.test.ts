import fc from 'fast-check'
import { describe, test } from 'vitest'
import { AwsError } from '../kernel/aws-error.ts'
import { hostBucketOf } from './s3-host.ts'
import { routeS3 } from './s3-route.ts'

function route(line: string, headers: Readonly<Record<string, string>> = {}) {
  const [method = '', target = ''] = line.split(' ')
  const mark = target.indexOf('?')
  const request = { method, path: mark < 0 ? target : target.slice(0, mark), query: mark < 0 ? '' : target.slice(mark + 1) }
  return routeS3({ ...request, headers: Object.entries({ host: '127.0.0.1:4780', ...headers }) })
}

function refusal(line: string): string {
  try {
    return `${route(line).operation} was reached`
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}`
    throw error
  }
}

describe('what is refused', () => {
  test.for([
    ['DELETE /b?something', '501 NotImplemented'],
    ['DELETE /b?something=1', '501 NotImplemented'],
    ['PUT /b/k?versions', '501 NotImplemented'],
    ['PUT /b/k?frobnicate', '501 NotImplemented'],
    ['GET /b/k?frobnicate', '501 NotImplemented'],
    ['PUT /?acl', '501 NotImplemented'],
    ['PUT /b/k?uploads', '405 MethodNotAllowed'],
    ['POST /b/k', '405 MethodNotAllowed'],
    ['PUT /', '405 MethodNotAllowed'],
    ['GET /b?acl&policy', '400 InvalidArgument'],
    ['GET /b?list-type=3', '400 InvalidArgument'],
    ['PUT /b/k?uploadId=u', '400 InvalidArgument'],
    ['GET /b/%ff', '400 InvalidURI'],
    ['GET //k', '400 InvalidURI'],
    ['POST /b', '412 PreconditionFailed'],
  ] as const)('%s is %s', ([line, wanted], { expect }) => {
    expect(refusal(line)).toBe(wanted)
  })
})

describe('what is meant', () => {
  test.for([
    ['GET /', 'ListBuckets'],
    ['PUT /b/', 'CreateBucket'],
    ['DELETE /b?x-anything=1', 'DeleteBucket'],
    ['GET /b?prefix=', 'ListObjects'],
    ['GET /b?list-type=2&prefix', 'ListObjectsV2'],
    ['GET /b?tagging=', 'GetBucketTagging'],
    ['GET /b?inventory&id=1', 'GetBucketInventoryConfiguration'],
    ['GET /b?inventory', 'ListBucketInventoryConfigurations'],
    ['POST /b?delete', 'DeleteObjects'],
    ['GET /b/k?unknown=1', 'GetObject'],
    ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['POST /b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload'],
    ['DELETE /b/k?versionId=v', 'DeleteObject'],
  ] as const)('%s is %s', ([line, wanted], { expect }) => {
    expect(route(line).operation).toBe(wanted)
  })

  test('T-44 a key is decoded once and never normalised', ({ expect }) => {
    for (const [path, key] of [
      ['/b//a', '/a'],
      ['/b/../c', '../c'],
      ['/b/a%2Fb', 'a/b'],
      ['/b/a%252Fb', 'a%2Fb'],
      ['/b/./x/', './x/'],
      ['/b/a+b', 'a+b'],
    ] as const) {
      expect(route(`GET ${path}`)).toMatchObject({ bucket: 'b', key })
    }
  })

  test('a copy is told by its header', ({ expect }) => {
    const headers = { 'x-amz-copy-source': 'b/k' }
    expect(route('PUT /b/k', headers).operation).toBe('CopyObject')
    expect(route('PUT /b/k?partNumber=1&uploadId=u', headers).operation).toBe('UploadPartCopy')
  })

  test('T-44 law: any key comes back as it was, by path and by host', ({ expect }) => {
    const outcome = fc.check(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (key) => {
        const path = encodeURIComponent(key)
        return route(`GET /b/${path}`).key === key && route(`GET /${path}`, { host: 'b.s3.example' }).key === key
      }),
    )
    expect(outcome.failed ? outcome.counterexample : undefined).toBe(undefined)
  })
})

test.for([
  ['127.0.0.1:4780', undefined],
  ['localhost:4780', undefined],
  ['tidegate', undefined],
  ['tidegate.example', undefined],
  ['s3.example:80', undefined],
  ['s3.eu-central-1.amazonaws.com', undefined],
  ['[::1]:4780', undefined],
  ['b.localhost:4780', 'b'],
  ['b.127.0.0.1:4780', 'b'],
  ['a.b.s3.example', 'a.b'],
  ['B.S3.Example.', 'b'],
  ['b.s3-eu-west-1.amazonaws.com', 'b'],
] as const)('the host %s names the bucket %s', ([host, bucket], { expect }) => {
  expect(hostBucketOf(host)).toBe(bucket)
})
