/** The listener that tasks reach: a small HTTP server, apart from the gateway's, since its paths are not those of any AWS service. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EndpointAnswer, type EndpointRequest, plain } from './endpoint-request.ts'

export interface EndpointListener {
  readonly port: number
  close(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly answer: (request: EndpointRequest) => Promise<EndpointAnswer>
  readonly report: (message: string, error: unknown) => void
}

/** Rejects as `server.listen` does. */
export async function listenForTasks({ host, port, answer, report }: ListenOptions): Promise<EndpointListener> {
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000, requireHostHeader: false },
    (message, response) => {
      void handle(message, answer).then(
        (answered) => send(response, answered),
        (error: unknown) => {
          report('a request of a task could not be answered', error)
          send(response, plain('internal server error', 500))
        },
      )
    },
  )
  server.maxConnections = 2_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port, // a string only for pipes
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(message: IncomingMessage, answer: ListenOptions['answer']): Promise<EndpointAnswer> {
  // Node drops what a GET has of a body.
  const body = message.method === 'PUT' ? await bodyOf(message) : ''
  if (body === undefined) return plain('request entity too large', 413)
  const [path = '', query = ''] = (message.url ?? '').split(/\?(.*)/s)
  return answer({
    method: message.method ?? '',
    path,
    query,
    host: message.headers.host,
    authorization: message.headers.authorization,
    foreignHeaders: foreign.filter((name) => message.headers[name] !== undefined),
    body,
    remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  })
}

async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > LONGEST_BODY) return undefined
  }
  return text
}

function send(response: ServerResponse, { status, body, type, location }: EndpointAnswer): void {
  const length = Buffer.byteLength(body)
  const headers = { 'content-type': type, 'content-length': length, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, location === undefined ? headers : { ...headers, location }).end(body)
}

/** No client of a task sends these: they come from a browser, or from a proxy that somebody talked into asking. */
const foreign = ['origin', 'referer', 'sec-fetch-site', 'x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip']

const LONGEST_BODY = 65_536
