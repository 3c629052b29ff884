import { createHmac } from 'node:crypto'
import { describe, test } from 'vitest'
import { exampleKey, wireRequest } from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { WireRequest } from '../../kernel/wire-request.ts'
import type { Target } from './authentication.ts'
import { SignatureVerifier } from './verifier.ts'
import type { SignatureFacts } from './verified-signature.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const s3: Target = { service: 's3', dialect: 's3', allowsSigV2: true }

async function verify(
  request: WireRequest,
  now: number,
  { hostBucket, secret = exampleKey }: { hostBucket?: string; secret?: { secretAccessKey: string } } = {},
): Promise<SignatureFacts> {
  const verifier = new SignatureVerifier()
  const authentication = verifier.parse(request, s3, now)
  if (authentication.kind === 'none') throw new Error('not signed')
  return (await verifier.verify(request, authentication, s3, secret, { now, bodyLimit: 0, hostBucket })).facts
}

async function refusal(request: WireRequest, now = noon): Promise<AwsError> {
  const outcome = await verify(request, now).catch((error: unknown) => error)
  if (outcome instanceof AwsError) return outcome
  throw new Error('the request was accepted')
}

function sign(text: string): string {
  return createHmac('sha1', exampleKey.secretAccessKey).update(text).digest('base64')
}

function url(resource: string, { method = 'GET', expires = String(noon / 1000 + 60), amz = '' } = {}): WireRequest {
  const [path = '', query = ''] = resource.split('?')
  const signature = encodeURIComponent(sign(`${method}\n\n\n${expires}\n${amz}${resource}`))
  const parts = [...(query === '' ? [] : [query]), 'AWSAccessKeyId=AKIDEXAMPLE', `Signature=${signature}`, `Expires=${expires}`]
  return wireRequest({ method, path, query: parts.join('&'), headers: [['host', 'h']] })
}

function header(method: string, path: string, extra: readonly (readonly [string, string])[] = [], signedText?: string): WireRequest {
  const date = new Date(noon).toUTCString()
  const signature = sign(signedText ?? `${method}\n\n\n${date}\n${path}`)
  return wireRequest({
    method,
    path,
    headers: [['host', 'h'], ['date', date], ['authorization', `AWS AKIDEXAMPLE:${signature}`], ...extra],
  })
}

describe('the examples of the documentation', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
  const secret = { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const key = 'AKIAIOSFODNN7EXAMPLE'
  const bucket = { secret, hostBucket: 'awsexamplebucket1' }
  const march27 = Date.UTC(2007, 2, 27, 19, 36, 42)
  const host = ['host', 'awsexamplebucket1.us-west-1.s3.amazonaws.com'] as const

  test('object GET', async ({ expect }) => {
    const headers = [
      host,
      ['date', 'Tue, 27 Mar 2007 19:36:42 +0000'],
      ['authorization', `AWS ${key}:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=`],
    ] as const
    const facts = await verify(wireRequest({ method: 'GET', path: '/photos/puppy.jpg', headers }), march27, bucket)
    expect(facts).toMatchObject({ version: 'AWS', authType: 'REST-HEADER', accessKeyId: key, region: undefined, age: 0 })
  })

  test('object PUT', async ({ expect }) => {
    const headers = [
      host,
      ['content-type', 'image/jpeg'],
      ['content-length', '94328'],
      ['date', 'Tue, 27 Mar 2007 21:15:45 +0000'],
      ['authorization', `AWS ${key}:iqRzw+ileNPu1fhspnRs8nOjjIA=`],
    ] as const
    const facts = await verify(
      wireRequest({ method: 'PUT', path: '/photos/puppy.jpg', headers }),
      Date.UTC(2007, 2, 27, 21, 15, 45),
      bucket,
    )
    expect(facts.accessKeyId).toBe(key)
  })

  test('list, with parameters that are not signed', async ({ expect }) => {
    const headers = [
      host,
      ['user-agent', 'Mozilla/5.0'],
      ['date', 'Tue, 27 Mar 2007 19:42:41 +0000'],
      ['authorization', `AWS ${key}:m0WP8eCtspQl5Ahe6L1SozdX9YA=`],
    ] as const
    const request = wireRequest({ method: 'GET', path: '/', query: 'prefix=photos&max-keys=50&marker=puppy', headers })
    expect((await verify(request, Date.UTC(2007, 2, 27, 19, 42, 41), bucket)).accessKeyId).toBe(key)
  })
})

