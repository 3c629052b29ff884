/** CRC-64/NVME, eight bytes a step, in two halves of 32 bits: a BigInt for each byte would be a hundred times slower. */
import { Buffer } from 'node:buffer'

export class Crc64Nvme {
  #low = 0xffff_ffff | 0
  #high = 0xffff_ffff | 0

  update(bytes: Uint8Array): void {
    let low = this.#low
    let high = this.#high
    let index = 0
    const { length } = bytes
    for (const end = length - 7; index < end; index += 8) {
      low ^= at(bytes, index) | (at(bytes, index + 1) << 8) | (at(bytes, index + 2) << 16) | (at(bytes, index + 3) << 24)
      high ^= at(bytes, index + 4) | (at(bytes, index + 5) << 8) | (at(bytes, index + 6) << 16) | (at(bytes, index + 7) << 24)
      const a = 0x700 | (low & 0xff)
      const b = 0x600 | ((low >>> 8) & 0xff)
      const c = 0x500 | ((low >>> 16) & 0xff)
      const d = 0x400 | (low >>> 24)
      const e = 0x300 | (high & 0xff)
      const f = 0x200 | ((high >>> 8) & 0xff)
      const g = 0x100 | ((high >>> 16) & 0xff)
      const h = high >>> 24
      low = lowOf(a) ^ lowOf(b) ^ lowOf(c) ^ lowOf(d) ^ lowOf(e) ^ lowOf(f) ^ lowOf(g) ^ lowOf(h)
      high = highOf(a) ^ highOf(b) ^ highOf(c) ^ highOf(d) ^ highOf(e) ^ highOf(f) ^ highOf(g) ^ highOf(h)
    }
    for (; index < length; index++) {
      const byte = (low ^ at(bytes, index)) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ lowOf(byte)
      high = (high >>> 8) ^ highOf(byte)
    }
    this.#low = low
    this.#high = high
  }

  digest(): Buffer {
    const digest = Buffer.alloc(8)
    digest.writeInt32BE(~this.#high, 0)
    digest.writeInt32BE(~this.#low, 4)
    return digest
  }
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function lowOf(index: number): number {
  return lows[index] ?? 0
}

function highOf(index: number): number {
  return highs[index] ?? 0
}

/** Entry `distance << 8 | byte`: how a byte changes the CRC when `distance` more bytes follow it in the step. */
const lows = new Int32Array(8 * 256)
const highs = new Int32Array(8 * 256)
fillTables()

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte
    let high = 0
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (low & 1) === 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      // The polynomial 0xAD93D23594C93659 with its bits reversed.
      if (isOdd) {
        low ^= 0xac4b_c9b5
        high ^= 0x9a6c_9329
      }
    }
    lows[byte] = low
    highs[byte] = high
  }
  for (let index = 256; index < lows.length; index++) {
    const low = lowOf(index - 256)
    const high = highOf(index - 256)
    const byte = low & 0xff
    lows[index] = ((low >>> 8) | (high << 24)) ^ lowOf(byte)
    highs[index] = (high >>> 8) ^ highOf(byte)
  }
}
