/** A request of `node:http` as a `WireRequest`: as it arrived, nothing joined, decoded or normalised. */
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { AwsError, commonError } from '../kernel/aws-error.ts'
import type { WireBody, WireRequest } from '../kernel/wire-request.ts'
import { wireError } from '../wire/wire-error.ts'

export function wireRequestOf(message: IncomingMessage, reading: Reading): WireRequest & { readonly body: RequestBody } {
  const target = message.url ?? ''
  const mark = target.indexOf('?')
  const headers = headersOf(message.rawHeaders)
  return {
    method: message.method ?? '',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body: new RequestBody(message, headers, reading),
    remoteAddress: plainAddress(message.socket.remoteAddress ?? ''),
    isTls: isTls(message.socket),
  }
}

function headersOf(raw: readonly string[]): WireRequest['headers'] {
  const headers: (readonly [string, string])[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) headers.push([(raw[i] ?? '').toLowerCase(), raw[i + 1] ?? ''])
  return headers
}

/**
 * Throws where two readers could see two different requests in the same bytes. The HTTP parser has refused most of them; this is for what
 * is well-formed by the letter, but read in more than one way behind or before us.
 */
export function assertUnambiguous({ method, path, query, headers }: WireRequest, httpVersion: string, maxHeaderLines: number): void {
  if (!methods.has(method)) throw new AwsError('MethodNotAllowed', { status: 405, fault: 'client' }, 'The method is not allowed.')
  // Absolute targets (`GET http://other/`) would name a second host.
  if (!path.startsWith('/') || !/^[!-~]*$/.test(path) || !/^[!-~]*$/.test(query) || path.includes('#') || query.includes('#')) {
    throw wireError('InvalidRequest', 'The request target must be a path in printable ASCII.')
  }
  if (headers.length > maxHeaderLines) {
    throw new AwsError('RequestHeaderSectionTooLarge', { status: 431, fault: 'client' }, `There are more than ${maxHeaderLines} headers.`)
  }
  let seen = 0
  for (const [name, value] of headers) {
    const bit = single.get(name)
    if (bit === undefined) continue
    if ((seen & bit) !== 0) throw wireError('InvalidRequest', `The header ${name} is given more than once.`)
    seen |= bit
    if (name === 'transfer-encoding' && (value.toLowerCase() !== 'chunked' || httpVersion !== '1.1')) {
      throw wireError('InvalidRequest', 'The only transfer encoding is chunked.')
    }
    if (name === 'content-length' && !/^\d{1,15}$/.test(value)) throw wireError('InvalidRequest', 'The content length is not a number.')
  }
  const has = (name: string): boolean => (seen & (single.get(name) ?? 0)) !== 0
  if (!has('host') && httpVersion !== '1.0') throw wireError('InvalidRequest', 'The header host is missing.')
  if (has('transfer-encoding') && has('content-length')) {
    throw wireError('InvalidRequest', 'A request has a content length or a transfer encoding, not both.')
  }
}

/** Bytes that are left for bodies that are gathered, of all connections together: anybody may send them. */
export interface Room {
  left: number
}

interface Reading {
  /** How long a body may take that is read whole; one that is streamed may take as long as something moves. */
  readonly wholeMilliseconds: number
  readonly room: Room
  /** Called when somebody wants the body: the moment for `100 Continue`. */
  readonly onRead: () => void
}

export class RequestBody implements WireBody {
  readonly #message: IncomingMessage
  readonly #reading: Reading
  /** As announced; NaN where the body comes in chunks. */
  readonly #length: number
  #isTaken = false
  #isBroken = false
  /** Bytes of the room that it takes. */
  #held = 0
  #fail: (() => void) | undefined

  constructor(message: IncomingMessage, headers: WireRequest['headers'], reading: Reading) {
    this.#message = message
    this.#reading = reading
    this.#length = 0
    for (const [name, value] of headers) {
      if (name === 'transfer-encoding') this.#length = Number.NaN
      else if (name === 'content-length') this.#length = Number(value)
    }
  }

  /** Whether the request announces a body. */
  get isExpected(): boolean {
    return this.#length !== 0
  }

  async bytes(limit: number): Promise<Uint8Array> {
    this.#take()
    if (this.#length === 0) return new Uint8Array()
    if (this.#length > limit) throw tooLarge(limit)
    this.#reading.onRead()
    // A body that came along with its headers is there when the parser is done with them: nothing is to be waited for.
    await Promise.resolve()
    if (!this.#message.complete) return this.#gathered(limit)
    const bytes = this.#message.read() as Uint8Array | null // no encoding is set, and it is no stream of objects
    if (bytes !== null && bytes.length > limit) throw tooLarge(limit)
    return bytes ?? new Uint8Array()
  }

  stream(): AsyncIterable<Uint8Array> {
    this.#take()
    if (this.#length === 0) return nothing()
    this.#reading.onRead()
    this.#fail = () => void this.#message.destroy()
    return this.#message.iterator({ destroyOnReturn: false })
  }

  /** Ends a read whose last bytes will not come. */
  fail(): void {
    if (this.#message.complete) return
    this.#isBroken = true
    this.#fail?.()
  }

  /** Gives the room of what was gathered back: nobody has the bytes any more. */
  release(): void {
    this.#reading.room.left += this.#held
    this.#held = 0
  }

  #hold(length: number): boolean {
    const { room } = this.#reading
    room.left -= length
    this.#held += length
    return room.left >= 0
  }

  #gathered(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const message = this.#message
      if (this.#isBroken || message.destroyed) return reject(broken())
      const chunks: Uint8Array[] = []
      let size = 0
      let isSettled = false
      const settle = (end: () => void) => {
        if (isSettled) return
        isSettled = true
        clearTimeout(timer)
        end()
      }
      this.#fail = () => settle(() => reject(broken()))
      const timer = setTimeout(this.#fail, this.#reading.wholeMilliseconds).unref()
      message.on('error', this.#fail).on('close', this.#fail)
      message.on('end', () => settle(() => resolve(joined(chunks, size))))
      message.on('data', (chunk: Uint8Array) => {
        if (isSettled) return
        size += chunk.length
        const hasRoom = this.#hold(chunk.length)
        if (size <= limit && hasRoom) {
          chunks.push(chunk)
          return
        }
        message.pause()
        settle(() => reject(hasRoom ? tooLarge(limit) : noRoom()))
      })
    })
  }

  #take(): void {
    if (this.#isTaken) throw new Error('a body is read once')
    this.#isTaken = true
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first = new Uint8Array()] = chunks
  if (chunks.length <= 1) return first
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function tooLarge(limit: number): AwsError {
  return commonError('RequestEntityTooLarge', `The body of the request is larger than ${limit} bytes.`)
}

function noRoom(): AwsError {
  return commonError('Throttling', 'Rate exceeded')
}

function broken(): AwsError {
  return wireError('IncompleteBody', 'The request body terminated unexpectedly.')
}

/** IPv4 peers of an IPv6 socket appear as `::ffff:192.0.2.1`; policies name them as `192.0.2.1`. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

function isTls(socket: IncomingMessage['socket'] | TLSSocket): boolean {
  return 'encrypted' in socket && socket.encrypted
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])

/** Headers that say who calls, what is asked for or where the body ends: twice is never once. Each has a bit. */
const single = new Map(
  [
    'authorization',
    'content-encoding',
    'content-length',
    'content-type',
    'expect',
    'host',
    'transfer-encoding',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-decoded-content-length',
    'x-amz-security-token',
    'x-amz-target',
  ].map((name, i) => [name, 1 << i]),
)