describe('T-14 version 2 on S3', () => {
  test('a presigned URL counts until it expires', async ({ expect }) => {
    expect(await verify(url('/b/k'), noon)).toMatchObject({ version: 'AWS', authType: 'REST-QUERY-STRING', age: undefined })
    expect(await refusal(url('/b/k'), noon + 60_000)).toMatchObject({ code: 'AccessDenied', message: 'Request has expired' })
    for (const expires of ['', '-1', 'soon', '1e12']) {
      expect((await refusal(url('/b/k', { expires }))).code).toBe('AccessDenied')
    }
  })

  test('a header counts for 15 minutes', async ({ expect }) => {
    expect(await verify(header('GET', '/b/k'), noon + 900_000)).toMatchObject({ age: 900_000 })
    expect(await refusal(header('GET', '/b/k'), noon + 901_000)).toMatchObject({ code: 'RequestTimeTooSkewed' })
    const undated = header('GET', '/b/k')
    expect(await refusal({ ...undated, headers: undated.headers.filter(([name]) => name !== 'date') })).toMatchObject({
      code: 'AccessDenied',
    })
  })

  test('another method, path, expiry or sub-resource is another request', async ({ expect }) => {
    const original = url('/b/k?versionId=1')
    for (const changed of [
      { ...original, method: 'DELETE' },
      { ...original, path: '/b/other' },
      { ...original, query: original.query.replace('Expires=', 'Expires=9') },
      { ...original, query: original.query.replace('versionId=1', 'versionId=2') },
      { ...original, query: original.query.replace('versionId=1&', '') },
      { ...original, query: `${original.query}&acl` },
      { ...original, query: `${original.query}&response-content-type=text%2Fhtml` },
      { ...original, query: `${original.query}&x-amz-acl=public-read` },
    ]) {
      expect(await refusal(changed)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    }
    expect((await verify(original, noon)).accessKeyId).toBe('AKIDEXAMPLE')
  })

  test('what version 2 does not sign may not choose the operation', async ({ expect }) => {
    const original = url('/b/k')
    for (const extra of ['retention', 'legal-hold', 'encryption', 'publicAccessBlock', 'ownershipControls', 'attributes', 'unknown']) {
      expect((await refusal({ ...original, query: `${original.query}&${extra}` })).message).toBe(
        'There were query parameters present in the request which were not signed',
      )
    }
  })

  test('T-09 a value that says what another parameter would is refused: both have one signature', async ({ expect }) => {
    const text = 'There were query parameters present in the request which were not signed'
    const two = url('/b/k?response-content-type=text/plain&versionId=7')
    expect((await verify(two, noon)).accessKeyId).toBe('AKIDEXAMPLE')
    const one = two.query.replace('text/plain&versionId=7', 'text/plain%26versionId=7')
    expect((await refusal({ ...two, query: one })).message).toBe(text)
    const part = url('/b/k?partNumber=1&uploadId=u', { method: 'PUT' })
    for (const query of [part.query.replace('1&uploadId=u', '1%26uploadId%3Du'), part.query.replace('1&uploadId=u', '1%26uploadId=u')]) {
      expect((await refusal({ ...part, query })).message).toBe(text)
    }
    // An ampersand in a file name is one.
    const named = url('/b/k?response-content-disposition=attachment; filename="a&b=c.pdf"')
    expect(
      (await verify({ ...named, query: named.query.replace('a&b', 'a%26b').replaceAll(' ', '%20').replaceAll('"', '%22') }, noon))
        .accessKeyId,
    ).toBe('AKIDEXAMPLE')
  })

  test('T-17 a line feed in a header of the query begins no other header', async ({ expect }) => {
    const two = url('/b/k', { method: 'PUT', amz: 'x-amz-meta-a:1\nx-amz-tagging:class=secret\n' })
    expect((await verify({ ...two, query: `${two.query}&x-amz-meta-a=1&x-amz-tagging=class%3Dsecret` }, noon)).accessKeyId).toBe(
      'AKIDEXAMPLE',
    )
    const one = `${two.query}&x-amz-meta-a=${encodeURIComponent('1\nx-amz-tagging:class=secret')}`
    expect(await refusal({ ...two, query: one })).toMatchObject({ code: 'InvalidArgument', status: 400 })
  })

  test('headers of amz are signed, wherever they are sent', async ({ expect }) => {
    const withAcl = url('/b/k', { amz: 'x-amz-acl:private\n' })
    expect(await refusal(withAcl)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    expect((await verify({ ...withAcl, query: `${withAcl.query}&x-amz-acl=private` }, noon)).accessKeyId).toBe('AKIDEXAMPLE')
    expect((await verify({ ...withAcl, headers: [...withAcl.headers, ['x-amz-acl', 'private']] }, noon)).accessKeyId).toBe('AKIDEXAMPLE')
    const both = {
      ...withAcl,
      query: `${withAcl.query}&x-amz-acl=private`,
      headers: [...withAcl.headers, ['x-amz-acl', 'private'] as const],
    }
    expect(await refusal(both)).toMatchObject({ code: 'InvalidRequest' })
  })

  test('T-17 a character that is cut to the byte of another one is another one', async ({ expect }) => {
    const original = url('/b/k', { amz: 'x-amz-acl:private\n' })
    const cut = encodeURIComponent(String.fromCharCode(0x100 + 'p'.charCodeAt(0)))
    expect(await refusal({ ...original, query: `${original.query}&x-amz-acl=${cut}rivate` })).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
    const versions = url('/b/k?versionId=1')
    const one = encodeURIComponent(String.fromCharCode(0x100 + '1'.charCodeAt(0)))
    expect(await refusal({ ...versions, query: versions.query.replace('versionId=1', `versionId=${one}`) })).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
  })

  test('a signature has one spelling', async ({ expect }) => {
    const original = header('GET', '/b/k')
    const change = (to: (text: string) => string): WireRequest => ({
      ...original,
      headers: original.headers.map(([name, value]) => [name, name === 'authorization' ? to(value) : value] as const),
    })
    for (const to of [
      (text: string) => text.slice(0, -1),
      (text: string) => `${text}=`,
      (text: string) => text.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
      (text: string) => text.replace('AWS ', 'aws '),
      (text: string) => text.replace(':', ': '),
      (text: string) => text.replaceAll('+', '-'),
    ]) {
      const changed = change(to)
      if (changed.headers.every(([, value], index) => value === original.headers[index]?.[1])) continue
      expect((await refusal(changed)).status).toBeLessThan(500)
    }
  })

  test('signed chunks are of version 4', async ({ expect }) => {
    const sha = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
    const date = new Date(noon).toUTCString()
    const text = `PUT\n\n\n${date}\nx-amz-content-sha256:${sha}\nx-amz-decoded-content-length:5\n/b/k`
    const request = header(
      'PUT',
      '/b/k',
      [
        ['x-amz-content-sha256', sha],
        ['x-amz-decoded-content-length', '5'],
      ],
      text,
    )
    expect(await refusal(request)).toMatchObject({ code: 'InvalidRequest' })
  })
})
