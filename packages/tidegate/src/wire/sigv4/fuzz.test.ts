import fc from 'fast-check'
import { describe, test } from 'vitest'
import { bodyOf, exampleKey, presigned, signed, wireRequest } from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { WireRequest } from '../../kernel/wire-request.ts'
import type { Target } from './authentication.ts'
import { SignatureVerifier } from './verifier.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const s3: Target = { service: 's3', dialect: 's3', allowsSigV2: true }
const ecs: Target = { service: 'ecs', dialect: 'json', allowsSigV2: false }
const sts: Target = { service: 'sts', dialect: 'query', allowsSigV2: false }

async function verify(request: WireRequest, target: Target, verifier = new SignatureVerifier()): Promise<string> {
  const authentication = verifier.parse(request, target, noon)
  if (authentication.kind === 'none') return 'anonymous'
  const accessKeyId = 'credential' in authentication ? authentication.credential.accessKeyId : authentication.accessKeyId
  const secret =
    accessKeyId === exampleKey.accessKeyId ? exampleKey : { refusal: new AwsError('Unknown', { status: 403, fault: 'client' }, '') }
  const { facts } = await verifier.verify(request, authentication, target, secret, { now: noon, bodyLimit: 10_000 })
  await facts.body.bytes(10_000)
  return facts.accessKeyId
}

const body = '{"cluster":"web"}'
const subjects: readonly (readonly [string, Target, WireRequest, string])[] = [
  ['a call of an aws-json service', ecs, signed({ body, headers: jsonHeaders() }, { service: 'ecs', at: noon }), body],
  [
    'an upload',
    s3,
    signed({ method: 'PUT', path: '/b/a%20b/%C3%BC', query: 'partNumber=1&uploadId=x%2By', body }, { service: 's3', at: noon }),
    body,
  ],
  [
    'a presigned URL',
    s3,
    presigned({ path: '/b/k~1', query: 'versionId=a&response-content-type=text%2Fplain' }, { service: 's3', at: noon }),
    '',
  ],
  ['a presigned call', sts, presigned({ query: 'Action=GetCallerIdentity&Version=2011-06-15' }, { service: 'sts', at: noon }), ''],
]

describe('a change of a single character', () => {
  test.for(subjects)('of %s is refused, or changes nothing that anybody reads', async ([, target, original, text], { expect }) => {
    expect(await verify(withBody(original, text), target)).toBe('AKIDEXAMPLE')
    // A verifier that has seen the true request remembers its header and its key.
    const warm = new SignatureVerifier()
    await verify(withBody(original, text), target, warm)
    const places = placesOf(original, text)
    const mutation = fc.tuple(fc.nat(places.length - 1), fc.constantFrom(...printable), fc.boolean())
    await fc.assert(
      fc.asyncProperty(mutation, async ([index, char, isWarm]) => {
        const place = places[index]
        if (place === undefined || place.char === char) return
        const { request, body: changed } = place.put(char)
        const outcome = await verify(withBody(request, changed), target, isWarm ? warm : undefined).catch((error: unknown) => error)
        if (outcome instanceof AwsError) return
        // Without the header nobody has signed: S3 would ask what everybody may do.
        if (outcome === 'anonymous') {
          expect(request.headers.map(([name]) => name)).not.toContain('authorization')
          return
        }
        expect(outcome).toBe('AKIDEXAMPLE')
        expect(meaning(request, changed)).toEqual(meaning(original, text))
      }),
      { numRuns: 4000 },
    )
  })
})

describe('whatever arrives', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'AWS4-HMAC-SHA256',
      ' ',
      ',',
      '=',
      '/',
      ';',
      'Credential=',
      'SignedHeaders=',
      'Signature=',
      'AWS',
      ':',
      'host',
      '20261122',
      'aws4_request',
    ),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const noise = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
  const headerName = fc.constantFrom(
    'authorization',
    'x-amz-date',
    'x-amz-content-sha256',
    'host',
    'date',
    'x-amz-security-token',
    'x-amz-trailer',
    'x-amz-decoded-content-length',
  )
  const headerValue = fc.oneof(
    noise,
    fc.constantFrom('20261122T120000Z', 'UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-checksum-crc32', '5'),
  )
  const parameter = fc.tuple(
    fc.constantFrom(
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-Signature',
      'X-Amz-SignedHeaders',
      'AWSAccessKeyId',
      'Signature',
      'Expires',
      'a',
    ),
    noise,
  )
  const query = fc.oneof(
    noise,
    fc
      .array(parameter, { maxLength: 8 })
      .map((all) => all.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')),
  )

  test('nothing is thrown but errors of AWS, and nobody gets in', async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
        query,
        noise,
        fc.constantFrom(s3, ecs, sts),
        async (headers, rawQuery, path, target) => {
          const request = wireRequest({ method: 'PUT', path: `/${path}`, query: rawQuery, headers })
          const outcome = await verify(request, target).catch((error: unknown) => error)
          expect(outcome === 'anonymous' || outcome instanceof AwsError).toBe(true)
        },
      ),
      { numRuns: 5000 },
    )
  })
})

function jsonHeaders(): Record<string, string> {
  return {
    host: 'localhost:4566',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-date': '20261122T120000Z',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeClusters',
    'x-amz-meta-note': 'two  words',
  }
}

function withBody(request: WireRequest, text: string): WireRequest {
  return { ...request, body: bodyOf(text) }
}

interface Place {
  readonly char: string
  readonly put: (char: string) => { request: WireRequest; body: string }
}

/** Each character of method, path, query, header values and body. */
function placesOf(request: WireRequest, text: string): Place[] {
  const places: Place[] = []
  const add = (value: string, change: (next: string) => { request: WireRequest; body: string }) => {
    for (let at = 0; at < value.length; at++) {
      places.push({ char: value.charAt(at), put: (char) => change(value.slice(0, at) + char + value.slice(at + 1)) })
    }
  }
  add(request.method, (method) => ({ request: { ...request, method }, body: text }))
  add(request.path, (path) => ({ request: { ...request, path }, body: text }))
  add(request.query, (query) => ({ request: { ...request, query }, body: text }))
  for (const [index, [name, value]] of request.headers.entries()) {
    const put = (next: readonly [string, string]) => ({ request: { ...request, headers: request.headers.with(index, next) }, body: text })
    add(value, (next) => put([name, next]))
    add(name, (next) => put([next, value]))
  }
  add(text, (next) => ({ request, body: next }))
  return places
}

/** What a service reads of a request. */
function meaning({ method, path, query, headers }: WireRequest, text: string): unknown {
  const decode = (raw: string) => decodeURIComponent(raw.replaceAll('+', ' '))
  const parameters = query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => [decode(part.split('=', 1)[0] ?? ''), decode(part.slice((part.split('=', 1)[0] ?? '').length + 1))].join('\0'))
  const fields = headers.map(([name, value]) => `${name}\0${value.trim().replaceAll(/ +/g, ' ')}`)
  return { method, path: decodeURIComponent(path), parameters: parameters.toSorted(), fields: fields.toSorted(), text }
}

const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).concat(' ', 'é', '\r', '\0')
