/** Digests that a client sends of a body that is read whole: the XML of S3's configurations. */
import { createHash } from 'node:crypto'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { createChecksum, isTrailerChecksum } from './sigv4/checksum.ts'
import { signatureError } from './sigv4/errors.ts'
import { base64Bytes, base64Text } from './text.ts'

/** Throws `InvalidDigest` for what is no digest and `BadDigest` for that of another body. */
export function assertBodyDigests(
  request: Pick<WireRequest, 'headers'>,
  bytes: Uint8Array,
  checksums: { readonly isOfBody: boolean },
): void {
  const md5 = headerOf(request, 'content-md5')
  if (md5 !== undefined) {
    if (base64Bytes(md5)?.length !== 16) throw signatureError('InvalidDigest', 'The Content-MD5 you specified was invalid.')
    if (createHash('md5').update(bytes).digest('base64') !== md5) {
      throw signatureError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
    }
  }
  if (!checksums.isOfBody) return
  for (const [name, value] of request.headers) {
    const algorithm = /^x-amz-checksum-(.+)$/.exec(name)?.[1] ?? ''
    if (!isTrailerChecksum(algorithm)) continue
    const checksum = createChecksum(algorithm)
    checksum.update(bytes)
    const computed = checksum.digest()
    if (base64Bytes(value)?.length !== computed.length) {
      throw signatureError('InvalidRequest', `Value for ${name} header is invalid.`)
    }
    if (base64Text(computed) === value) continue
    throw signatureError('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`)
  }
}
