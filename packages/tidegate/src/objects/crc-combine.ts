/**
 * The CRC of two strings of bytes, one behind the other, from the CRC of each and the length of the second: appending n bytes multiplies
 * a CRC by x^8n, modulo the polynomial. So an object of parts has its checksum without its bytes being read again.
 *
 * Polynomials are written with their bits reversed, as the CRCs are: bit 63 (or 31) is x^0.
 */
import type { Checksum, ChecksumAlgorithm } from '../services/s3/object-store.ts'

export interface SummedPart {
  readonly size: number
  /** Base64. */
  readonly checksum: string
}

/** Checksum of the whole, of the checksums of its parts. Base64. Only CRCs have one. */
export function combinedChecksum(algorithm: ChecksumAlgorithm, parts: readonly SummedPart[]): Checksum['value'] | undefined {
  const field = fields[algorithm]
  if (field === undefined) return undefined
  const { width, polynomial } = field
  const shifts = new Map<number, bigint>()
  let sum = 0n
  for (const { size, checksum } of parts) {
    const shift = shifts.get(size) ?? powerOfX(8n * BigInt(size), polynomial, width)
    shifts.set(size, shift)
    sum = multiply(sum, shift, polynomial, width) ^ BigInt(`0x${Buffer.from(checksum, 'base64').toString('hex')}`)
  }
  return Buffer.from(sum.toString(16).padStart(Number(width) / 4, '0'), 'hex').toString('base64')
}

/** x^n modulo the polynomial. */
function powerOfX(n: bigint, polynomial: bigint, width: bigint): bigint {
  let result = 1n << (width - 1n)
  let square = 1n << (width - 2n)
  for (let rest = n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply(result, square, polynomial, width)
    square = multiply(square, square, polynomial, width)
  }
  return result
}

function multiply(a: bigint, b: bigint, polynomial: bigint, width: bigint): bigint {
  let product = 0n
  let shifted = b
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= shifted
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n
  }
  return product
}

interface Field {
  readonly width: bigint
  readonly polynomial: bigint
}

const fields: Readonly<Partial<Record<ChecksumAlgorithm, Field>>> = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
}
