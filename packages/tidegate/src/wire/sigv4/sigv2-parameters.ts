/** Signature version 2 as S3 clients still send it: `Authorization: AWS id:signature`, or `AWSAccessKeyId`, `Signature`, `Expires`. */
import type { RequestParts, SigV2Header, SigV2Query, Target } from './authentication.ts'
import { ambiguousRequest, incompleteSignature, quoted, signatureError } from './errors.ts'
import { unsupportedMechanism } from './scope-errors.ts'
import { parseHttpDate, parseTimestamp } from './timestamp.ts'

export function readSigV2Header(authorization: string, parts: RequestParts, target: Target): SigV2Header {
  requireSigV2(target)
  const [, accessKeyId, signature] = headerPattern.exec(authorization) ?? []
  if (accessKeyId === undefined || signature === undefined) {
    throw signatureError('InvalidArgument', 'AWS authorization header is invalid.  Expected AwsAccessKeyId:signature', {
      members: { ArgumentName: 'Authorization' },
    })
  }
  const { values } = parts.fields
  const date = values.get('x-amz-date') ?? values.get('date') ?? ''
  const signedAt = parseHttpDate(date) ?? parseTimestamp(date)
  if (signedAt === undefined) throw signatureError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  const sessionToken = values.get('x-amz-security-token')
  return { kind: 'sigv2-header', ...parts, accessKeyId, signature, sessionToken, signedAt }
}

export function readSigV2Query(parts: RequestParts, target: Target): SigV2Query {
  requireSigV2(target)
  const value = (wanted: string): string | undefined => parts.query.find(({ name }) => name === wanted)?.value
  const [accessKeyId, signature, expires] = [value('AWSAccessKeyId') ?? '', value('Signature') ?? '', value('Expires') ?? '']
  if (accessKeyId === '' || signature === '' || expires === '') {
    throw signatureError('AccessDenied', 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters')
  }
  if (!/^\d{1,12}$/.test(expires)) {
    throw signatureError('AccessDenied', `Invalid date (should be seconds since epoch): ${quoted(expires)}`)
  }
  const inQuery = parts.query.find(({ name }) => name.toLowerCase() === 'x-amz-security-token')?.value
  const inHeader = parts.fields.values.get('x-amz-security-token')
  if (inQuery !== undefined && inHeader !== undefined)
    throw ambiguousRequest('s3', 'x-amz-security-token occurs in the query and in the headers')
  return { kind: 'sigv2-query', ...parts, accessKeyId, signature, sessionToken: inQuery ?? inHeader, expires }
}

function requireSigV2({ service, dialect, allowsSigV2 }: Target): void {
  if (service === 's3' && allowsSigV2) return
  if (dialect === 's3') throw signatureError('InvalidRequest', unsupportedMechanism)
  throw incompleteSignature(dialect, "Unsupported AWS 'algorithm': 'AWS'.", '')
}

const headerPattern = /^AWS ([!-9;-~]{1,128}):([A-Za-z0-9+/=]{1,64})$/
