/**
 * The HTTP listener: raw `node:http`, HTTP/1.1, no framework. It hands each request to `serve` as it arrived and writes the answer; it
 * knows neither protocols' contents nor services.
 *
 * Every request gets exactly one answer, also when `serve` throws. Where a request could be read in two ways, or its body was not read to
 * the end, the connection closes after the answer: nothing that follows can be taken for a request of its own.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AwsError, commonError } from '../kernel/aws-error.ts'
import { headerOf, type WireRequest, type WireResponse } from '../kernel/wire-request.ts'
import { plainProtocols, protocolOf } from '../wire/protocols.ts'
import { assertUnambiguous, type RequestBody, type Room, wireRequestOf } from './incoming.ts'
import type { Routes } from './operator-routes.ts'
import { drain, send } from './outgoing.ts'

export interface ListenOptions {
  /** Address of an interface, loopback by default. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** PEM texts; without them the listener speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly serve: (request: WireRequest) => Promise<WireResponse>
  readonly routes?: Routes
  readonly limits?: Partial<Limits>
  /** Ids of answers that `serve` had no part in. */
  readonly newRequestId?: () => string
  /** Told of what `serve` threw; the client only gets the request id. */
  readonly onFailure?: (error: unknown, requestId: string) => void
}

export interface Limits {
  /** Of the request line and all headers together. */
  readonly headerBytes: number
  readonly headerLines: number
  readonly connections: number
  /** Requests of one connection that wait for their turn; clients of AWS send one at a time. */
  readonly pipelined: number
  /** From the first byte of a request to the end of its headers. */
  readonly headersMilliseconds: number
  /** To the end of a body that is read whole; a streamed one takes as long as bytes keep coming. */
  readonly requestMilliseconds: number
  readonly keepAliveMilliseconds: number
  /** A connection on which nothing moves, in either direction. */
  readonly idleMilliseconds: number
  /** How long `close` waits for requests that are being served. */
  readonly closeMilliseconds: number
  /** Of all bodies together that came in pieces and are held in memory until their requests are answered. */
  readonly gatheredBytes: number
}

export interface Listener {
  readonly port: number
  /** For example `http://127.0.0.1:4566`. */
  readonly url: string
  /** Accepts nothing more, finishes what it has accepted, then closes. */
  close(): Promise<void>
}

export async function listen(options: ListenOptions): Promise<Listener> {
  const { host = '127.0.0.1', port, tls } = options
  const door = new Door(options)
  await new Promise<void>((resolve, reject) => {
    door.server.once('error', reject).listen({ host, port }, () => {
      door.server.off('error', reject)
      resolve()
    })
  })
  const address = door.server.address() as AddressInfo // a string only for pipes
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return { port: address.port, url: `${tls ? 'https' : 'http'}://${shownHost}:${address.port}`, close: () => door.close() }
}

/** What is going on on one connection. */
interface Connection {
  /** Requests without an answer yet. */
  waiting: number
  /** Ends when the last request so far is answered: pipelined requests are served one after the other. */
  tail: Promise<void>
  body: RequestBody | undefined
  /** Whether nothing more is served: something was refused, and what follows may be part of it. */
  isDoomed: boolean
}

