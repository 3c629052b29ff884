/** Bytes of a request on their way into the store, compared with everything that was said of them. */
import { Buffer } from 'node:buffer'
import type { StreamedBody } from '../../kernel/streamed-body.ts'
import { assertAnnounced, assertChecksumValue, badDigest, type ChecksumInput, declaredChecksum } from './checksums.ts'
import { s3Error } from './errors.ts'
import type { Checksum, ChecksumAlgorithm, ObjectStore, Staged } from './object-store.ts'
import { answered, tooLarge } from './refusals.ts'

export interface BodyInput extends ChecksumInput {
  readonly ContentLength?: number | undefined
  readonly ContentMD5?: string | undefined
  readonly ChecksumAlgorithm?: string | undefined
}

/** The checksum is the one that was sent, or else of the algorithm that is wanted. */
export interface Received {
  readonly staged: Staged
  readonly checksum: Checksum
}

/** @param kept what a part is to have beside the checksum that it brings */
export async function receive(input: BodyInput, body: StreamedBody, objects: ObjectStore, kept?: ChecksumAlgorithm): Promise<Received> {
  const { ContentLength: size, ContentMD5: md5 } = input
  if (size === undefined && !body.isUnmeasured) throw s3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.')
  if (size !== undefined && size > MAX_PUT) throw tooLarge()
  if (md5 !== undefined && (Buffer.from(md5, 'base64').length !== 16 || !/^[A-Za-z0-9+/]{22}==$/.test(md5))) {
    throw s3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', { members: { 'Content-MD5': md5.slice(0, 100) } })
  }
  const declared = declaredChecksum(input)
  assertAnnounced(input.ChecksumAlgorithm, declared?.algorithm ?? body.trailerAlgorithm)
  if (declared !== undefined) assertChecksumValue(declared.algorithm, declared.value)
  // What comes behind the body is compared with it on the way in. Without any checksum AWS makes one.
  const algorithm = body.trailerAlgorithm === undefined ? (declared?.algorithm ?? kept ?? 'CRC64NVME') : undefined
  const algorithms = [...new Set([algorithm, kept].filter((each) => each !== undefined))]
  const staged = await answered({}, () => objects.stage(body, { size, maxSize: MAX_PUT, algorithms }))
  try {
    if (size !== undefined && staged.size !== size) {
      throw s3Error('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header')
    }
    if (md5 !== undefined && Buffer.from(md5, 'base64').toString('hex') !== staged.md5) {
      throw s3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
        members: { ExpectedDigest: md5, CalculatedDigest: Buffer.from(staged.md5, 'hex').toString('base64') },
      })
    }
    const trailer = body.trailer()
    const found = algorithm === undefined ? trailer : { algorithm, value: staged.checksums[algorithm] }
    if (found?.value === undefined) throw new Error('a staged body has no checksum')
    if (declared !== undefined && declared.value !== found.value) throw badDigest(declared.algorithm)
    return { staged, checksum: { algorithm: found.algorithm, value: found.value, type: 'FULL_OBJECT' } }
  } catch (error) {
    await staged.discard()
    throw error
  }
}

/** 5 GiB. */
export const MAX_PUT = 5_368_709_120
