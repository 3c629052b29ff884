/** The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, or `AWS id:signature` of version 2. */
import type { AuthorizationHead, RequestParts, SigV2Header, SigV4Header, Target } from './authentication.ts'
import type { BoundedCache } from '../../kernel/bounded-cache.ts'
import { type SignedCredential, parseCredential, scopeFault } from './credential-scope.ts'
import { type Dialect, incompleteSignature, quoted, signatureError } from './errors.ts'
import { dateMismatch, s3MalformedCredential, s3ScopeText, scopeMismatch, unsupportedMechanism } from './scope-errors.ts'
import { readSignedHeaders } from './signed-headers.ts'
import { readSigV2Header } from './sigv2-parameters.ts'
import { parseTimestamp } from './timestamp.ts'

export function readAuthorization(
  authorization: string,
  parts: RequestParts,
  target: Target,
  knownHeads: BoundedCache<AuthorizationHead> | undefined,
): SigV4Header | SigV2Header {
  const { head, signature } = split(authorization, target, knownHeads) ?? { head: undefined, signature: '' }
  if (head === undefined) return readSigV2Header(authorization, parts, target)
  requireScope(head.credential, target)
  const timestamp = parts.fields.values.get('x-amz-date')
  const signedAt = timestamp === undefined ? undefined : parseTimestamp(timestamp)
  if (timestamp === undefined || signedAt === undefined) throw missingDate(target.dialect)
  if (!timestamp.startsWith(head.credential.date)) throw dateMismatch(head.credential, timestamp, target.dialect)
  return {
    kind: 'sigv4-header',
    ...parts,
    ...head,
    signature,
    timestamp,
    signedAt,
    sessionToken: parts.fields.values.get('x-amz-security-token'),
  }
}

/** The part before the signature, under which a head is known, and the signature; undefined when the signature does not come last. */
export function splitSignature(authorization: string): { prefix: string; signature: string } | undefined {
  const at = authorization.lastIndexOf(signatureLabel)
  return at === -1 ? undefined : { prefix: authorization.slice(0, at), signature: authorization.slice(at + signatureLabel.length) }
}

/** Undefined for a header of signature version 2. */
function split(authorization: string, { dialect }: Target, knownHeads: BoundedCache<AuthorizationHead> | undefined) {
  const parts = splitSignature(authorization)
  const known = parts === undefined ? undefined : knownHeads?.get(parts.prefix)
  if (parts !== undefined && known !== undefined && !parts.signature.includes(',')) return { head: known, signature: parts.signature }

  const space = authorization.indexOf(' ')
  const scheme = space === -1 ? authorization : authorization.slice(0, space)
  if (scheme === 'AWS') return undefined
  if (scheme !== 'AWS4-HMAC-SHA256') throw unsupportedScheme(scheme, dialect)
  const components = readComponents(authorization.slice(scheme.length + 1), dialect)
  const credential = parseCredential(components.Credential)
  if (credential === undefined) throw malformedCredential(components.Credential, dialect)
  const signedHeaders = readSignedHeaders(components.SignedHeaders)
  if (signedHeaders === undefined) {
    const component = `SignedHeaders=${quoted(components.SignedHeaders)}`
    const message = `'${component}' is not a list of lower-case header names in ascending order in Authorization header.`
    throw incompleteSignature(dialect, message, `the authorization component "${component}" is malformed.`)
  }
  return { head: { credential, signedHeaders }, signature: components.Signature }
}

function readComponents(text: string, dialect: Dialect): Record<(typeof componentNames)[number], string> {
  const found = new Map<string, string>()
  for (const [index, part] of text.split(',').entries()) {
    const component = index > 0 && part.startsWith(' ') ? part.slice(1) : part
    const equals = component.indexOf('=')
    const name = component.slice(0, Math.max(0, equals))
    const isKnown = componentNames.some((known) => known === name)
    if (!isKnown || found.has(name) || component.includes(' ')) {
      const shown = isKnown ? `${name}=` : quoted(component)
      const message = `'${shown}' not a valid key=value pair in Authorization header.`
      throw incompleteSignature(dialect, message, `the authorization component "${shown}" is malformed.`)
    }
    found.set(name, component.slice(equals + 1))
  }
  const missing = componentNames.filter((name) => (found.get(name) ?? '') === '')
  if (missing.length > 0) {
    const message = missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' ')
    throw incompleteSignature(dialect, message, `missing ${missing[0]}.`)
  }
  const [Credential = '', SignedHeaders = '', Signature = ''] = componentNames.map((name) => found.get(name))
  return { Credential, SignedHeaders, Signature }
}

function requireScope(credential: SignedCredential, { service, dialect }: Target): void {
  const fault = scopeFault(credential, service)
  if (fault === undefined) return
  if (dialect === 's3') throw incompleteSignature(dialect, '', s3ScopeText(fault, credential))
  throw scopeMismatch(fault, credential, { service, dialect })
}

function malformedCredential(text: string, dialect: Dialect): Error {
  const message = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${quoted(text)}'`
  const reason = text.startsWith('/') && text.split('/').length === 5 ? s3NoAccessKeyId : s3MalformedCredential
  return incompleteSignature(dialect, message, reason)
}

/** Only `X-Amz-Date` is read: a `Date` header may be set by anything on the way. */
function missingDate(dialect: Dialect): Error {
  if (dialect === 's3') return signatureError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  return incompleteSignature(dialect, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.", '')
}

function unsupportedScheme(scheme: string, dialect: Dialect): Error {
  if (dialect !== 's3') return incompleteSignature(dialect, `Unsupported AWS 'algorithm': '${quoted(scheme)}'.`, '')
  if (scheme.startsWith('AWS')) return signatureError('InvalidRequest', unsupportedMechanism)
  return signatureError('InvalidArgument', 'Unsupported Authorization Type', { members: { ArgumentName: 'Authorization' } })
}

const s3NoAccessKeyId = 'a non-empty Access Key (AKID) must be provided in the credential.'
const componentNames = ['Credential', 'SignedHeaders', 'Signature'] as const
const signatureLabel = ', Signature='
