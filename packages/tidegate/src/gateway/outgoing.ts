/** A `WireResponse` as an answer of `node:http`. */
import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { WireResponse } from '../kernel/wire-request.ts'

/** Resolves when everything is handed to the connection; a stream that breaks breaks the connection with it. */
export async function send(response: ServerResponse, { status, headers, body }: WireResponse, isLast: boolean): Promise<void> {
  const isHead = response.req.method === 'HEAD'
  const isFixed = typeof body === 'string' || body instanceof Uint8Array
  const hasBody = !isHead && status !== 204 && status !== 304
  const flat: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    // How the body is framed is decided here alone, except for the length that only the service knows.
    if (framing.has(lower) || (lower === 'content-length' && isFixed && hasBody)) continue
    flat.push(name, value)
  }
  if (isFixed && hasBody) flat.push('content-length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.length))
  if (isLast) flat.push('connection', 'close')
  response.writeHead(status, flat)
  if (isFixed) response.end(hasBody ? body : undefined)
  else if (hasBody) await pipeline(Readable.from(exactly(lengthOf(headers), body)), response)
  else response.end()
}

/** Breaks where a stream is not as long as its header said: the rest would be read as the start of the next answer. */
async function* exactly(length: number | undefined, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = length ?? 0
  for await (const chunk of body) {
    left -= chunk.length
    if (length !== undefined && left < 0) break
    yield chunk
  }
  if (length !== undefined && left !== 0) throw new Error(`a body differs by ${left} bytes from its content length`)
}

function lengthOf(headers: WireResponse['headers']): number | undefined {
  const [, text] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-length') ?? []
  return text === undefined ? undefined : Number(text)
}

/**
 * Reads and drops what is left of a body, up to a bound: a client that is still writing when the connection closes may lose the answer.
 * Resolves to whether the body came to its end.
 */
export function drain(
  message: IncomingMessage,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
): Promise<boolean> {
  if (message.complete && message.readableEnded) return Promise.resolve(true)
  return new Promise((resolve) => {
    let left = bytes
    const done = () => {
      clearTimeout(timer)
      message.off('data', onData).off('end', done).off('close', done).off('error', done)
      message.pause()
      resolve(message.complete)
    }
    const onData = (chunk: Uint8Array) => {
      left -= chunk.length
      if (left < 0) done()
    }
    const timer = setTimeout(done, milliseconds)
    message.on('data', onData).on('end', done).on('close', done).on('error', done)
    message.resume()
  })
}

const framing = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer'])
