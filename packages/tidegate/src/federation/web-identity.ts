/**
 * Verifying ID tokens of OpenID Connect providers, for AssumeRoleWithWebIdentity.
 *
 * The thumbprints of a provider are not looked at: AWS ignores them too where the certificate of the issuer is signed by an authority that
 * everybody trusts, and here it must be (`NODE_EXTRA_CA_CERTS` adds one's own).
 */
import { compactVerify, importJWK } from 'jose'
import type { JWK } from 'jose'
import type { AwsError } from '../kernel/aws-error.ts'
import { tokenError } from './errors.ts'
import { KeySets } from './key-sets.ts'
import type { FetchText } from './key-sets.ts'
import { acceptUrl, FetchError, fetchJson } from './safe-fetch.ts'
import type { SafeFetchOptions } from './safe-fetch.ts'
import { invalid, readToken } from './token.ts'
import type { Algorithm, UnverifiedToken } from './token.ts'

/** A provider that an account trusts. */
export interface TrustedProvider {
  /** Issuer without scheme. */
  readonly url: string
  readonly clientIds: readonly string[]
}

export interface VerifiedToken {
  readonly issuer: string
  readonly subject: string
  /** Those of the token's audiences that are client ids of the provider. */
  readonly audiences: readonly [string, ...string[]]
  readonly claims: Readonly<Record<string, unknown>>
}

export interface WebIdentityVerifier {
  /** The issuer that a token claims; nothing of it is verified. Throws `InvalidIdentityToken`. */
  issuerOf(token: string): string
  /**
   * Throws `InvalidIdentityToken`, `ExpiredTokenException`, `IDPRejectedClaim`, and `IDPCommunicationError`, after which it may work again.
   * @param now milliseconds since 1970
   */
  verify(token: string, provider: TrustedProvider, now: number): Promise<VerifiedToken>
}

export interface WebIdentityOptions extends Pick<SafeFetchOptions, 'allowLoopback' | 'privateHosts'> {
  /** In place of the network. */
  readonly fetchText?: FetchText
}

export function webIdentityVerifier(options: WebIdentityOptions = {}): WebIdentityVerifier {
  const { fetchText = (url) => fetchJson(url, options) } = options
  const keySets = new KeySets(fetchText)
  return {
    issuerOf: (token) => issuerIn(readToken(token), options),
    async verify(compact, provider, now) {
      const token = readToken(compact)
      const issuer = issuerIn(token, options)
      if (bare(issuer) !== bare(`https://${provider.url}`)) throw rejected('the issuer is not that of the provider')
      // Cheap refusals first: for a token that is refused anyway nobody is asked.
      const verified = { issuer, subject: subjectIn(token), audiences: audiencesIn(token, provider), claims: token.claims }
      assertTimes(token, now)
      await assertSigned(token, issuer, keySets, now)
      return verified
    },
  }
}

async function assertSigned(token: UnverifiedToken, issuer: string, keySets: KeySets, now: number): Promise<void> {
  const { keys } = await keySets
    .of(issuer, now, (set) => candidates(set.keys, token).length > 0)
    .catch((error: unknown) => {
      throw error instanceof FetchError && error.isTransient ? unreachable(error) : noKey(error)
    })
  const [jwk, ...others] = candidates(keys, token)
  // A token without a key id is verified only where there is no choice.
  if (jwk === undefined || (others.length > 0 && token.keyId === undefined)) throw noKey(undefined)
  for (const candidate of [jwk, ...others].slice(0, maxCandidates)) if (await isSignedBy(candidate, token)) return
  throw invalid('its signature is wrong')
}

