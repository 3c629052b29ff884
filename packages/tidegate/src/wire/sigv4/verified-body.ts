/** Bodies that check themselves while they are read. */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { commonError } from '../../kernel/aws-error.ts'
import type { WireBody } from '../../kernel/wire-request.ts'
import { ChunkedDecoder, type ChunkedForm } from './aws-chunked.ts'
import type { TrailerChecksum } from './checksum.ts'
import { signatureError } from './errors.ts'
import { sha256Of } from './hmac-key.ts'

/**
 * INVARIANT: what is read counts only once `bytes` has resolved or `stream` has ended without an error: that is when length,
 * signatures and checksums were checked.
 */
export interface VerifiedBody extends WireBody {
  /** The checksum that came behind the body: after the end, where the request announced one. */
  readonly trailer: () => { readonly algorithm: TrailerChecksum; readonly value: string } | undefined
  /** The algorithm of that checksum, known before the body is read. */
  readonly trailerAlgorithm?: TrailerChecksum | undefined
}

/** Nothing is known of the bytes, as the client wished. */
export function plainBody(body: WireBody): VerifiedBody {
  return { bytes: (limit) => body.bytes(limit), stream: () => body.stream(), trailer: noTrailer }
}

/** Bytes that were read and checked before. */
export function wholeBody(bytes: Uint8Array): VerifiedBody {
  return {
    async bytes(limit) {
      if (bytes.length > limit) throw commonError('RequestEntityTooLarge', `the body is longer than ${limit} bytes`)
      return bytes
    },
    async *stream() {
      if (bytes.length > 0) yield bytes
    },
    trailer: noTrailer,
  }
}

export function digestBody(body: WireBody, sha256: string): VerifiedBody {
  return {
    async bytes(limit) {
      const bytes = await body.bytes(limit)
      requireDigest(sha256Of(bytes), sha256)
      return bytes
    },
    async *stream() {
      const digest = createHash('sha256')
      for await (const bytes of body.stream()) {
        digest.update(bytes)
        yield bytes
      }
      requireDigest(digest.digest('hex'), sha256)
    },
    trailer: noTrailer,
  }
}

export function chunkedBody(body: WireBody, form: ChunkedForm): VerifiedBody {
  const decoder = new ChunkedDecoder(form)
  async function* stream(): AsyncGenerator<Uint8Array> {
    for await (const bytes of body.stream()) yield* decoder.push(bytes)
    decoder.end()
  }
  return {
    stream,
    trailerAlgorithm: form.trailer,
    async bytes(limit) {
      if (form.decodedLength > limit) throw commonError('RequestEntityTooLarge', `the body is longer than ${limit} bytes`)
      const parts: Uint8Array[] = []
      for await (const part of stream()) parts.push(Buffer.from(part))
      return Buffer.concat(parts)
    },
    trailer() {
      const value = decoder.checksumValue
      return value === undefined || form.trailer === undefined ? undefined : { algorithm: form.trailer, value }
    },
  }
}

/** A file whose length has to lie in a range, both ends included. */
export function measuredBody(body: WireBody, { min, max }: { readonly min: number; readonly max: number }): VerifiedBody {
  async function* stream(): AsyncGenerator<Uint8Array> {
    let length = 0
    for await (const bytes of body.stream()) {
      length += bytes.length
      if (length > max) throw tooLarge(length, max)
      yield bytes
    }
    if (length < min) throw tooSmall(length, min)
  }
  return {
    stream,
    async bytes(limit) {
      const bytes = await body.bytes(limit)
      if (bytes.length > max) throw tooLarge(bytes.length, max)
      if (bytes.length < min) throw tooSmall(bytes.length, min)
      return bytes
    },
    trailer: noTrailer,
  }
}

function tooLarge(size: number, max: number): Error {
  return signatureError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    members: { ProposedSize: String(size), MaxSizeAllowed: String(max) },
  })
}

function tooSmall(size: number, min: number): Error {
  return signatureError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    members: { ProposedSize: String(size), MinSizeAllowed: String(min) },
  })
}

function requireDigest(computed: string, declared: string): void {
  if (computed === declared) return
  throw signatureError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.", {
    members: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed },
  })
}

function noTrailer(): undefined {
  return undefined
}
