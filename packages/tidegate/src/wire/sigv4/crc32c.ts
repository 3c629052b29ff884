/** CRC-32C (Castagnoli), eight bytes a step. */
import { Buffer } from 'node:buffer'

export class Crc32c {
  #value = 0xffff_ffff | 0

  update(bytes: Uint8Array): void {
    let crc = this.#value
    let index = 0
    const { length } = bytes
    for (const end = length - 7; index < end; index += 8) {
      const low = crc ^ (at(bytes, index) | (at(bytes, index + 1) << 8) | (at(bytes, index + 2) << 16) | (at(bytes, index + 3) << 24))
      crc =
        entry(7, low & 0xff) ^
        entry(6, (low >>> 8) & 0xff) ^
        entry(5, (low >>> 16) & 0xff) ^
        entry(4, low >>> 24) ^
        entry(3, at(bytes, index + 4)) ^
        entry(2, at(bytes, index + 5)) ^
        entry(1, at(bytes, index + 6)) ^
        entry(0, at(bytes, index + 7))
    }
    for (; index < length; index++) crc = entry(0, (crc ^ at(bytes, index)) & 0xff) ^ (crc >>> 8)
    this.#value = crc
  }

  digest(): Buffer {
    const digest = Buffer.alloc(4)
    digest.writeInt32BE(~this.#value)
    return digest
  }
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

/** How byte `byte` changes the CRC when `distance` more bytes follow it in the step. */
function entry(distance: number, byte: number): number {
  return table[(distance << 8) | byte] ?? 0
}

const table = buildTable()

function buildTable(): Int32Array {
  const entries = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
    entries[byte] = crc
  }
  for (let index = 256; index < entries.length; index++) {
    const before = entries[index - 256] ?? 0
    entries[index] = (entries[before & 0xff] ?? 0) ^ (before >>> 8)
  }
  return entries
}
