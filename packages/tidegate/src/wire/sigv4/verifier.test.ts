import { describe, test } from 'vitest'
import {
  drained,
  exampleKey,
  presigned,
  scopeOf,
  type SignerOptions,
  sha256,
  signed,
  stamp,
  wireRequest,
} from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { WireRequest } from '../../kernel/wire-request.ts'
import type { Target } from './authentication.ts'
import { SignatureVerifier } from './verifier.ts'
import type { SignatureFacts } from './verified-signature.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const minute = 60_000

const targets = {
  s3: { service: 's3', dialect: 's3', allowsSigV2: false },
  sts: { service: 'sts', dialect: 'query', allowsSigV2: false },
  ecs: { service: 'ecs', dialect: 'json', allowsSigV2: false },
} satisfies Record<string, Target>

async function verify(request: WireRequest, target: Target, now = noon): Promise<SignatureFacts> {
  const verifier = new SignatureVerifier()
  const authentication = verifier.parse(request, target, now)
  if (authentication.kind === 'none') throw new Error('not signed')
  const { facts } = await verifier.verify(request, authentication, target, exampleKey, { now, bodyLimit: 100_000 })
  // The body counts only once it was read to its end.
  await facts.body.bytes(100_000)
  return facts
}

async function refusal(request: WireRequest, target: Target, now?: number): Promise<AwsError> {
  try {
    await verify(request, target, now)
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
  throw new Error('the request was accepted')
}

const s3 = (options: Partial<SignerOptions> = {}): SignerOptions => ({ service: 's3', at: noon, ...options })
const sts = (options: Partial<SignerOptions> = {}): SignerOptions => ({ service: 'sts', at: noon, ...options })
const ecs = (options: Partial<SignerOptions> = {}): SignerOptions => ({ service: 'ecs', at: noon, ...options })

function withHeaders(request: WireRequest, change: (headers: [string, string][]) => [string, string][]): WireRequest {
  return { ...request, headers: change(request.headers.map(([name, value]) => [name, value])) }
}

const add = (request: WireRequest, name: string, value: string): WireRequest => withHeaders(request, (all) => [...all, [name, value]])
const replace = (request: WireRequest, wanted: string, change: (value: string) => string): WireRequest =>
  withHeaders(request, (all) => all.map(([name, value]) => [name, name === wanted ? change(value) : value]))

describe('T-07 unsigned headers', () => {
  test('S3 names all that had to be signed', async ({ expect }) => {
    const request = add(add(signed({ method: 'PUT', path: '/b/k' }, s3()), 'x-amz-acl', 'public-read'), 'x-amz-copy-source', 'b/secret')
    expect(await refusal(request, targets.s3)).toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: 'There were headers present in the request which were not signed',
      members: { HeadersNotSigned: 'x-amz-acl, x-amz-copy-source' },
    })
  })

  test('a security token, a target or a content type can not be added', async ({ expect }) => {
    const base = signed({}, ecs())
    expect(await refusal(add(base, 'x-amz-security-token', 't'), targets.ecs)).toMatchObject({
      code: 'InvalidSignatureException',
      message: "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
    })
    for (const name of ['x-amz-target', 'content-type']) expect((await refusal(add(base, name, 'x'), targets.ecs)).status).toBe(400)
  })

  test('the host is always signed', async ({ expect }) => {
    const request = replace(signed({}, sts()), 'authorization', (value) => value.replace('host;', ''))
    expect(await refusal(request, targets.sts)).toMatchObject({
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    })
  })

  test('the content type that a browser adds to an upload may be unsigned, x-amz headers may not', async ({ expect }) => {
    const url = presigned({ method: 'PUT', path: '/b/k' }, s3())
    expect((await verify(add(url, 'content-type', 'text/plain'), targets.s3)).authType).toBe('REST-QUERY-STRING')
    expect(await refusal(add(url, 'x-amz-acl', 'public-read'), targets.s3)).toMatchObject({ code: 'AccessDenied' })
  })

  test('a signed header has to be in the request', async ({ expect }) => {
    for (const value of ['undefined', '', 'gzip']) {
      const request = signed({ headers: { 'accept-encoding': value } }, sts())
      const stripped = withHeaders(request, (all) => all.filter(([name]) => name !== 'accept-encoding'))
      expect(await refusal(stripped, targets.sts)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    }
  })

  test('other headers may be unsigned', async ({ expect }) => {
    const request = add(add(signed({}, sts()), 'user-agent', 'curl'), 'x-amzn-trace-id', 'Root=1')
    expect((await verify(request, targets.sts)).accessKeyId).toBe('AKIDEXAMPLE')
  })
})