class Door {
  readonly server: Server
  readonly #options: ListenOptions
  readonly #limits: Limits
  readonly #connections = new WeakMap<Duplex, Connection>()
  readonly #room: Room
  #inFlight = 0
  #isClosing = false
  #onIdle: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(options: ListenOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#room = { left: this.#limits.gatheredBytes }
    this.server = this.#createServer()
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#isClosing = true
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    if (this.#inFlight > 0) {
      const idle = new Promise<void>((resolve) => (this.#onIdle = resolve))
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#limits.closeMilliseconds)))
      await Promise.race([idle, patience])
      clearTimeout(timer)
    }
    this.server.closeAllConnections()
    await closed
  }

  #createServer(): Server {
    const limits = this.#limits
    const settings: ServerOptions = {
      insecureHTTPParser: false,
      requireHostHeader: false, // ours to require: Node answers, but goes on to the next request
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMilliseconds,
      requestTimeout: 0, // it would end the upload of a large object
      keepAliveTimeout: limits.keepAliveMilliseconds,
      connectionsCheckingInterval: Math.min(2000, limits.headersMilliseconds / 2),
    }
    const { tls } = this.#options
    const server = tls ? createTlsServer({ ...settings, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }) : createServer(settings)
    // 0: all of them. With a number Node would drop the rest silently, and with them perhaps the one that forbids something.
    server.maxHeadersCount = 0
    server.maxConnections = limits.connections
    server.timeout = limits.idleMilliseconds
    server.on('request', (message, response) => this.#accept(message, response, false))
    server.on('checkContinue', (message, response) => this.#accept(message, response, true))
    server.on('checkExpectation', (message, response) => this.#accept(message, response, false))
    server.on('clientError', (error, socket) => this.#refuse(error, socket))
    return server
  }

  /** Its turn comes when the requests before it on the same connection are answered. */
  #accept(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connectionOf(message.socket)
    if (connection.isDoomed) return
    if (connection.waiting >= this.#limits.pipelined) {
      message.socket.destroy()
      return
    }
    connection.waiting++
    this.#inFlight++
    response.once('close', () => this.#onAnswered(connection, Math.min(1, connection.waiting)))
    const act = async () => {
      if (!connection.isDoomed) await this.#answer(message, response, expectsContinue, connection).catch(() => message.socket.destroy())
    }
    connection.tail = connection.waiting === 1 ? act() : connection.tail.then(act)
  }

  async #answer(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean, connection: Connection): Promise<void> {
    let isContinued = !expectsContinue
    const onRead = (): void => {
      if (!isContinued) response.writeContinue()
      isContinued = true
    }
    const request = wireRequestOf(message, { wholeMilliseconds: this.#limits.requestMilliseconds, room: this.#room, onRead })
    connection.body = request.body
    // The parser drops bytes that come along with an upgrade; whether the rest begins a request is then anybody's guess.
    let isLast = headerOf(request, 'upgrade') !== undefined
    let answer: WireResponse
    try {
      try {
        assertUnambiguous(request, message.httpVersion, this.#limits.headerLines)
        assertExpectation(request)
      } catch (error) {
        isLast = true
        throw error
      }
      answer = await (this.#options.routes?.[request.path]?.(request) ?? this.#options.serve(request))
    } catch (error) {
      answer = this.#failure(error, request)
    } finally {
      request.body.release()
    }
    if (request.body.isExpected && !message.complete) {
      isLast ||= connection.isDoomed || !isContinued || !(await drain(message, patience))
    }
    connection.isDoomed ||= isLast
    try {
      await send(response, answer, this.#isClosing || connection.isDoomed)
    } catch (error) {
      connection.isDoomed = true
      if (response.headersSent) message.socket.destroy()
      else await send(response, this.#failure(error, request), true)
    }
  }

  #failure(error: unknown, request: WireRequest): WireResponse {
    const requestId = (this.#options.newRequestId ?? randomUUID)()
    const known = error instanceof AwsError ? error : commonError('InternalFailure', 'internal failure', { cause: error })
    if (known.fault === 'server') this.#options.onFailure?.(error, requestId)
    return plainProtocols[protocolOf(request)].writeError(known, { requestId, request })
  }

  /** What the HTTP parser could not read. Answers are in order, so those that are due go first. */
  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = this.#connectionOf(socket)
    if (connection.isDoomed) return
    connection.isDoomed = true
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
    } else if (connection.waiting > 0) {
      connection.body?.fail()
      void connection.tail.finally(() => end(socket))
    } else end(socket, rawAnswer(error.code, (this.#options.newRequestId ?? randomUUID)()))
  }

  #onAnswered(connection: Connection, count: number): void {
    connection.waiting -= count
    this.#inFlight -= count
    if (!this.#isClosing) return
    this.server.closeIdleConnections()
    if (this.#inFlight === 0) this.#onIdle?.()
  }

  #connectionOf(socket: Duplex | Socket): Connection {
    let connection = this.#connections.get(socket)
    if (connection === undefined) {
      connection = { waiting: 0, tail: Promise.resolve(), body: undefined, isDoomed: false }
      const created = connection
      // Answers that were still in line when the connection broke.
      socket.once('close', () => this.#onAnswered(created, created.waiting))
      this.#connections.set(socket, connection)
    }
    return connection
  }
}

function assertExpectation(request: WireRequest): void {
  const expect = headerOf(request, 'expect')
  if (expect === undefined || expect.toLowerCase() === '100-continue') return
  throw new AwsError('ExpectationFailed', { status: 417, fault: 'client' }, 'The only expectation is 100-continue.')
}

/** Sends the last bytes of a connection; a peer that does not close its end is not waited for. */
function end(socket: Duplex, last = ''): void {
  socket.end(last)
  setTimeout(() => socket.destroy(), 250).unref()
}

function rawAnswer(code: string | undefined, requestId: string): string {
  const reason = rawReasons[code ?? ''] ?? '400 Bad Request'
  const head = [`HTTP/1.1 ${reason}`, 'content-type: text/plain', `x-amzn-requestid: ${requestId}`, 'connection: close']
  return [...head, `content-length: ${reason.length + 1}`, '', `${reason}\n`].join('\r\n')
}

const rawReasons: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** How much of an unwanted body is read so that its sender gets to read the answer. */
const patience = { bytes: 1_048_576, milliseconds: 300 }

const defaultLimits: Limits = {
  headerBytes: 32_768,
  headerLines: 128,
  connections: 10_000,
  pipelined: 16,
  headersMilliseconds: 15_000,
  requestMilliseconds: 300_000,
  keepAliveMilliseconds: 65_000,
  idleMilliseconds: 300_000,
  closeMilliseconds: 30_000,
  gatheredBytes: 268_435_456,
}
