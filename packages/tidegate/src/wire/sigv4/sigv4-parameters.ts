/** The query of a presigned URL. */
import type { RequestParts, SigV4Query, Target } from './authentication.ts'
import { type SignedCredential, parseCredential, scopeFault } from './credential-scope.ts'
import { type Dialect, ambiguousRequest, incompleteSignature, quoted, signatureError } from './errors.ts'
import { dateMismatch, s3MalformedCredential, s3ScopeText, scopeMismatch } from './scope-errors.ts'
import { readSignedHeaders } from './signed-headers.ts'
import { parseTimestamp } from './timestamp.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export function readSigV4Query(parts: RequestParts, { service, dialect }: Target): SigV4Query {
  const values = readParameters(parts, dialect)
  if (values['X-Amz-Algorithm'] !== 'AWS4-HMAC-SHA256') throw unsupportedAlgorithm(values['X-Amz-Algorithm'], dialect)
  const credential = readCredential(values['X-Amz-Credential'], service, dialect)
  const signedHeaders = readSignedHeaders(values['X-Amz-SignedHeaders'])
  if (signedHeaders === undefined) throw malformed(dialect, 'X-Amz-SignedHeaders must be lower-case header names in ascending order')
  const timestamp = values['X-Amz-Date']
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined) throw malformed(dialect, `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
  if (!timestamp.startsWith(credential.date)) throw wrongDate(credential, timestamp, dialect)
  return {
    kind: 'sigv4-query',
    ...parts,
    credential,
    signedHeaders,
    signature: values['X-Amz-Signature'],
    timestamp,
    signedAt,
    expiresSeconds: readExpires(values['X-Amz-Expires'], dialect),
    sessionToken: readSessionToken(parts, dialect),
  }
}

type Name = (typeof names)[number]

function readParameters({ query }: RequestParts, dialect: Dialect): Record<Name, string> {
  const found = new Map(query.map(({ name, value }) => [name, value]))
  // A name in other letters would be a parameter for one reader and none for another.
  const isComplete = names.every((name) => (found.get(name) ?? '') !== '')
  const isExact = query.every(({ name }) => exactNames.has(name) || !lowerNames.has(name.toLowerCase()))
  if (!isComplete || !isExact) {
    const message =
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
    throw malformed(dialect, message)
  }
  const value = (name: Name): string => found.get(name) ?? ''
  return {
    'X-Amz-Algorithm': value('X-Amz-Algorithm'),
    'X-Amz-Credential': value('X-Amz-Credential'),
    'X-Amz-Date': value('X-Amz-Date'),
    'X-Amz-Expires': value('X-Amz-Expires'),
    'X-Amz-Signature': value('X-Amz-Signature'),
    'X-Amz-SignedHeaders': value('X-Amz-SignedHeaders'),
  }
}

function readCredential(text: string, service: string, dialect: Dialect): SignedCredential {
  const credential = parseCredential(text)
  const label = 'Error parsing the X-Amz-Credential parameter; '
  if (credential === undefined) {
    if (dialect === 's3') throw malformed(dialect, label + s3MalformedCredential)
    throw malformed(
      dialect,
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${quoted(text)}'`,
    )
  }
  const fault = scopeFault(credential, service)
  if (fault === undefined) return credential
  throw dialect === 's3'
    ? malformed(dialect, label + s3ScopeText(fault, credential))
    : scopeMismatch(fault, credential, { service, dialect })
}

function readExpires(text: string, dialect: Dialect): number {
  if (!/^-?\d{1,12}$/.test(text)) throw malformed(dialect, 'X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 0) throw malformed(dialect, 'X-Amz-Expires must be non-negative')
  if (seconds === 0) throw malformed(dialect, 'X-Amz-Expires must be greater than 0')
  if (seconds > weekSeconds) {
    const message = 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'
    throw malformed(dialect, message)
  }
  return seconds
}

/** The header would be signed as well; with two tokens it would be open whose session it is. */
function readSessionToken({ fields, query }: RequestParts, dialect: Dialect): string | undefined {
  const token = query.find(({ name }) => name.toLowerCase() === 'x-amz-security-token')?.value
  if (token !== undefined && fields.values.has('x-amz-security-token')) {
    throw ambiguousRequest(dialect, 'X-Amz-Security-Token occurs in the query and in the headers')
  }
  return token ?? fields.values.get('x-amz-security-token')
}

function wrongDate(credential: SignedCredential, timestamp: string, dialect: Dialect): Error {
  if (dialect !== 's3') return dateMismatch(credential, timestamp, dialect)
  const day = timestamp.slice(0, 8)
  return malformed(dialect, `Invalid credential date "${credential.date}". This date is not the same as X-Amz-Date: "${day}".`)
}

function unsupportedAlgorithm(algorithm: string, dialect: Dialect): Error {
  if (dialect === 's3') return malformed(dialect, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  return malformed(dialect, `Unsupported AWS 'algorithm': '${quoted(algorithm)}'.`)
}

function malformed(dialect: Dialect, message: string): Error {
  return dialect === 's3' ? signatureError('AuthorizationQueryParametersError', message) : incompleteSignature(dialect, message, '')
}

const names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-Signature', 'X-Amz-SignedHeaders'] as const
const exactNames: ReadonlySet<string> = new Set(names)
const lowerNames: ReadonlySet<string> = new Set(names.map((name) => name.toLowerCase()))
const weekSeconds = 604_800
