/**
 * HMAC-SHA256 with keys that are used more than once.
 *
 * `createHmac` with a raw key imports the key on each call, which costs seven times the HMAC on Node 24. Here the HMAC is two hashes over
 * padded keys (RFC 2104), and the pads are made once for each key.
 */
import { Buffer } from 'node:buffer'
import { hash, timingSafeEqual } from 'node:crypto'

export class HmacKey {
  readonly #innerPad: Buffer
  readonly #outerPad: Buffer

  constructor(key: Uint8Array) {
    const block = key.length > blockBytes ? hash('sha256', key, 'buffer') : key
    this.#innerPad = Buffer.alloc(blockBytes, 0x36)
    this.#outerPad = Buffer.alloc(blockBytes, 0x5c)
    for (let index = 0; index < block.length; index++) {
      const byte = block[index] ?? 0
      this.#innerPad[index] = 0x36 ^ byte
      this.#outerPad[index] = 0x5c ^ byte
    }
  }

  digest(message: string): Buffer {
    return hash('sha256', this.#outer(message), 'buffer')
  }

  hex(message: string): string {
    return hash('sha256', this.#outer(message), 'hex')
  }

  /** What the second hash is of; valid until the next call. */
  #outer(message: string): Buffer {
    // A string, a character for each byte: a buffer of its own would cost more than the hash.
    const inner = hash('sha256', this.#inner(message), 'binary')
    outerScratch.set(this.#outerPad, 0)
    outerScratch.write(inner, blockBytes, 'latin1')
    return outerScratch
  }

  #inner(message: string): Buffer {
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (message.length * 3 > innerScratch.length - blockBytes) return Buffer.concat([this.#innerPad, Buffer.from(message, 'utf8')])
    innerScratch.set(this.#innerPad, 0)
    return innerScratch.subarray(0, blockBytes + innerScratch.write(message, blockBytes, 'utf8'))
  }
}

/** In hexadecimal. */
export function sha256Of(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex')
}

/** Compares in constant time a signature of ours, 64 lower-case hexadecimal digits, with whatever a client sent as one. */
export function isSameSignature(ours: string, theirs: string): boolean {
  // Writing characters above U+00FF as Latin-1 would keep their low bytes and make digits of them.
  const isReadable = hexSignature.test(theirs)
  ourBytes.write(ours, 'latin1')
  theirBytes.write(isReadable ? theirs : unreadable, 'latin1')
  return timingSafeEqual(ourBytes, theirBytes)
}

const blockBytes = 64
const innerScratch = Buffer.alloc(4096)
const outerScratch = Buffer.alloc(blockBytes + 32)
const ourBytes = Buffer.alloc(64)
const theirBytes = Buffer.alloc(64)
const hexSignature = /^[0-9a-f]{64}$/
const unreadable = '-'.repeat(64)
