/** A `WireResponse` as an answer of `node:http`. */
import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
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
  if (!hasBody && isFixed) response.end()
  else if (typeof body === 'string') response.end(body)
  // As text with a character for each byte, a small body leaves in one buffer with the headers.
  else if (body instanceof Uint8Array && body.length <= smallBytes) response.end(latin1(body), 'latin1')
  else if (isFixed) response.end(body)
  else if (hasBody) await pour(body, lengthOf(headers), response)
  else {
    response.end()
    await dropped(body)
  }
}

/**
 * No faster than the connection takes it: a buffer is handed on when the one before is with the kernel. A body that is not as long as its
 * header said breaks the connection, for the rest would be read as the start of the next answer.
 */
async function pour(body: Streaming, length: number | undefined, response: ServerResponse): Promise<void> {
  let left = length ?? 0
  let onClose: (() => void) | undefined
  const closed = new Promise<never>((_resolve, reject) => {
    onClose = () => reject(new Error('the connection closed before the end of the answer'))
    response.once('close', onClose)
  })
  closed.catch(() => {})
  const write = (bytes: Uint8Array): Promise<void> => {
    left -= bytes.length
    if (length !== undefined && left < 0) return Promise.reject(wrongLength(left))
    const written = new Promise<void>((resolve, reject) => response.write(bytes, (error) => (error ? reject(error) : resolve())))
    return Promise.race([written, closed])
  }
  try {
    if ('sendTo' in body) await body.sendTo(write)
    else for await (const bytes of body) await write(bytes)
    if (length !== undefined && left !== 0) throw wrongLength(left)
  } finally {
    if (onClose) response.off('close', onClose)
  }
  response.end()
}

type Streaming = Exclude<WireResponse['body'], string | Uint8Array>

function wrongLength(left: number): Error {
  return new Error(`a body differs by ${left} bytes from its content length`)
}

/** A stream that nobody reads lets go of what it holds. */
async function dropped(body: Streaming): Promise<void> {
  await body[Symbol.asyncIterator]().return?.()
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

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

const smallBytes = 4096
const framing = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer'])
