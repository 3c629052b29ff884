/** Checksums as headers and elements carry them: one member of the SDK's shapes for each algorithm. */
import { Buffer } from 'node:buffer'
import { notBuilt, s3Error } from './errors.ts'
import type { Checksum, ChecksumAlgorithm, Digests } from './object-store.ts'

export interface ChecksumInput {
  readonly ChecksumCRC32?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumCRC64NVME?: string | undefined
  readonly ChecksumSHA1?: string | undefined
  readonly ChecksumSHA256?: string | undefined
  readonly ChecksumSHA512?: string | undefined
  readonly ChecksumMD5?: string | undefined
  readonly ChecksumXXHASH64?: string | undefined
  readonly ChecksumXXHASH3?: string | undefined
  readonly ChecksumXXHASH128?: string | undefined
}

/** The one that a request declares. Two, one that is not built, and one of the wrong length are refused: none is ever ignored. */
export function declaredChecksum(input: ChecksumInput): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  for (const name of unbuilt) if (input[name] !== undefined) throw notBuilt(`x-amz-checksum-${name.slice(8).toLowerCase()}`)
  const declared = algorithms.flatMap((algorithm) => {
    const value = input[memberOf(algorithm)]
    return value === undefined ? [] : [{ algorithm, value }]
  })
  if (declared.length > 1) {
    throw s3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  }
  return declared[0]
}

/** An algorithm that is announced needs its checksum, in a header or behind the body. */
export function assertAnnounced(announced: string | undefined, sent: string | undefined): void {
  if (announced === undefined) return
  const wanted = announced.toUpperCase()
  if (unbuilt.some((name) => name.slice(8) === wanted)) throw notBuilt('x-amz-sdk-checksum-algorithm')
  const isKnown = algorithms.some((algorithm) => algorithm === wanted)
  if (isKnown && sent === undefined) {
    const message = 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
    throw s3Error('InvalidRequest', message)
  }
  if (wanted !== sent) throw s3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.')
}

/** Also of its form: base64 of as many bytes as the algorithm gives. */
export function assertChecksumValue(algorithm: ChecksumAlgorithm, value: string): void {
  if (Buffer.from(value, 'base64').length === lengths[algorithm] && /^[A-Za-z0-9+/]+={0,2}$/.test(value)) return
  throw s3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`)
}

export function algorithmOf(text: string | undefined): ChecksumAlgorithm | undefined {
  if (text === undefined) return undefined
  const found = algorithms.find((algorithm) => algorithm === text.toUpperCase())
  if (found !== undefined) return found
  if (unbuilt.some((name) => name.slice(8) === text.toUpperCase())) throw notBuilt('x-amz-checksum-algorithm')
  throw s3Error(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  )
}

function memberOf(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
  return `Checksum${algorithm}`
}

/** Members of an output that tells a checksum. */
export function checksumMembers(checksum: Checksum | undefined) {
  return checksum === undefined ? {} : { [memberOf(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }
}

export function partChecksums(checksums: Digests['checksums']): Partial<Record<`Checksum${ChecksumAlgorithm}`, string>> {
  return Object.fromEntries(algorithms.flatMap((each) => (checksums[each] === undefined ? [] : [[memberOf(each), checksums[each]]])))
}

export function badDigest(algorithm: string): Error {
  return s3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
}

const algorithms: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']
const unbuilt = ['ChecksumSHA512', 'ChecksumMD5', 'ChecksumXXHASH64', 'ChecksumXXHASH3', 'ChecksumXXHASH128'] as const
const lengths: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }
