/** JWTs in compact form (RFC 7515, section 7.1), read as strictly as they may be. Nothing that is read here is verified. */
import { tokenError } from './errors.ts'
import { parseStrictObject } from './strict-json.ts'

export interface UnverifiedToken {
  readonly compact: string
  readonly algorithm: Algorithm
  readonly keyId: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
}

/** Only signatures by private keys: no `none`, no HMAC, whose secret would be a key that everybody has. */
export const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const
export type Algorithm = (typeof algorithms)[number]

/** Throws `InvalidIdentityToken`. */
export function readToken(compact: string): UnverifiedToken {
  if (compact.length > maxLength) throw invalid('it is too long')
  const parts = compact.split('.')
  const [head, body, signature] = parts
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined || signature === '')
    throw invalid('it has no three parts')
  const header = objectOf(head)
  const claims = objectOf(body)
  if (header === undefined || claims === undefined) throw invalid('header or claims are not an object, or have a name twice')
  const embedded = forbiddenHeaders.find((name) => Object.hasOwn(header, name))
  if (embedded !== undefined) throw invalid(`its header has \`${embedded}\``)
  const { alg, kid, typ } = header
  const algorithm = algorithms.find((each) => each === alg)
  if (algorithm === undefined) throw invalid('its algorithm is not accepted')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > maxKeyIdLength)) throw invalid('its key id is not one')
  if (typ !== undefined && !(typeof typ === 'string' && /^(?:application\/)?(?:at\+)?jwt$/i.test(typ)))
    throw invalid('it is of another type')
  return { compact, algorithm, keyId: kid, claims }
}

/** AWS's text for what is no token that it can read. */
export function invalid(detail: string): Error {
  return tokenError(
    'InvalidIdentityToken',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    { detail },
  )
}

function objectOf(part: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = Buffer.from(part, 'base64url')
  // One spelling only: what is not base64url is skipped by the decoder, not by everybody.
  if (bytes.toString('base64url') !== part) return undefined
  try {
    return parseStrictObject(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Keys and where to find them are the provider's to say, never the token's; extensions that must be understood are not. */
const forbiddenHeaders = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc']

const maxLength = 20_000
const maxKeyIdLength = 256
