/**
 * The `aws-chunked` encoding: a body in chunks inside of the body, each signed on top of the signature before it, or unsigned with a
 * checksum behind them.
 *
 * Bytes leave as they come, so memory stays constant however long a chunk is.
 * INVARIANT: what has left counts only when the end was reached without an error; a consumer publishes nothing before that.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { Buffer } from 'node:buffer'
import { type Checksum, createChecksum, type TrailerChecksum } from './checksum.ts'
import type { ChunkSignatures } from './chunk-signatures.ts'
import { signatureError } from './errors.ts'
import { malformedTrailer } from './payload.ts'

export interface ChunkedForm {
  readonly decodedLength: number
  readonly trailer: TrailerChecksum | undefined
  /** Undefined for unsigned chunks. */
  readonly signatures: ChunkSignatures | undefined
}

/** Decodes one body; `end` has to be called when no more bytes come. */
export class ChunkedDecoder {
  readonly #form: ChunkedForm
  readonly #checksum: Checksum | undefined
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'trailer-signature' | 'last-line' | 'done' = 'size'
  readonly #line = Buffer.alloc(maxLineBytes)
  #lineLength = 0
  /** Bytes of the current chunk that are still to come. */
  #chunkLeft = 0
  #chunkSignature = ''
  #chunks = 0
  #smallChunk: number | undefined
  #decoded = 0
  #checksumValue: string | undefined

  constructor(form: ChunkedForm) {
    this.#form = form
    this.#checksum = form.trailer === undefined ? undefined : createChecksum(form.trailer)
  }

  /** Base64, as it came behind the body; undefined before the end and without a trailer. */
  get checksumValue(): string | undefined {
    return this.#state === 'done' ? this.#checksumValue : undefined
  }

  /** The decoded parts of the next bytes, as views of these. */
  push(bytes: Uint8Array): Uint8Array[] {
    const decoded: Uint8Array[] = []
    let index = 0
    while (index < bytes.length) {
      if (this.#state === 'data') {
        const part = bytes.subarray(index, index + this.#chunkLeft)
        this.#takeData(part)
        decoded.push(part)
        index += part.length
      } else {
        index = this.#takeLine(bytes, index)
      }
    }
    return decoded
  }

  end(): void {
    if (this.#state !== 'done') throw incompleteBody()
  }

  #takeData(part: Uint8Array): void {
    this.#form.signatures?.update(part)
    this.#checksum?.update(part)
    this.#chunkLeft -= part.length
    if (this.#chunkLeft === 0) this.#state = 'data-end'
  }

  /** Collects a line up to CR LF and reads it; answers the index behind what was taken. */
  #takeLine(bytes: Uint8Array, start: number): number {
    if (this.#state === 'done') throw incompleteBody()
    const lineFeed = this.#endOfLine(bytes, start)
    const end = lineFeed === -1 ? bytes.length : lineFeed + 1
    if (this.#lineLength + (end - start) > maxLineBytes) throw incompleteBody()
    this.#line.set(bytes.subarray(start, end), this.#lineLength)
    this.#lineLength += end - start
    if (lineFeed === -1) return end
    const line = this.#line.toString('latin1', 0, this.#lineLength - 2)
    this.#lineLength = 0
    this.#readLine(line)
    return end
  }

  /** Index of the next LF behind a CR. */
  #endOfLine(bytes: Uint8Array, start: number): number {
    for (let at = bytes.indexOf(lf, start); at !== -1; at = bytes.indexOf(lf, at + 1)) {
      const before = at > start ? bytes[at - 1] : this.#line[this.#lineLength - 1]
      if (before === cr && (at > start || this.#lineLength > 0)) return at
    }
    return -1
  }

  #readLine(line: string): void {
    switch (this.#state) {
      case 'size':
        return this.#startChunk(line)
      case 'data-end':
        if (line !== '') throw incompleteBody()
        this.#finishChunk()
        this.#state = 'size'
        return
      case 'trailer':
        return this.#readTrailer(line)
      case 'trailer-signature':
        this.#readTrailerSignature(line)
        this.#state = 'last-line'
        return
      case 'last-line':
        if (line !== '') throw malformedTrailer()
        this.#state = 'done'
        return
      case 'data':
      case 'done':
        throw incompleteBody()
    }
  }

  #startChunk(line: string): void {
    const [, digits = '', signature = ''] = (this.#form.signatures === undefined ? unsignedSize : signedSize).exec(line) ?? []
    if (digits === '') throw incompleteBody()
    const size = Number.parseInt(digits, 16)
    this.#chunkSignature = signature
    if (size === 0) return this.#finishData()
    this.#chunks++
    if (this.#smallChunk !== undefined) throw tooSmallChunk(this.#chunks - 1, this.#smallChunk)
    if (size < minChunkBytes) this.#smallChunk = size
    if (size > this.#form.decodedLength - this.#decoded) throw wrongLength()
    this.#decoded += size
    this.#chunkLeft = size
    this.#state = 'data'
  }

  #finishChunk(): void {
    this.#form.signatures?.requireChunk(this.#chunkSignature)
  }

  /** The empty chunk that ends the data is signed like the others. */
  #finishData(): void {
    if (this.#decoded !== this.#form.decodedLength) throw wrongLength()
    this.#finishChunk()
    this.#state = this.#form.trailer === undefined ? 'last-line' : 'trailer'
  }

  #readTrailer(line: string): void {
    const name = `x-amz-checksum-${this.#form.trailer ?? ''}`
    // AWS's own example ends this line with LF CR LF.
    const text = line.endsWith('\n') ? line.slice(0, -1) : line
    const colon = text.indexOf(':')
    if (text.slice(0, Math.max(0, colon)).toLowerCase() !== name) throw malformedTrailer()
    const value = text.slice(colon + 1).trim()
    const expected = this.#checksum?.digest().toString('base64')
    if (!base64.test(value) || value.length !== expected?.length) {
      throw signatureError('InvalidRequest', `Value for ${name} trailing header is invalid.`)
    }
    if (value !== expected) {
      const algorithm = (this.#form.trailer ?? '').toUpperCase()
      throw signatureError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
    }
    this.#checksumValue = value
    this.#form.signatures?.setTrailer(`${name}:${value}\n`)
    this.#state = this.#form.signatures === undefined ? 'last-line' : 'trailer-signature'
  }

  #readTrailerSignature(line: string): void {
    const [, signature] = trailerSignature.exec(line) ?? []
    if (signature === undefined) throw malformedTrailer()
    this.#form.signatures?.requireTrailer(signature)
  }
}

function incompleteBody(): Error {
  return signatureError('IncompleteBody', 'The request body terminated unexpectedly')
}

function wrongLength(): Error {
  return signatureError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header')
}

function tooSmallChunk(chunk: number, size: number): Error {
  return signatureError('InvalidChunkSizeError', 'Only the last chunk is allowed to have a size less than 8192 bytes', {
    members: { Chunk: String(chunk), BadChunkSize: String(size) },
  })
}

const cr = 0x0d
const lf = 0x0a
const maxLineBytes = 512
const minChunkBytes = 8192
const unsignedSize = /^([0-9a-fA-F]{1,13})$/
const signedSize = /^([0-9a-fA-F]{1,13});chunk-signature=([0-9a-f]{64})$/
const trailerSignature = /^x-amz-trailer-signature:([0-9a-f]{64})$/i
const base64 = /^[A-Za-z0-9+/]+={0,2}$/
