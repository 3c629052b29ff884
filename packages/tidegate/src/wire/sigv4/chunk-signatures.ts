/** The chain of signatures in a body of signed chunks: each is over the one before and the bytes of its chunk. */
import { createHash, type Hash } from 'node:crypto'
import { signatureMismatch } from './errors.ts'
import { type HmacKey, isSameSignature, sha256Of } from './hmac-key.ts'

export class ChunkSignatures {
  readonly #key: HmacKey
  /** Time and scope, which all strings to sign have in common. */
  readonly #context: string
  #previous: string
  #hash: Hash = createHash('sha256')
  #trailer = ''

  /** `seed` is the signature of the request itself. */
  constructor(key: HmacKey, timestamp: string, scope: string, seed: string) {
    this.#key = key
    this.#context = `${timestamp}\n${scope}`
    this.#previous = seed
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  requireChunk(signature: string): void {
    const chunkHash = this.#hash.digest('hex')
    this.#hash = createHash('sha256')
    this.#require(`AWS4-HMAC-SHA256-PAYLOAD\n${this.#context}\n${this.#previous}\n${emptyHash}\n${chunkHash}`, signature)
  }

  /** Each trailing header in canonical form with a line feed. */
  setTrailer(canonical: string): void {
    this.#trailer = canonical
  }

  requireTrailer(signature: string): void {
    this.#require(`AWS4-HMAC-SHA256-TRAILER\n${this.#context}\n${this.#previous}\n${sha256Of(this.#trailer)}`, signature)
  }

  #require(stringToSign: string, signature: string): void {
    const expected = this.#key.hex(stringToSign)
    if (!isSameSignature(expected, signature)) throw signatureMismatch('s3')
    this.#previous = expected
  }
}

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