describe('T-08 ambiguous requests', () => {
  test('header and query at once', async ({ expect }) => {
    const both = { ...signed({ path: '/b/k' }, s3()), query: presigned({ path: '/b/k' }, s3()).query }
    expect(await refusal(both, targets.s3)).toMatchObject({ code: 'InvalidArgument', status: 400 })
    for (const query of ['X-Amz-Algorithm=AWS4-HMAC-SHA256', 'x-amz-signature=0', 'Signature=x&AWSAccessKeyId=y', 'X-Amz-Expires=5']) {
      expect((await refusal(signed({ query, method: 'GET' }, s3()), targets.s3)).message).toContain('Only one auth mechanism allowed')
      expect(await refusal(signed({ query }, sts()), targets.sts)).toMatchObject({ code: 'IncompleteSignature', status: 400 })
    }
  })

  test('a header that is read as one value and comes twice', async ({ expect }) => {
    const request = signed({ body: 'x' }, s3())
    for (const [name, value] of request.headers) {
      expect((await refusal(add(request, name, value), targets.s3)).message).toBe(`header \`${name}\` occurs more than once`)
    }
  })

  test('two security tokens', async ({ expect }) => {
    const url = presigned({ headers: { 'x-amz-security-token': 'a' } }, s3({ sessionToken: 'b' }))
    expect(await refusal(url, targets.s3)).toMatchObject({ code: 'InvalidRequest' })
  })

  test.for([
    ['two spaces', (text: string) => text.replace(' ', '  ')],
    ['a space before the comma', (text: string) => text.replace(', S', ' , S')],
    ['two spaces behind the comma', (text: string) => text.replace(', S', ',  S')],
    ['a space inside of a component', (text: string) => text.replace('Credential=', 'Credential= ')],
    ['a tab', (text: string) => text.replace(' ', '\t')],
    ['a fold', (text: string) => text.replace(', ', ',\r\n ')],
    ['a component twice', (text: string) => `${text}, ${text.slice(text.indexOf('Signature='))}`],
    ['an unknown component', (text: string) => `${text}, Extra=1`],
    ['no signature', (text: string) => text.replace(/, Signature=.*/, '')],
    ['an empty signature', (text: string) => text.replace(/Signature=.*/, 'Signature=')],
    ['no signed headers', (text: string) => text.replace(/SignedHeaders=[^,]*, /, '')],
    ['another case', (text: string) => text.replace('Credential', 'credential')],
    ['another case of the scheme', (text: string) => text.toLowerCase()],
    ['signed headers in another order', (text: string) => text.replace('host;x-amz-content-sha256', 'x-amz-content-sha256;host')],
    ['a signed header twice', (text: string) => text.replace('host;', 'host;host;')],
    ['signed headers in upper case', (text: string) => text.replace('host;', 'Host;')],
    ['too few parts of a credential', (text: string) => text.replace('/aws4_request', '')],
    ['too many parts of a credential', (text: string) => text.replace('/aws4_request', '/aws4_request/x')],
    ['no access key id', (text: string) => text.replace('AKIDEXAMPLE', '')],
  ] as const)('%s in the Authorization header', async ([, change], { expect }) => {
    for (const [options, target] of [
      [s3(), targets.s3],
      [sts(), targets.sts],
      [ecs(), targets.ecs],
    ] as const) {
      const request = signed({ headers: { 'x-amz-content-sha256': sha256('') } }, options)
      const error = await refusal(replace(request, 'authorization', change), target)
      expect(error.status).toBe(400)
      expect(error.fault).toBe('client')
    }
  })

  test('a comma without a space is one of the two forms that clients send', async ({ expect }) => {
    const request = replace(signed({}, sts()), 'authorization', (text) => text.replaceAll(', ', ','))
    expect((await verify(request, targets.sts)).accessKeyId).toBe('AKIDEXAMPLE')
  })
})

