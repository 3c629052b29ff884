/** Signers of others as clients of our verifier: what they sign, as they send it, is accepted. */
import { spawnSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, test } from 'vitest'
import type { WireRequest } from '../src/kernel/wire-request.ts'
import type { Target } from '../src/wire/sigv4/authentication.ts'
import { parsePostForm, verifyPostForm } from '../src/wire/sigv4/post-form.ts'
import { SigningKeys } from '../src/wire/sigv4/signing-keys.ts'
import { SignatureVerifier } from '../src/wire/sigv4/verifier.ts'
import { requirement } from './support/require.ts'
import { bodyOf, exampleKey, wireRequest } from './support/signer.ts'

const jsonServices = ['ecs', 'secretsmanager', 'cloudtrail', 'kms', 'ecr', 'logs']

function targetOf(service: string): Target {
  const dialect = service === 's3' ? 's3' : jsonServices.includes(service) ? 'json' : 'query'
  return { service, dialect, allowsSigV2: service === 's3' }
}

async function accepts(request: WireRequest, service: string): Promise<string> {
  const now = Date.now()
  const target = targetOf(service)
  const verifier = new SignatureVerifier()
  const authentication = verifier.parse(request, target, now)
  if (authentication.kind === 'none') return 'not signed'
  const { facts } = await verifier.verify(request, authentication, target, exampleKey, { now, bodyLimit: 100_000 })
  return (await facts.body.bytes(100_000)) instanceof Uint8Array ? facts.accessKeyId : 'no body'
}

interface ClientRequest {
  readonly name: string
  readonly service: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: readonly (readonly [string, string])[]
  /** Base64. */
  readonly body: string
}

interface ClientForm {
  readonly name: string
  readonly service: 'post'
  readonly fields: Readonly<Record<string, string>>
}

const python = spawnSync('python3', [new URL('support/botocore-requests.py', import.meta.url).pathname], {
  encoding: 'utf8',
  timeout: 60_000,
})
const botocore = requirement('botocore', () => python.status === 0 || `python3 does not run botocore: ${lastLine(python.stderr)}`)

function lastLine(text: string | null): string {
  return (text ?? '').trim().split('\n').at(-1) ?? ''
}

const lines = python.stdout
  .split('\n')
  .filter((line) => line !== '')
  .map((line): ClientRequest | ClientForm => JSON.parse(line))
const requests = lines.filter((line): line is ClientRequest => !('fields' in line))
const forms = lines.filter((line): line is ClientForm => 'fields' in line)

describe('botocore', () => {
  test('has signed many requests', (context) => {
    botocore(context)
    const { expect } = context
    expect(requests.length).toBeGreaterThan(60)
  })

  test.for(requests)('$name', async (request, { expect }) => {
    expect(await accepts(wireRequest({ ...request, body: Buffer.from(request.body, 'base64') }), request.service)).toBe('AKIDEXAMPLE')
  })
})

describe('forms of botocore', () => {
  test.for(forms)('$name', async ({ fields }, { expect }) => {
    const lower = Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value.replace('${filename}', 'me.png')] as const)
    const form = { fields: new Map(lower), bucket: 'bucket', file: bodyOf('image') }
    const authentication = parsePostForm(form, true)
    if (authentication.kind === 'none') throw new Error('not signed')
    const { facts } = verifyPostForm(form, authentication, new SigningKeys(10), exampleKey, Date.now())
    expect(Buffer.from(await facts.body.bytes(10)).toString()).toBe('image')
    const outside = { ...form, bucket: 'other' }
    expect(() => verifyPostForm(outside, authentication, new SigningKeys(10), exampleKey, Date.now())).toThrow(
      'Invalid according to Policy',
    )
  })
})

/** What we use of `@smithy/signature-v4`, which comes with the SDK. */
interface SmithyRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly path: string
  readonly query?: Record<string, string | string[]>
  readonly headers: Record<string, string>
  readonly body?: string
}
interface SmithySigner {
  sign(request: SmithyRequest): Promise<SmithyRequest>
  presign(request: SmithyRequest, options: { expiresIn: number; unsignableHeaders?: Set<string> }): Promise<SmithyRequest>
}
type SmithyModule = { readonly SignatureV4: new (options: Record<string, unknown>) => SmithySigner }

class Sha256 {
  readonly #hash
  constructor(secret?: Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }
  update(bytes: Uint8Array | string): void {
    this.#hash.update(bytes)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
}

describe('the SDK for JavaScript', () => {
  const loaded = load()
  const smithy = requirement('smithy', () => loaded !== undefined || '@smithy/signature-v4 is not installed')

  function signer(service: string, sessionToken?: string): SmithySigner {
    if (loaded === undefined) throw new Error('not installed')
    const credentials = { ...exampleKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
    return new loaded.SignatureV4({ service, region: 'eu-west-1', credentials, sha256: Sha256, uriEscapePath: service !== 's3' })
  }

  function arrived({ method, path, query = {}, headers, body = '' }: SmithyRequest): WireRequest {
    const encode = (text: string) =>
      encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => `${encode(name)}=${encode(each)}`))
    const lines = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
    return { ...wireRequest({ method, path, query: pairs.join('&'), headers: lines }), body: bodyOf(body) }
  }

  const base = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', headers: { host: '127.0.0.1:4566' } }
  const json = {
    ...base,
    headers: {
      ...base.headers,
      'content-type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'A.B',
      'amz-sdk-request': 'attempt=1; max=3',
    },
  }

  test.for<[string, string, SmithyRequest]>([
    ['a call', 'ecs', { ...json, body: '{"a":"ü"}' }],
    ['a form', 'sts', { ...base, body: 'Action=GetCallerIdentity&Version=2011-06-15' }],
    ['dots in a path', 'ecs', { ...json, path: '/a/./b/../c//d/' }],
    ['an encoded path', 'ecs', { ...json, path: '/a%20b/%C3%BC' }],
    ['an object', 's3', { ...base, method: 'PUT', path: '/b/a%20b/%C3%BC%21', query: { 'x-id': 'PutObject' }, body: 'x' }],
    ['a list', 's3', { ...base, method: 'GET', path: '/b/', query: { 'list-type': '2', prefix: "a b+ü!'()*", tagging: '' } }],
    ['a parameter with several values', 's3', { ...base, method: 'GET', path: '/b', query: { a: ['2', '10', ''], 'a-b': '1' } }],
  ])('%s', async ([, service, request], context) => {
    smithy(context)
    const { expect } = context
    for (const token of [undefined, 'sealed']) {
      expect(await accepts(arrived(await signer(service, token).sign(request)), service)).toBe('AKIDEXAMPLE')
    }
  })

  test('a presigned URL, also with a session', async (context) => {
    smithy(context)
    const { expect } = context
    const request = { ...base, method: 'GET', path: '/b/k', headers: { ...base.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }
    for (const token of [undefined, 'sealed/+=']) {
      const url = await signer('s3', token).presign(request, { expiresIn: 60, unsignableHeaders: new Set(['content-type']) })
      expect(await accepts(arrived(url), 's3')).toBe('AKIDEXAMPLE')
      expect(await accepts(arrived(await signer('sts', token).presign(base, { expiresIn: 60 })), 'sts')).toBe('AKIDEXAMPLE')
    }
  })
})

function load(): SmithyModule | undefined {
  try {
    return createRequire(import.meta.resolve('@aws-sdk/core/package.json'))('@smithy/signature-v4') as SmithyModule
  } catch {
    return undefined
  }
}
