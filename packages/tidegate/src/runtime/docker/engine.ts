/**
 * The Docker Engine API over its socket, as much of HTTP as it takes: calls that answer JSON, and answers that are read while they come.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'

export interface DockerEngineOptions {
  /** Of the engine's socket, for example `/var/run/docker.sock`. */
  readonly socketPath: string
}

/** What the engine answered in place of a success, in its own words. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The engine could not be asked: no socket, no permission, the connection broke. */
export class EngineUnreachable extends Error {
  override readonly name = 'EngineUnreachable'
}

export interface EngineVersion {
  /** Of the API, for example `1.41`. */
  readonly api: string
  readonly engine: string
  /** In the words of Go, for example `amd64`. */
  readonly architecture: string
}

export class DockerEngine {
  readonly version: EngineVersion
  readonly #socketPath: string
  readonly #agent: Agent

  private constructor(socketPath: string, agent: Agent, version: EngineVersion) {
    this.#socketPath = socketPath
    this.#agent = agent
    this.version = version
  }

  /** Asks the engine for its version first. Rejects with `EngineUnreachable` where none answers. */
  static async connect({ socketPath }: DockerEngineOptions): Promise<DockerEngine> {
    const agent = new Agent({ keepAlive: true })
    try {
      const response = await send({ socketPath, agent, method: 'GET', path: '/version', signal: AbortSignal.timeout(PROBE_MILLISECONDS) })
      const answer = recordOf(await jsonOf(response))
      const api = commonVersion(textOf(answer['ApiVersion']), textOf(answer['MinAPIVersion']))
      const version = { api, engine: textOf(answer['Version']), architecture: textOf(answer['Arch']) }
      return new DockerEngine(socketPath, agent, version)
    } catch (error) {
      agent.destroy()
      if (error instanceof EngineUnreachable) throw error
      throw new EngineUnreachable(`what answers on \`${socketPath}\` is no Docker Engine`, { cause: error })
    }
  }

  /** @returns the parsed answer; `undefined` where there is none */
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return jsonOf(await this.#send({ method, path, body }))
  }

  /** Resolves once the engine has begun to answer. Destroying the stream ends the request. */
  stream(
    method: 'GET' | 'POST',
    path: string,
    { body, headers }: { body?: object | Uint8Array; headers?: OutgoingHttpHeaders } = {},
  ): Promise<IncomingMessage> {
    return this.#send({ method, path, body, headers })
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(asked: {
    method: string
    path: string
    body?: object | Uint8Array | undefined
    headers?: OutgoingHttpHeaders | undefined
  }): Promise<IncomingMessage> {
    return send({ ...asked, path: `/v${this.version.api}${asked.path}`, socketPath: this.#socketPath, agent: this.#agent })
  }
}

/** A path with its query, encoded; `undefined` is left out, objects are written as JSON. */
export function enginePath(path: string, query: Readonly<Record<string, string | number | boolean | object | undefined>> = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value))}`],
  )
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

interface Asked {
  readonly socketPath: string
  readonly agent: Agent
  readonly method: string
  readonly path: string
  readonly body?: object | Uint8Array | undefined
  readonly headers?: OutgoingHttpHeaders | undefined
  readonly signal?: AbortSignal
}

async function send({ socketPath, agent, method, path, body, headers, signal }: Asked): Promise<IncomingMessage> {
  const bytes = body === undefined ? undefined : body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const type = body instanceof Uint8Array ? 'application/x-tar' : 'application/json'
    const length = bytes === undefined ? {} : { 'content-type': type, 'content-length': bytes.length }
    const outgoing = request({
      socketPath,
      agent,
      method,
      path,
      headers: { host: 'docker', ...length, ...headers },
      ...(signal && { signal }),
    })
    outgoing.once('response', resolve)
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      reject(new EngineUnreachable(unreachable(socketPath, error.code), { cause: error })),
    )
    outgoing.end(bytes)
  })
  const status = response.statusCode ?? 0
  // 304: it is in the state that was asked for already.
  if (status < 400) return response
  const text = await wholeText(response)
  throw new EngineError(status, messageIn(text) ?? `the engine answered ${status}`)
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  const text = await wholeText(response)
  return text.trim() === '' || response.statusCode === 204 || response.statusCode === 304 ? undefined : (JSON.parse(text) as unknown)
}

async function wholeText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function messageIn(text: string): string | undefined {
  try {
    return textOf(recordOf(JSON.parse(text))['message']) || undefined
  } catch {
    return undefined
  }
}

function unreachable(socketPath: string, code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return `no Docker Engine listens on \`${socketPath}\``
  if (code === 'EACCES') return `this user may not use the Docker Engine on \`${socketPath}\`: its group is usually \`docker\``
  return `the Docker Engine on \`${socketPath}\` does not answer (${code ?? 'unknown'})`
}

/** The version that this client is written for, or the nearest that the engine speaks. */
function commonVersion(newest: string, oldest: string): string {
  if (newest !== '' && compare(newest, WRITTEN_FOR) < 0) return newest
  return oldest !== '' && compare(oldest, WRITTEN_FOR) > 0 ? oldest : WRITTEN_FOR
}

function compare(a: string, b: string): number {
  const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [a.split('.').map(Number), b.split('.').map(Number)]
  return aMajor - bMajor || aMinor - bMinor
}

const WRITTEN_FOR = '1.41'
const PROBE_MILLISECONDS = 3_000
