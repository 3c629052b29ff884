/** MD5 and checksums of bytes as they come: a hasher is fed in order and then asked once. */
import { createHash, type Hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
// oxlint-disable-next-line import/default -- it is CommonJS, which has no named exports that Node finds
import wasm from 'hash-wasm'
import type { ChecksumAlgorithm, Digests } from '../services/s3/object-store.ts'

export class Hasher {
  readonly #md5 = createHash('md5')
  readonly #sums: readonly Sum[]

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    this.#sums = algorithms.map((algorithm) => sums[algorithm]())
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes)
    for (const sum of this.#sums) sum.update(bytes)
  }

  digest(): Digests {
    return {
      md5: this.#md5.digest('hex'),
      checksums: Object.fromEntries(this.#sums.map((sum) => [sum.algorithm, sum.digest().toString('base64')])),
    }
  }
}

export function digestsOf(bytes: Uint8Array, algorithms: readonly ChecksumAlgorithm[]): Digests {
  const hasher = new Hasher(algorithms)
  hasher.update(bytes)
  return hasher.digest()
}

interface Sum {
  readonly algorithm: ChecksumAlgorithm
  update(bytes: Uint8Array): void
  digest(): Buffer
}

const sums: Readonly<Record<ChecksumAlgorithm, () => Sum>> = {
  CRC32: () => new Crc32(),
  CRC32C: () => new WasmCrc('CRC32C', crc32c),
  CRC64NVME: () => new WasmCrc('CRC64NVME', crc64Nvme),
  SHA1: () => new CryptoSum('SHA1', createHash('sha1')),
  SHA256: () => new CryptoSum('SHA256', createHash('sha256')),
}

class Crc32 implements Sum {
  readonly algorithm = 'CRC32'
  #value = 0

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(this.#value)
    return bytes
  }
}

type WasmHash = Awaited<ReturnType<typeof wasm.createCRC64>>

/** The hash in WebAssembly is one for all: each update puts its own state in and takes it out again, in one turn. */
class WasmCrc implements Sum {
  readonly algorithm: ChecksumAlgorithm
  readonly #hash: WasmHash
  #state: Uint8Array

  constructor(algorithm: ChecksumAlgorithm, hash: WasmHash) {
    this.algorithm = algorithm
    this.#hash = hash
    this.#state = hash.init().save()
  }

  update(bytes: Uint8Array): void {
    this.#state = this.#hash.load(this.#state).update(bytes).save()
  }

  digest(): Buffer {
    return Buffer.from(this.#hash.load(this.#state).digest('hex'), 'hex')
  }
}

class CryptoSum implements Sum {
  readonly algorithm: ChecksumAlgorithm
  readonly #hash: Hash

  constructor(algorithm: ChecksumAlgorithm, hash: Hash) {
    this.algorithm = algorithm
    this.#hash = hash
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  digest(): Buffer {
    return this.#hash.digest()
  }
}

// Polynomials with their bits reversed. Castagnoli's: RFC 3720, section 12.1. NVMe's: NVM Command Set Specification 1.0, section 5.2.1.3.4.
const crc32c = await wasm.createCRC32(0x82f63b78)
const crc64Nvme = await wasm.createCRC64('9a6c9329ac4bc9b5')
