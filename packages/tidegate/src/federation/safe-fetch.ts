/**
 * Fetching what a stranger's URL names. Whoever may register an identity provider chooses that URL, and must not reach through us what
 * only we can reach: so only https, only public addresses, no redirects, and little of it for a short time.
 *
 * INVARIANT: the address that was judged is the address that is connected to: the socket resolves through the same function that judges.
 */
import { lookup as lookUpSystem } from 'node:dns'
import { request as requestHttp } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { isLoopbackAddress, isPrivateAddress, isPublicAddress } from './ip-address.ts'

export interface SafeFetchOptions {
  /** Takes http and https on the loopback interface too: for tests and for an issuer on the same machine. */
  readonly allowLoopback?: boolean
  /** Hosts, in lower case, whose addresses may be private: an identity provider of one's own network. */
  readonly privateHosts?: readonly string[]
  readonly maxBytes?: number
  readonly timeoutMs?: number
  readonly headers?: Readonly<Record<string, string>>
  /** How names become addresses; the system's resolver where absent. */
  readonly lookup?: Lookup
}

export type Lookup = typeof lookUpSystem

/** Why nothing was fetched. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  /** Whether it may work another time; false for what is refused or wrong. */
  readonly isTransient: boolean

  constructor(message: string, { isTransient = false, cause }: { readonly isTransient?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.isTransient = isTransient
  }
}

/**
 * The JSON text at a URL. Rejects with `FetchError`.
 * @param form posted to it, where there is one
 */
export async function fetchJson(text: string, options: SafeFetchOptions = {}, form?: URLSearchParams): Promise<string> {
  const url = acceptUrl(text, options)
  const { timeoutMs = 5000, maxBytes = 262_144 } = options
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await open(url, { signal, lookup: judgedLookup(url.hostname, options) }, options.headers, form?.toString())
    try {
      assertJson(response)
      return await read(response, maxBytes)
    } finally {
      response.destroy()
    }
  } catch (error) {
    if (error instanceof FetchError) throw error
    throw new FetchError(signal.aborted ? `no answer within ${timeoutMs} ms` : 'the connection failed', { isTransient: true, cause: error })
  }
}

/** Throws `FetchError` for a URL that is refused as it stands. Names are judged when they are resolved. */
export function acceptUrl(text: string, { allowLoopback = false, ...options }: SafeFetchOptions = {}): URL {
  const url = URL.parse(text)
  if (url === null) throw new FetchError('not a URL')
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) throw new FetchError('only https is fetched')
  // `URL` turns 2130706433, 0x7f.1 and ①27.0.0.1 into 127.0.0.1: what is spelled otherwise than it is understood is refused. So is user information.
  if (!isCanonical(text, url)) throw new FetchError('the host is not spelled canonically')
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw new FetchError('user information and fragments are not fetched')
  const host = bareHost(url.hostname)
  const isLoopback = host === 'localhost' || isLoopbackAddress(host)
  if (url.protocol === 'http:' && !isLoopback) throw new FetchError('only https is fetched, but for the loopback interface')
  if (isIP(host) !== 0) assertAllowed(host, host, { allowLoopback, ...options })
  return url
}

function isCanonical(text: string, { protocol, host }: URL): boolean {
  const start = `${protocol}//${host}`
  return text.toLowerCase().startsWith(start) && /^(?::443|:80)?(?:[/?#]|$)/.test(text.slice(start.length))
}

function assertAllowed(host: string, address: string, { allowLoopback = false, privateHosts = [] }: SafeFetchOptions): void {
  if (isPublicAddress(address)) return
  if (allowLoopback && isLoopbackAddress(address)) return
  if (privateHosts.includes(host) && isPrivateAddress(address)) return
  throw new FetchError(`\`${host}\` is not a public server`)
}

/** All addresses of a name must be allowed: a name that is public and private at once is an attempt. */
function judgedLookup(host: string, options: SafeFetchOptions): LookupFunction {
  const { lookup = lookUpSystem } = options
  return (name, { family = 0, hints = 0, all = false }, callback) => {
    lookup(name, { family, hints, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const [first] = addresses
      try {
        if (first === undefined) throw new FetchError(`\`${host}\` has no address`)
        for (const { address } of addresses) assertAllowed(host, address, options)
      } catch (refusal) {
        return callback(refusal as Error, '', 0)
      }
      if (all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** One connection for one request: nothing is kept that a later request could be sent over unjudged. */
function open(
  url: URL,
  { signal, lookup }: { readonly signal: AbortSignal; readonly lookup: LookupFunction },
  own: SafeFetchOptions['headers'],
  form: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'tidegate',
      ...own,
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) }),
    }
    const method = form === undefined ? 'GET' : 'POST'
    const options: RequestOptions = { method, headers, agent: false, signal, lookup, maxHeaderSize: 16_384 }
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    send(url, options).on('response', resolve).on('error', reject).end(form)
  })
}

function assertJson({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode !== 200) throw new FetchError(`the answer is ${statusCode}`, { isTransient: statusCode >= 500 || statusCode === 429 })
  if (!/^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i.test(headers['content-type'] ?? '')) throw new FetchError('the answer is not JSON')
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new FetchError('the answer is compressed')
}

async function read(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new FetchError(`the answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
