/**
 * SigV4's canonical request and string to sign.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { Buffer } from 'node:buffer'
import type { WireRequest } from '../../kernel/wire-request.ts'
import type { SigV4, Target } from './authentication.ts'
import { malformedUri, signatureError, signatureMismatch } from './errors.ts'
import { sha256Of } from './hmac-key.ts'
import { unsignedHeaders } from './header-fields.ts'
import { canonicalPath, canonicalQuery, canonicalS3Path } from './uri.ts'

/** `payloadHash` is the hexadecimal SHA-256 of the body, or what S3 signs in its place. */
export function stringToSign(
  request: Pick<WireRequest, 'method' | 'path'>,
  authentication: SigV4,
  target: Target,
  payloadHash: string,
): string {
  const canonical = canonicalRequest(request, authentication, target, payloadHash)
  const { timestamp, credential, fields } = authentication
  return `AWS4-HMAC-SHA256\n${timestamp}\n${credential.scope}\n${hashOf(canonical, fields.isAscii)}`
}

export function canonicalRequest(
  { method, path }: Pick<WireRequest, 'method' | 'path'>,
  authentication: SigV4,
  { service, dialect }: Target,
  payloadHash: string,
): string {
  const { fields, query, signedHeaders } = authentication
  requireSignedHeaders(authentication, dialect)
  const canonicalUri = service === 's3' ? canonicalS3Path(path) : canonicalPath(path)
  if (canonicalUri === undefined) throw malformedUri(dialect)
  let headers = ''
  for (const name of signedHeaders.names) {
    const value = fields.values.get(name)
    if (value === undefined) throw signatureMismatch(dialect, undefined, { detail: `signed header \`${name}\` is not in the request` })
    headers += `${name}:${value}\n`
  }
  const parameters = canonicalQuery(query, authentication.kind === 'sigv4-query' ? 'X-Amz-Signature' : undefined)
  return `${method}\n${canonicalUri}\n${parameters}\n${headers}\n${signedHeaders.text}\n${payloadHash}`
}

function requireSignedHeaders({ kind, fields, signedHeaders }: SigV4, dialect: Target['dialect']): void {
  const unsigned = unsignedHeaders(fields.values, signedHeaders.set, kind === 'sigv4-query')
  if (unsigned.length === 0) return
  if (dialect === 's3') {
    throw signatureError('AccessDenied', 'There were headers present in the request which were not signed', {
      members: { HeadersNotSigned: unsigned.join(', ') },
    })
  }
  const name = unsigned[0] === 'host' ? "'Host' or ':authority'" : `'${unsigned[0]}'`
  throw signatureMismatch(dialect, `${name} must be a 'SignedHeader' in the AWS Authorization.`)
}

/** Characters of header values stand for bytes, so text that is not ASCII is hashed byte by byte. */
function hashOf(canonical: string, isAscii: boolean): string {
  return sha256Of(isAscii ? canonical : Buffer.from(canonical, 'latin1'))
}
