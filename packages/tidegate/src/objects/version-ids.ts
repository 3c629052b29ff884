/**
 * Names of versions and uploads: 32 characters that tell nothing, and from which the store alone reads the sequence number. So a name is
 * found without an index, and a listing goes on after a version that is gone.
 */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'

export class SequenceNames {
  readonly #key: Uint8Array

  /** @param key 16 bytes, the same for the life of the store */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  nameOf(sequence: number): string {
    const block = Buffer.allocUnsafe(16)
    block.writeBigUInt64BE(BigInt(sequence))
    randomFillSync(block, 8)
    return createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false).update(block).toString('hex')
  }

  /** `undefined` for what can't be a name; a number for anything else, which may be nothing's. */
  sequenceOf(name: string): number | undefined {
    if (!isSequenceName(name)) return undefined
    const block = createDecipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false).update(name, 'hex')
    const sequence = block.readBigUInt64BE()
    return sequence <= maxSequence ? Number(sequence) : undefined
  }
}

export function isSequenceName(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name)
}

const maxSequence = BigInt(Number.MAX_SAFE_INTEGER)