describe('T-09 queries', () => {
  test('a parameter of the signature that comes twice', async ({ expect }) => {
    const url = presigned({ path: '/b/k' }, s3())
    for (const extra of [
      'X-Amz-Expires=604800',
      'X-Amz-Credential=x',
      'x-amz-security-token=1&X-Amz-Security-Token=2',
      'x-amz-acl=a&X-Amz-Acl=b',
    ]) {
      expect(await refusal({ ...url, query: `${url.query}&${extra}` }, targets.s3)).toMatchObject({ code: 'InvalidRequest', status: 400 })
    }
  })

  test('a parameter of the signature in other letters', async ({ expect }) => {
    const url = presigned({ path: '/b/k' }, s3())
    expect(await refusal({ ...url, query: url.query.replace('X-Amz-Date', 'X-Amz-date') }, targets.s3)).toMatchObject({
      code: 'AuthorizationQueryParametersError',
    })
  })

  test('order, empty values, missing equals signs and repeated names are signed as AWS signs them', async ({ expect }) => {
    const query = 'b=2&a=&a=1&c&%C3%BC=%2F&a%20b=x%2By'
    expect((await verify(signed({ method: 'GET', query }, s3()), targets.s3)).accessKeyId).toBe('AKIDEXAMPLE')
    const swapped = { ...signed({ method: 'GET', query }, s3()), query: 'a=1&a=&a%20b=x%2By&b=2&c=&%c3%bc=%2f' }
    expect((await verify(swapped, targets.s3)).accessKeyId).toBe('AKIDEXAMPLE')
  })

  test('a plus sign is a space, for the signature as for who reads the query', async ({ expect }) => {
    const request = signed({ method: 'GET', query: 'prefix=a%20b' }, s3())
    expect((await verify({ ...request, query: 'prefix=a+b' }, targets.s3)).accessKeyId).toBe('AKIDEXAMPLE')
    const literal = signed({ method: 'GET', query: 'prefix=a%2Bb' }, s3())
    expect(await refusal({ ...literal, query: 'prefix=a+b' }, targets.s3)).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  test('what is not percent-encoded UTF-8', async ({ expect }) => {
    for (const query of ['a=%', 'a=%zz', 'a=%ff', 'a=%c0%80', 'a=\u00FC', 'a=b c', 'a=%ED%A0%80']) {
      expect(await refusal(wireRequest({ query, headers: [['host', 'h']] }), targets.s3)).toMatchObject({ code: 'InvalidURI', status: 400 })
    }
    const request = { ...signed({ method: 'GET', path: '/b/k' }, s3()), path: '/b/%ff' }
    expect(await refusal(request, targets.s3)).toMatchObject({ code: 'InvalidURI' })
  })

  test('a path is absolute', async ({ expect }) => {
    for (const path of ['', 'b/k', '*', 'http://h/b/k']) {
      expect(await refusal(signed({ method: 'GET', path }, s3()), targets.s3)).toMatchObject({ code: 'InvalidURI' })
      expect(await refusal(signed({ method: 'GET', path }, sts()), targets.sts)).toMatchObject({ code: 'IncompleteSignature' })
    }
  })

  test('S3 signs a path as it is, the others without dots and empty segments and encoded twice', async ({ expect }) => {
    for (const path of [
      '/b/a//b',
      '/b/../c',
      '/b/%C3%BC%20%2B',
      "/b/a!'()*b".replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    ]) {
      expect((await verify(signed({ method: 'GET', path }, s3()), targets.s3)).accessKeyId).toBe('AKIDEXAMPLE')
      expect(await refusal({ ...signed({ method: 'GET', path }, s3()), path: '/b/c' }, targets.s3)).toMatchObject({
        code: 'SignatureDoesNotMatch',
      })
    }
    expect((await verify(signed({ path: '/v1/a%20b' }, ecs()), targets.ecs)).accessKeyId).toBe('AKIDEXAMPLE')
  })
})

describe('T-10 the scope', () => {
  test('of another service', async ({ expect }) => {
    expect(await refusal(signed({}, ecs()), targets.sts)).toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: "Credential should be scoped to correct service: 'sts'. ",
    })
    expect(await refusal(signed({}, sts()), targets.ecs)).toMatchObject({ code: 'InvalidSignatureException', status: 400 })
    expect(await refusal(signed({}, sts()), targets.s3)).toMatchObject({
      code: 'AuthorizationHeaderMalformed',
      message: 'The authorization header is malformed; incorrect service "sts". This endpoint belongs to "s3".',
    })
    expect(await refusal(presigned({}, sts()), targets.s3)).toMatchObject({
      code: 'AuthorizationQueryParametersError',
      message: 'Error parsing the X-Amz-Credential parameter; incorrect service "sts". This endpoint belongs to "s3".',
    })
  })

  test('of a region that is none, or of another partition', async ({ expect }) => {
    for (const region of ['', 'mars', 'US-EAST-1', 'cn-north-1', 'us-gov-west-1', '*']) {
      expect((await refusal(signed({}, sts({ region })), targets.sts)).message).toBe('Credential should be scoped to a valid region. ')
    }
    expect((await verify(signed({}, sts({ region: 'ap-southeast-2' })), targets.sts)).region).toBe('ap-southeast-2')
  })

  test('with another terminator or day', async ({ expect }) => {
    const change = (from: string, to: string) => replace(signed({}, sts()), 'authorization', (text) => text.replace(from, to))
    expect((await refusal(change('aws4_request', 'aws5_request'), targets.sts)).message).toBe(
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    )
    expect((await refusal(change('/20261122/', '/20261121/'), targets.sts)).message).toContain("'20261121' != '20261122'")
    expect((await refusal(change('/20261122/', '/2026/'), targets.sts)).code).toBe('SignatureDoesNotMatch')
  })

  test('a changed scope that is valid is another key', async ({ expect }) => {
    const request = replace(signed({}, sts()), 'authorization', (text) => text.replace('us-east-1', 'us-west-2'))
    expect(await refusal(request, targets.sts)).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})

describe('time', () => {
  test('no x-amz-date, whatever the Date header says', async ({ expect }) => {
    const strip = (request: WireRequest) =>
      add(
        withHeaders(request, (all) => all.filter(([name]) => name !== 'x-amz-date')),
        'date',
        new Date(noon).toUTCString(),
      )
    expect(await refusal(strip(signed({}, sts())), targets.sts)).toMatchObject({
      code: 'IncompleteSignature',
      message: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    })
    expect(await refusal(strip(signed({}, ecs())), targets.ecs)).toMatchObject({ code: 'IncompleteSignatureException', status: 400 })
    expect(await refusal(strip(signed({}, s3())), targets.s3)).toMatchObject({ code: 'AccessDenied', status: 403 })
  })

  test('a date that is none', async ({ expect }) => {
    for (const date of [
      '20261122',
      '2026-11-22T12:00:00Z',
      '20261122T250000Z',
      '20261131T120000Z',
      '20261122T120000',
      '20261122T120000Z0',
    ]) {
      expect(
        (
          await refusal(
            replace(signed({}, sts()), 'x-amz-date', () => date),
            targets.sts,
          )
        ).code,
      ).toBe('IncompleteSignature')
    }
  })
})

describe('T-11 presigned URLs', () => {
  const url = (expires: number | string, at = noon) => presigned({ path: '/b/k' }, s3({ at, expires } as Partial<SignerOptions>))

  test.for([
    ['-1', 'X-Amz-Expires must be non-negative'],
    ['0', 'X-Amz-Expires must be greater than 0'],
    ['604801', 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'],
    ['abc', 'X-Amz-Expires should be a number'],
    ['1e3', 'X-Amz-Expires should be a number'],
    ['1.5', 'X-Amz-Expires should be a number'],
  ] as const)('an expiry of %s', async ([expires, message], { expect }) => {
    expect(await refusal(url(expires), targets.s3)).toMatchObject({ code: 'AuthorizationQueryParametersError', status: 400, message })
  })

  test('a missing parameter', async ({ expect }) => {
    for (const name of ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']) {
      const { query, ...rest } = url(60)
      const without = query.split('&').filter((part) => !part.startsWith(`X-Amz-${name}=`))
      expect((await refusal({ ...rest, query: without.join('&') }, targets.s3)).message).toMatch(
        /^Query-string authentication version 4 requires/,
      )
      const empty = query.replace(new RegExp(`X-Amz-${name}=[^&]*`), `X-Amz-${name}=`)
      expect((await refusal({ ...rest, query: empty }, targets.s3)).code).toBe('AuthorizationQueryParametersError')
    }
  })

  test('it counts as long as it says and not a moment longer', async ({ expect }) => {
    expect((await verify(url(604_800), targets.s3, noon + 604_799_999)).accessKeyId).toBe('AKIDEXAMPLE')
    expect(await refusal(url(60), targets.s3, noon + 60_000)).toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: 'Request has expired',
      members: { 'X-Amz-Expires': '60', Expires: '2026-11-22T12:01:00Z', ServerTime: '2026-11-22T12:01:00Z' },
    })
    expect(await refusal(url(60, noon + 16 * minute), targets.s3)).toMatchObject({ message: 'Request is not yet valid' })
  })

  test('of another service than S3 it counts for 15 minutes at most', async ({ expect }) => {
    const call = presigned({ query: 'Action=GetCallerIdentity&Version=2011-06-15' }, { service: 'sts', at: noon, expires: 3600 })
    expect((await verify(call, targets.sts, noon + 15 * minute)).authType).toBe('REST-QUERY-STRING')
    expect((await refusal(call, targets.sts, noon + 15 * minute + 1)).message).toMatch(/^Signature expired: /)
    const short = presigned({}, { service: 'sts', at: noon, expires: 60 })
    expect((await refusal(short, targets.sts, noon + 61_000)).message).toMatch(/^Signature expired: /)
  })

  test('another method, path, parameter or expiry is another request', async ({ expect }) => {
    const original = url(60)
    for (const changed of [
      { ...original, method: 'PUT' },
      { ...original, path: '/b/other' },
      { ...original, query: `${original.query}&response-content-type=text%2Fhtml` },
      { ...original, query: original.query.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') },
      replace(original, 'host', () => 'elsewhere'),
    ]) {
      expect(await refusal(changed, targets.s3)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    }
  })

  test('its scope is of its own day', async ({ expect }) => {
    const change = (request: WireRequest) => ({ ...request, query: request.query.replace('%2F20261122%2F', '%2F20261121%2F') })
    expect(await refusal(change(url(60)), targets.s3)).toMatchObject({
      code: 'AuthorizationQueryParametersError',
      message: 'Invalid credential date "20261121". This date is not the same as X-Amz-Date: "20261122".',
    })
    expect((await refusal(change(presigned({}, sts())), targets.sts)).message).toContain("'20261121' != '20261122'")
  })

  test('bodies of other services are signed in it', async ({ expect }) => {
    const call = presigned({ method: 'POST', body: 'Action=GetCallerIdentity' }, sts())
    expect((await verify(call, targets.sts)).accessKeyId).toBe('AKIDEXAMPLE')
    const swapped = presigned({ method: 'POST', body: 'Action=DeleteEverything', payloadHash: sha256('Action=GetCallerIdentity') }, sts())
    expect(await refusal(swapped, targets.sts)).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})

describe('T-02 the body', () => {
  test('of S3 is compared with what was signed, and counts only then', async ({ expect }) => {
    const request = signed({ method: 'PUT', path: '/b/k', body: 'tampered', payloadHash: sha256('original') }, s3())
    expect(await refusal(request, targets.s3)).toMatchObject({ code: 'XAmzContentSHA256Mismatch', status: 400 })
    const verifier = new SignatureVerifier()
    const authentication = verifier.parse(request, targets.s3, noon)
    if (authentication.kind === 'none') throw new Error('not signed')
    const { facts } = await verifier.verify(request, authentication, targets.s3, exampleKey, { now: noon, bodyLimit: 0 })
    await expect(drained(facts.body.stream())).rejects.toMatchObject({ code: 'XAmzContentSHA256Mismatch' })
  })

  test('of other services is hashed by us, whatever the header says', async ({ expect }) => {
    const headers = { 'x-amz-content-sha256': sha256('original') }
    const request = signed({ body: 'tampered', payloadHash: sha256('original'), headers }, ecs())
    expect(await refusal(request, targets.ecs)).toMatchObject({ code: 'InvalidSignatureException' })
    const lying = signed({ body: 'original', headers: { 'x-amz-content-sha256': sha256('other') } }, ecs())
    expect(await refusal(lying, targets.ecs)).toMatchObject({ code: 'InvalidSignatureException' })
    for (const value of ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
      const unsigned = signed({ body: 'any', payloadHash: value, headers: { 'x-amz-content-sha256': value } }, ecs())
      expect(await refusal(unsigned, targets.ecs)).toMatchObject({ code: 'InvalidSignatureException' })
    }
  })

  test('of S3 has to be declared', async ({ expect }) => {
    const request = signed({ method: 'PUT', path: '/b/k' }, s3())
    const stripped = withHeaders(
      replace(request, 'authorization', (text) => text.replace('x-amz-content-sha256;', '')),
      (all) => all.filter(([name]) => name !== 'x-amz-content-sha256'),
    )
    expect(await refusal(stripped, targets.s3)).toMatchObject({
      code: 'InvalidRequest',
      message: 'Missing required header for this request: x-amz-content-sha256',
    })
    for (const value of ['', 'unsigned-payload', sha256('').toUpperCase(), 'STREAMING-AWS4-HMAC-SHA256-EVENTS']) {
      expect(await refusal(signed({ payloadHash: value }, s3()), targets.s3)).toMatchObject({ code: 'InvalidArgument' })
    }
    const ecdsa = signed({ payloadHash: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }, s3())
    expect(await refusal(ecdsa, targets.s3)).toMatchObject({ code: 'NotImplemented' })
  })
})

describe('T-14 other algorithms', () => {
  test.for(['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA512', 'AWS4-HMAC-SHA1', 'AWS3'])('%s', async (algorithm, { expect }) => {
    const change = (request: WireRequest) => replace(request, 'authorization', (text) => text.replace('AWS4-HMAC-SHA256', algorithm))
    expect(await refusal(change(signed({}, s3())), targets.s3)).toMatchObject({
      code: 'InvalidRequest',
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    })
    expect(await refusal(change(signed({}, sts())), targets.sts)).toMatchObject({ code: 'IncompleteSignature' })
    const url = presigned({ path: '/b/k' }, s3())
    const other = { ...url, query: url.query.replace('AWS4-HMAC-SHA256', algorithm) }
    expect(await refusal(other, targets.s3)).toMatchObject({ code: 'AuthorizationQueryParametersError' })
  })

  test('version 2 on any service but S3, and on S3 where it is off', async ({ expect }) => {
    const header = wireRequest({
      headers: [
        ['host', 'h'],
        ['date', new Date(noon).toUTCString()],
        ['authorization', 'AWS AKIDEXAMPLE:aaaaaaaaaaaaaaaaaaaaaaaaaaA='],
      ],
    })
    const query = wireRequest({ headers: [['host', 'h']], query: 'AWSAccessKeyId=AKIDEXAMPLE&Signature=x&Expires=1' })
    for (const request of [header, query]) {
      expect(await refusal(request, targets.s3)).toMatchObject({ code: 'InvalidRequest' })
      expect(await refusal(request, targets.sts)).toMatchObject({ code: 'IncompleteSignature' })
      expect(await refusal(request, targets.ecs)).toMatchObject({ code: 'IncompleteSignatureException' })
      expect(await refusal(request, { ...targets.sts, allowsSigV2: true })).toMatchObject({ code: 'IncompleteSignature' })
    }
  })
})

describe('T-15 the host', () => {
  test('is the one of the Host header alone', async ({ expect }) => {
    const request = signed({}, sts())
    for (const name of ['x-forwarded-host', 'forwarded', 'x-original-host']) {
      expect((await verify(add(request, name, 'evil.example'), targets.sts)).accessKeyId).toBe('AKIDEXAMPLE')
      const elsewhere = add(
        replace(request, 'host', () => 'evil.example'),
        name,
        'localhost:4566',
      )
      expect(await refusal(elsewhere, targets.sts)).toMatchObject({ code: 'SignatureDoesNotMatch' })
    }
    expect(
      await refusal(
        replace(request, 'host', (host) => host.replace(':4566', '')),
        targets.sts,
      ),
    ).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
  })
})

describe('T-17 and T-18 spellings of headers', () => {
  test('control characters and characters that are no bytes', async ({ expect }) => {
    for (const value of ['a\r\nx-amz-acl: b', 'a\nb', 'a\0b', '\u0161']) {
      expect((await refusal(add(signed({}, sts()), 'my-header', value), targets.sts)).message).toBe(
        'header `my-header` holds a control character',
      )
    }
  })

  test('a signature whose characters become digits when they are cut to bytes', async ({ expect }) => {
    const url = presigned({ path: '/b/k' }, s3())
    const last = url.query.at(-1) ?? ''
    const query = url.query.slice(0, -1) + encodeURIComponent(String.fromCharCode(0x100 + last.charCodeAt(0)))
    expect(await refusal({ ...url, query }, targets.s3)).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  test('upper-case digits, shorter and longer signatures', async ({ expect }) => {
    for (const change of [
      (text: string) => text.slice(0, -64) + text.slice(-64).toUpperCase(),
      (text: string) => text.slice(0, -1),
      (text: string) => `${text}0`,
    ]) {
      expect(await refusal(replace(signed({}, sts()), 'authorization', change), targets.sts)).toMatchObject({
        code: 'SignatureDoesNotMatch',
      })
    }
  })

  test('an underscore is no dash', async ({ expect }) => {
    const request = withHeaders(signed({}, sts()), (all) => all.map(([name, value]) => [name.replace('x-amz-date', 'x_amz_date'), value]))
    expect(await refusal(request, targets.sts)).toMatchObject({ code: 'IncompleteSignature' })
  })

  test('bytes that are not ASCII are signed as the bytes they are', async ({ expect }) => {
    const utf8 = Buffer.from('Zürich', 'utf8').toString('latin1')
    const headers = { host: 'h', 'x-amz-content-sha256': sha256(''), 'x-amz-date': stamp(noon), 'x-amz-meta-city': 'Zürich' }
    const request = replace(signed({ method: 'PUT', path: '/b/k', headers }, s3()), 'x-amz-meta-city', () => utf8)
    expect((await verify(request, targets.s3)).accessKeyId).toBe('AKIDEXAMPLE')
  })
})

describe('the memory of headers', () => {
  test('the second request of a client is judged like the first', async ({ expect }) => {
    const verifier = new SignatureVerifier({ capacity: 4 })
    const judge = async (request: WireRequest, target: Target = targets.sts) => {
      const authentication = verifier.parse(request, target, noon)
      if (authentication.kind === 'none') throw new Error('not signed')
      return (await verifier.verify(request, authentication, target, exampleKey, { now: noon, bodyLimit: 100 })).facts.accessKeyId
    }
    for (let round = 0; round < 3; round++) {
      expect(await judge(signed({ body: `round ${round}` }, sts()))).toBe('AKIDEXAMPLE')
      const forged = replace(
        signed({ body: 'forged' }, sts()),
        'authorization',
        (text) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`,
      )
      await expect(judge(forged)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
      expect(() => verifier.parse(signed({}, sts()), targets.ecs, noon)).toThrow('Credential should be scoped to correct service')
      expect(() => verifier.parse(signed({}, sts()), targets.sts, noon + 16 * minute)).toThrow('Signature expired')
      const later = replace(signed({}, sts()), 'x-amz-date', () => stamp(noon + 86_400_000))
      expect(() => verifier.parse(later, targets.sts, noon + 86_400_000)).toThrow('Date in Credential scope does not match')
    }
    expect(verifier.keys.derivations).toBe(1 + 3)
    expect(scopeOf(sts())).toBe('20261122/us-east-1/sts/aws4_request')
  })
})