async function isSignedBy(jwk: JWK, { compact, algorithm }: UnverifiedToken): Promise<boolean> {
  try {
    const key = await importJWK({ ...jwk, alg: algorithm }, algorithm)
    // INVARIANT: a secret never verifies: `compactVerify` would take one for HMAC algorithms.
    if (key instanceof Uint8Array) return false
    await compactVerify(compact, key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

/** The keys of the provider that may have signed the token: of its algorithm's kind, for signatures, and of the key id that it names. */
function candidates(keys: readonly JWK[], { algorithm, keyId }: UnverifiedToken): readonly JWK[] {
  const { kty, crv } = keyKinds[algorithm]
  return keys.filter(
    (key) =>
      key.kty === kty &&
      (crv === undefined || key.crv === crv) &&
      (key.alg === undefined || key.alg === algorithm) &&
      (key.use === undefined || key.use === 'sig') &&
      (key.key_ops === undefined || key.key_ops.includes('verify')) &&
      (keyId === undefined || key.kid === keyId) &&
      (key.n?.length ?? 0) <= maxModulusLength,
  )
}

const keyKinds: Readonly<Record<Algorithm, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

function issuerIn({ claims }: UnverifiedToken, options: SafeFetchOptions): string {
  const issuer = textClaim(claims, 'iss')
  if (issuer.includes('?') || issuer.includes('#')) throw invalid('its issuer is no URL of an issuer')
  try {
    acceptUrl(issuer, options)
  } catch (error) {
    throw tokenError('InvalidIdentityToken', 'Issuer must be a valid URL', { detail: String(error), cause: error })
  }
  return issuer
}

function subjectIn({ claims }: UnverifiedToken): string {
  const subject = textClaim(claims, 'sub')
  if (subject.length > maxSubjectLength) throw invalid('its subject is too long')
  return subject
}

/** Whom the token was issued to counts (`azp`) where it says so, whom it is for (`aud`) otherwise. */
function audiencesIn({ claims }: UnverifiedToken, { clientIds }: TrustedProvider): readonly [string, ...string[]] {
  const { aud, azp } = claims
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (all.length === 0 || all.some((each) => typeof each !== 'string')) throw missingClaim('aud')
  const [first, ...others] = (azp === undefined ? all : [azp]).filter(
    (each): each is string => typeof each === 'string' && clientIds.includes(each),
  )
  if (first === undefined) throw tokenError('InvalidIdentityToken', 'Incorrect token audience')
  return [first, ...others]
}

/** INVARIANT: a token ends: without `exp` it could be used for ever. */
function assertTimes({ claims }: UnverifiedToken, now: number): void {
  const seconds = Math.floor(now / 1000)
  const expiresAt = timeClaim(claims, 'exp')
  if (expiresAt === undefined) throw missingClaim('exp')
  if (seconds >= expiresAt) {
    throw tokenError(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${expiresAt}`,
    )
  }
  for (const name of ['iat', 'nbf']) {
    if ((timeClaim(claims, name) ?? 0) > seconds + leewaySeconds) throw rejected(`\`${name}\` lies in the future`)
  }
}

function timeClaim(claims: UnverifiedToken['claims'], name: string): number | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`its \`${name}\` is no time`)
  return value
}

function textClaim(claims: UnverifiedToken['claims'], name: string): string {
  const value = claims[name]
  if (typeof value !== 'string' || value === '') throw missingClaim(name)
  return value
}

function bare(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

function missingClaim(name: string): AwsError {
  return tokenError('InvalidIdentityToken', `Missing a required claim: ${name}`)
}

function rejected(detail: string): AwsError {
  return tokenError('IDPRejectedClaim', 'The identity provider reported that authentication failed, or a claim of the token is not valid', {
    detail,
  })
}

function noKey(cause: unknown): AwsError {
  return tokenError(
    'InvalidIdentityToken',
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    { detail: cause instanceof Error ? cause.message : 'the provider has no such key', cause },
  )
}

function unreachable(cause: FetchError): AwsError {
  return tokenError('IDPCommunicationError', 'The identity provider could not be reached to verify the token', {
    detail: cause.message,
    cause,
  })
}

const leewaySeconds = 60
const maxSubjectLength = 1024
/** Of a modulus in base64url: 8192 bits. */
const maxModulusLength = 1366
const maxCandidates = 3
