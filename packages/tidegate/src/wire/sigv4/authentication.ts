/**
 * How a request says who signed it: one reader for the header and for the query, so that there is one place where "not signed" is decided.
 * Only a request without any trace of a signature is `none`; a trace that can't be read is an error.
 */
import type { WireRequest } from '../../kernel/wire-request.ts'
import { readAuthorization } from './authorization-header.ts'
import type { BoundedCache } from '../../kernel/bounded-cache.ts'
import type { SignedCredential } from './credential-scope.ts'
import { type Dialect, ambiguousRequest, malformedUri, signatureError } from './errors.ts'
import { type HeaderFields, foldHeaders } from './header-fields.ts'
import { readSigV2Query } from './sigv2-parameters.ts'
import { readSigV4Query } from './sigv4-parameters.ts'
import { type QueryParameter, readQuery } from './uri.ts'

/** What was read of a request on the way to its signature. Dispatch on this query, not on one parsed again. */
export interface RequestParts {
  readonly fields: HeaderFields
  readonly query: readonly QueryParameter[]
}

export interface Unsigned extends RequestParts {
  readonly kind: 'none'
}

interface SignedByV4 extends RequestParts {
  readonly credential: SignedCredential
  readonly signedHeaders: SignedHeaders
  readonly signature: string
  /** `X-Amz-Date` as sent, and as milliseconds since 1970. */
  readonly timestamp: string
  readonly signedAt: number
  readonly sessionToken: string | undefined
}

export interface SigV4Header extends SignedByV4 {
  readonly kind: 'sigv4-header'
}

/** A presigned URL. */
export interface SigV4Query extends SignedByV4 {
  readonly kind: 'sigv4-query'
  /** 1 to 604800. */
  readonly expiresSeconds: number
}

export type SigV4 = SigV4Header | SigV4Query

export interface SignedHeaders {
  /** Separated by semicolons, as sent. */
  readonly text: string
  /** In lower case, ascending. */
  readonly names: readonly string[]
  readonly set: ReadonlySet<string>
}

/** Signature version 2, which only S3 has. */
interface SignedByV2 extends RequestParts {
  readonly accessKeyId: string
  /** Base64. */
  readonly signature: string
  readonly sessionToken: string | undefined
}

export interface SigV2Header extends SignedByV2 {
  readonly kind: 'sigv2-header'
  /** Milliseconds since 1970. */
  readonly signedAt: number
}

export interface SigV2Query extends SignedByV2 {
  readonly kind: 'sigv2-query'
  /** Seconds since 1970, as sent. */
  readonly expires: string
}

export type SigV2 = SigV2Header | SigV2Query

export type Authentication = Unsigned | SigV4 | SigV2

/** The service that a request is for, as routing found out without the signature. */
export interface Target {
  /** Signing name, which the credential scope must have. */
  readonly service: string
  readonly dialect: Dialect
  /** Whether S3 takes signature version 2; never true for another service. */
  readonly allowsSigV2: boolean
}

/** What an Authorization header says before its signature; the same for all requests of a client for a day. */
export interface AuthorizationHead {
  readonly credential: SignedCredential
  readonly signedHeaders: SignedHeaders
}

export function parseAuthentication(
  { headers, query: rawQuery }: Pick<WireRequest, 'headers' | 'query'>,
  target: Target,
  knownHeads?: BoundedCache<AuthorizationHead>,
): Authentication {
  const fields = foldHeaders(headers)
  if ('problem' in fields) throw ambiguousRequest(target.dialect, fields.problem)
  const query = readQuery(rawQuery)
  if (query === undefined) throw malformedUri(target.dialect)
  refuseRepeatedParameters(query, target.dialect)

  const parts = { fields, query }
  const authorization = fields.values.get('authorization')
  const version = signatureVersionOf(query)
  if (authorization !== undefined && version !== undefined) throw twoMechanisms(target.dialect)
  if (authorization !== undefined) return readAuthorization(authorization, parts, target, knownHeads)
  if (version === 4) return readSigV4Query(parts, target)
  if (version === 2) return readSigV2Query(parts, target)
  return { kind: 'none', ...parts }
}

/** INVARIANT: one parameter that belongs to a signature makes a query a signed one, so a request can't be half signed and pass as unsigned. */
function signatureVersionOf(query: readonly QueryParameter[]): 4 | 2 | undefined {
  if (query.length === 0) return undefined
  if (query.some(({ name }) => sigV4Parameters.has(name.toLowerCase()))) return 4
  return query.some(({ name }) => sigV2Parameters.has(name.toLowerCase())) ? 2 : undefined
}

/** Two of them could be read as the one by the signature and as the other by the service (CVE-2022-2385). */
function refuseRepeatedParameters(query: readonly QueryParameter[], dialect: Dialect): void {
  if (query.length < 2) return
  const seen = new Set<string>()
  for (const { name } of query) {
    const key = name.toLowerCase()
    if (!key.startsWith('x-amz-') && !sigV2Parameters.has(key) && key !== 'expires') continue
    if (seen.has(key)) throw ambiguousRequest(dialect, 'a query parameter of the signature occurs more than once')
    seen.add(key)
  }
}

function twoMechanisms(dialect: Dialect): Error {
  const message =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'
  if (dialect !== 's3') return ambiguousRequest(dialect, message)
  return signatureError('InvalidArgument', message, { members: { ArgumentName: 'Authorization' } })
}

const sigV4Parameters: ReadonlySet<string> = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signature',
  'x-amz-signedheaders',
])
const sigV2Parameters: ReadonlySet<string> = new Set(['awsaccesskeyid', 'signature', 'signatureversion', 'signaturemethod'])
