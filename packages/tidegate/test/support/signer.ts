/** A slow and obvious signer of SigV4, written from the documentation and sharing no code with the verifier that it tests. */
import { createHash, createHmac } from 'node:crypto'
import type { WireBody, WireRequest } from '../../src/kernel/wire-request.ts'

export interface SignerOptions {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly service: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface Draft {
  readonly method?: string
  /** As it goes over the wire. */
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** In place of the hash of the body. */
  readonly payloadHash?: string
}

export const exampleKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

/** Signs in the `Authorization` header. */
export function signed(draft: Draft, options: SignerOptions): WireRequest {
  const { method = 'POST', path = '/', query = '', body = '' } = draft
  const hash = draft.payloadHash ?? sha256(body)
  const headers: Record<string, string> = {
    host: 'localhost:4566',
    'x-amz-date': stamp(options.at),
    ...(options.service === 's3' ? { 'x-amz-content-sha256': hash } : {}),
    ...(options.sessionToken === undefined ? {} : { 'x-amz-security-token': options.sessionToken }),
    ...draft.headers,
  }
  const names = Object.keys(headers).toSorted()
  const signature = signatureOf(canonical(method, path, query, headers, names, hash, options.service), options)
  const { accessKeyId = exampleKey.accessKeyId } = options
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeOf(options)}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return wireRequest({ method, path, query, headers: Object.entries(headers), body })
}

/** Signs in the query. */
export function presigned(draft: Draft, options: SignerOptions & { readonly expires?: number | string }): WireRequest {
  const { method = 'GET', path = '/', query = '', body = '' } = draft
  const headers: Record<string, string> = { host: 'localhost:4566', ...draft.headers }
  const names = Object.keys(headers).toSorted()
  const { accessKeyId = exampleKey.accessKeyId, sessionToken, expires = 300 } = options
  const parameters = [
    ...(query === '' ? [] : query.split('&')),
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scopeOf(options)}`)}`,
    `X-Amz-Date=${stamp(options.at)}`,
    `X-Amz-Expires=${expires}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(names.join(';'))}`,
    ...(sessionToken === undefined ? [] : [`X-Amz-Security-Token=${encodeURIComponent(sessionToken)}`]),
  ].join('&')
  const hash = draft.payloadHash ?? (options.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(body))
  const signature = signatureOf(canonical(method, path, parameters, headers, names, hash, options.service), options)
  return wireRequest({ method, path, query: `${parameters}&X-Amz-Signature=${signature}`, headers: Object.entries(headers), body })
}

export function wireRequest(request: {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
}): WireRequest {
  const { method = 'POST', path = '/', query = '', headers, body = '' } = request
  return { method, path, query, headers, body: bodyOf(body), remoteAddress: '192.0.2.1', isTls: false }
}

export function bodyOf(body: string | Uint8Array, pieces = 1): WireBody {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  return {
    bytes: async (limit) => {
      if (bytes.length > limit) throw new Error('too large')
      return bytes
    },
    async *stream() {
      const size = Math.max(1, Math.ceil(bytes.length / pieces))
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    },
  }
}

/** All parts of a stream. */
export async function drained(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(Buffer.from(part))
  return parts
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `20150830T123600Z`. */
export function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

export function scopeOf({ at, region = 'us-east-1', service }: SignerOptions): string {
  return `${stamp(at).slice(0, 8)}/${region}/${service}/aws4_request`
}

export function signingKey(options: SignerOptions): Buffer {
  const { secretAccessKey = exampleKey.secretAccessKey } = options
  return scopeOf(options)
    .split('/')
    .reduce<Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secretAccessKey}`))
}

function signatureOf(canonicalRequest: string, options: SignerOptions): string {
  const toSign = ['AWS4-HMAC-SHA256', stamp(options.at), scopeOf(options), sha256(canonicalRequest)].join('\n')
  return createHmac('sha256', signingKey(options)).update(toSign).digest('hex')
}

function canonical(
  method: string,
  path: string,
  query: string,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
  hash: string,
  service: string,
): string {
  const encodedPath = service === 's3' ? path : path.split('/').map(encode).join('/')
  const pairs = query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => part.split('='))
    .map(([name = '', value = '']) => [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
  return [
    method,
    encodedPath,
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    hash,
  ].join('\n')
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
