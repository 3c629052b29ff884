/** What a request says of its body: `x-amz-content-sha256` and what follows from it. */
import type { RequestParts } from './authentication.ts'
import { isTrailerChecksum, type TrailerChecksum } from './checksum.ts'
import { signatureError } from './errors.ts'

/** How the bytes of a body of S3 are bound to the request. */
export type Payload =
  /** SHA-256 of the whole body, in hexadecimal. */
  | { readonly kind: 'digest'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  /** Chunks that are each signed, the first on top of the signature of the request. */
  | { readonly kind: 'signed-chunks'; readonly decodedLength: number; readonly trailer: TrailerChecksum | undefined }
  /** Chunks without signatures; a checksum behind them. */
  | { readonly kind: 'unsigned-chunks'; readonly decodedLength: number; readonly trailer: TrailerChecksum }

export interface DeclaredPayload {
  readonly payload: Payload
  /** What the client signed as the hash of the body; the value of condition key `s3:x-amz-content-sha256`. */
  readonly signedAs: string
}

/** Of a request to S3. Version 4 requires the value in a header; in a presigned URL it may be a parameter or be missing. */
export function declaredPayload({ fields, query }: RequestParts, place: 'required' | 'presigned' | 'optional'): DeclaredPayload {
  const inQuery = place === 'presigned' ? query.find(({ name }) => name.toLowerCase() === 'x-amz-content-sha256')?.value : undefined
  const signedAs = fields.values.get('x-amz-content-sha256') ?? inQuery ?? (place === 'required' ? undefined : 'UNSIGNED-PAYLOAD')
  if (signedAs === undefined) throw signatureError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  return { payload: readPayload(signedAs, fields.values), signedAs }
}

function readPayload(signedAs: string, headers: ReadonlyMap<string, string>): Payload {
  if (hexDigest.test(signedAs)) return { kind: 'digest', sha256: signedAs }
  switch (signedAs) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      if (headers.has('x-amz-trailer')) throw malformedTrailer()
      return { kind: 'signed-chunks', decodedLength: decodedLength(headers), trailer: undefined }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'signed-chunks', decodedLength: decodedLength(headers), trailer: declaredTrailer(headers) }
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'unsigned-chunks', decodedLength: decodedLength(headers), trailer: declaredTrailer(headers) }
    default:
      throw unreadable(signedAs)
  }
}

function unreadable(signedAs: string): Error {
  if (/^STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD(?:-TRAILER)?$/.test(signedAs)) {
    return signatureError('NotImplemented', 'A header you provided implies functionality that is not implemented', {
      members: { Header: 'x-amz-content-sha256' },
    })
  }
  const message =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.'
  return signatureError('InvalidArgument', message, { members: { ArgumentName: 'x-amz-content-sha256' } })
}

function decodedLength(headers: ReadonlyMap<string, string>): number {
  const text = headers.get('x-amz-decoded-content-length') ?? ''
  if (!/^\d{1,15}$/.test(text)) throw signatureError('MissingContentLength', 'You must provide the Content-Length HTTP header.')
  return Number(text)
}

function declaredTrailer(headers: ReadonlyMap<string, string>): TrailerChecksum {
  const name = headers.get('x-amz-trailer')?.toLowerCase()
  if (name === undefined) throw malformedTrailer()
  const algorithm = name.replace('x-amz-checksum-', '')
  if (name !== `x-amz-checksum-${algorithm}` || !isTrailerChecksum(algorithm)) {
    throw signatureError('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported')
  }
  for (const other of headers.keys()) {
    if (!checksumHeader.test(other)) continue
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
    throw signatureError('InvalidRequest', message)
  }
  return algorithm
}

export function malformedTrailer(): Error {
  const message = 'The request contained trailing data that was not well-formed or did not conform to our published schema.'
  return signatureError('MalformedTrailerError', message)
}

const hexDigest = /^[0-9a-f]{64}$/
const checksumHeader = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|md5|sha1|sha256|sha512|xxhash3|xxhash64|xxhash128)$/
