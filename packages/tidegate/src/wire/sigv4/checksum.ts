/** Checksums that S3 takes behind a body. */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Crc32c } from './crc32c.ts'
import { Crc64Nvme } from './crc64nvme.ts'

/** As the name of a header spells it behind `x-amz-checksum-`. */
export type TrailerChecksum = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'

export interface Checksum {
  update(bytes: Uint8Array): void
  /** Big-endian, as it is sent in base64; called once. */
  digest(): Buffer
}

export function isTrailerChecksum(name: string): name is TrailerChecksum {
  return Object.hasOwn(makers, name)
}

export function createChecksum(algorithm: TrailerChecksum): Checksum {
  return makers[algorithm]()
}

class Crc32 implements Checksum {
  #value = 0

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }

  digest(): Buffer {
    const digest = Buffer.alloc(4)
    digest.writeUInt32BE(this.#value)
    return digest
  }
}

const makers: Readonly<Record<TrailerChecksum, () => Checksum>> = {
  crc32: () => new Crc32(),
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64Nvme(),
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
}
