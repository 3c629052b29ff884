import { createHmac, createPublicKey } from 'node:crypto'
import { describe, test } from 'vitest'
import { claimsOf, encoded, Issuer, issuerUrl, signed, signingKey, tokenSeconds } from '../../test/support/issuer.ts'
import { AwsError } from '../kernel/aws-error.ts'
import { FetchError } from './safe-fetch.ts'
import { webIdentityVerifier } from './web-identity.ts'

const now = tokenSeconds * 1000
const provider = { url: issuerUrl.slice('https://'.length), clientIds: ['tidegate', 'console'] }
const rsa = signingKey('RS256', 'k-rsa')
const ec = signingKey('ES256', 'k-ec')
const stranger = signingKey('RS256', 'k-rsa')
const publicPem = createPublicKey({ key: rsa.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()

async function answer(token: string, issuer = new Issuer([rsa, ec]), trusted: typeof provider = provider): Promise<string> {
  const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
  try {
    return `verified ${(await verifier.verify(token, trusted, now)).subject}`
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return `${error.code}: ${error.message}`
  }
}

const notJwt = 'InvalidIdentityToken: The ID Token provided is not a valid JWT'
const noKey = "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider"

/** Signed with a secret that everybody knows: the public key in one of its forms. */
function hmac(secret: string, algorithm = 'HS256'): string {
  const content = `${encoded({ alg: algorithm, kid: 'k-rsa' })}.${encoded(claimsOf())}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

const [head = '', body = '', signature = ''] = signed(rsa).split('.')

const forgeries: readonly [string, string, string][] = [
  ['no token', '', notJwt],
  ['an access token', 'gho_16C7e42F292c6912E7710c838347Ae178B4a', notJwt],
  ['two parts', `${head}.${body}`, notJwt],
  ['four parts', `${head}.${body}.${signature}.x`, notJwt],
  ['five parts, encrypted', `${head}.${body}.${signature}.x.y`, notJwt],
  ['no signature', `${head}.${body}.`, notJwt],
  ['algorithm none', `${encoded({ alg: 'none' })}.${body}.`, notJwt],
  ['algorithm none with a signature', `${encoded({ alg: 'none' })}.${body}.${signature}`, notJwt],
  ['algorithm nOnE', `${encoded({ alg: 'nOnE' })}.${body}.${signature}`, notJwt],
  ['no algorithm', `${encoded({ kid: 'k-rsa' })}.${body}.${signature}`, notJwt],
  ['HMAC with the public key', hmac(publicPem), notJwt],
  ['HMAC with the modulus', hmac(String(rsa.jwk.n)), notJwt],
  ['HMAC with the JWK', hmac(JSON.stringify(rsa.jwk)), notJwt],
  ['HMAC that says RS256', hmac(publicPem, 'RS256'), notJwt],
  ['PS256', signed(rsa, claimsOf(), { alg: 'PS256' }), notJwt],
  ['RS384 over a signature of RS256', signed(rsa, claimsOf(), { alg: 'RS384' }), notJwt],
  ['ES256 for a key of RSA', signed(rsa, claimsOf(), { alg: 'ES256' }), noKey],
  ['a key of a stranger', signed(stranger), notJwt],
  ['claims of another token', `${head}.${encoded(claimsOf({ sub: 'admin' }))}.${signature}`, notJwt],
  ['a header of another token', `${encoded({ alg: 'RS256', kid: 'k-rsa', typ: 'JWT' })}.${body}.${signature}`, notJwt],
  ['an unknown key id', signed(rsa, claimsOf(), { kid: 'k-other' }), noKey],
  ['no key id, where there is a choice', signed(signingKey('RS256'), claimsOf()), notJwt],
  ['a key id that is a path', signed(rsa, claimsOf(), { kid: '../../../../dev/null' }), noKey],
  ['a key id that is SQL', signed(rsa, claimsOf(), { kid: "x' UNION SELECT 'key" }), noKey],
  ['a key id that is a name of objects', signed(rsa, claimsOf(), { kid: '__proto__' }), noKey],
  ['a key id that is a number', signed(rsa, claimsOf(), { kid: 7 }), notJwt],
  ['a key id of 257 letters', signed(rsa, claimsOf(), { kid: 'x'.repeat(257) }), notJwt],
  ['an embedded key', signed(stranger, claimsOf(), { jwk: stranger.jwk }), notJwt],
  ['a URL of keys', signed(stranger, claimsOf(), { jku: 'https://evil.example.com/keys' }), notJwt],
  ['a URL of a certificate', signed(stranger, claimsOf(), { x5u: 'https://evil.example.com/cert' }), notJwt],
  ['an embedded certificate', signed(stranger, claimsOf(), { x5c: ['MIIB'] }), notJwt],
  ['a critical extension', signed(rsa, claimsOf(), { crit: ['b64'], b64: false }), notJwt],
  ['a token of another type', signed(rsa, claimsOf(), { typ: 'logout+jwt' }), notJwt],
  ['padding', `${head}=.${body}.${signature}`, notJwt],
  ['another spelling of base64', `${head}.${body}\n.${signature}`, notJwt],
  ['claims that are a list', signed(rsa, '[1]'), notJwt],
  ['claims that are no JSON', signed(rsa, 'x'), notJwt],
  ['a claim that stands twice', signed(rsa, `${JSON.stringify(claimsOf()).slice(0, -1)},"sub":"admin"}`), notJwt],
  ['a claim that stands twice, escaped', signed(rsa, `${JSON.stringify(claimsOf()).slice(0, -1)},"\\u0073ub":"admin"}`), notJwt],
  ['a header that stands twice', `${encoded('{"alg":"RS256","kid":"k-rsa","alg":"none"}')}.${body}.${signature}`, notJwt],
  ['20001 characters', signed(rsa, claimsOf({ filler: 'x'.repeat(15_000) })), notJwt],
]

test.for(forgeries)('T-29 %s is refused', async ([, token, want], { expect }) => {
  expect(await answer(token)).toContain(want)
})

const badClaims: readonly [string, Record<string, unknown>, string][] = [
  ['no end', { exp: undefined }, 'InvalidIdentityToken: Missing a required claim: exp'],
  ['an end that is a text', { exp: String(tokenSeconds + 300) }, notJwt],
  [
    'its end this second',
    { exp: tokenSeconds },
    `ExpiredTokenException: Token expired: current date/time ${tokenSeconds} must be before the expiration date/time ${tokenSeconds}`,
  ],
  ['its end in 1970', { exp: -1 }, 'ExpiredTokenException'],
  ['its beginning in 61 seconds', { nbf: tokenSeconds + 61 }, 'IDPRejectedClaim'],
  ['its issue in 61 seconds', { iat: tokenSeconds + 61 }, 'IDPRejectedClaim'],
  ['an issue that is a text', { iat: 'now' }, notJwt],
  ['no audience', { aud: undefined }, 'InvalidIdentityToken: Missing a required claim: aud'],
  ['an empty list of audiences', { aud: [] }, 'InvalidIdentityToken: Missing a required claim: aud'],
  ['an audience that is an object', { aud: { tidegate: true } }, 'InvalidIdentityToken: Missing a required claim: aud'],
  ['another audience', { aud: 'other' }, 'InvalidIdentityToken: Incorrect token audience'],
  ['an audience in another case', { aud: 'Tidegate' }, 'InvalidIdentityToken: Incorrect token audience'],
  ['another authorized party', { azp: 'other' }, 'InvalidIdentityToken: Incorrect token audience'],
  ['an authorized party that is a list', { azp: ['tidegate'] }, 'InvalidIdentityToken: Incorrect token audience'],
  ['no subject', { sub: undefined }, 'InvalidIdentityToken: Missing a required claim: sub'],
  ['an empty subject', { sub: '' }, 'InvalidIdentityToken: Missing a required claim: sub'],
  ['a subject that is a number', { sub: 7 }, 'InvalidIdentityToken: Missing a required claim: sub'],
  ['no issuer', { iss: undefined }, 'InvalidIdentityToken: Missing a required claim: iss'],
  ['another issuer', { iss: 'https://evil.example.com' }, 'IDPRejectedClaim'],
  ['an issuer in another case', { iss: 'https://idp.example.com/realms/Staff' }, 'IDPRejectedClaim'],
  ['an issuer with a slash more than its configuration says', { iss: `${issuerUrl}/` }, noKey],
  ['an issuer with a query', { iss: `${issuerUrl}?x` }, notJwt],
  ['an issuer inside', { iss: 'https://169.254.169.254/realms/staff' }, 'InvalidIdentityToken: Issuer must be a valid URL'],
  ['an issuer without TLS', { iss: issuerUrl.replace('https', 'http') }, 'InvalidIdentityToken: Issuer must be a valid URL'],
  ['an issuer that is no URL', { iss: 'idp' }, 'InvalidIdentityToken: Issuer must be a valid URL'],
]

test.for(badClaims)('T-29 T-30 a token with %s is refused', async ([, change, want], { expect }) => {
  const issuer = new Issuer([rsa])
  expect(await answer(signed(rsa, claimsOf(change)), issuer)).toContain(want)
  if (!want.startsWith(noKey)) expect(issuer.asked).toEqual([])
})

test('nothing that is refused is quoted', async ({ expect }) => {
  for (const [, token] of forgeries.filter(([, { length }]) => length > 20)) {
    expect(await answer(token)).not.toContain(token.slice(0, 20))
  }
})

const published: readonly [string, Record<string, unknown>][] = [
  ['for encryption', { use: 'enc' }],
  ['for another algorithm', { alg: 'RS512' }],
  ['for other operations', { key_ops: ['encrypt'] }],
  ['of another kind', { kty: 'oct', k: 'c2VjcmV0' }],
  ['with an enormous modulus', { n: 'A'.repeat(1367) }],
  ['with a modulus that is none', { n: '!' }],
]

test.for(published)('a key that is published %s verifies nothing', async ([, change], { expect }) => {
  const issuer = new Issuer([{ ...rsa, jwk: { ...rsa.jwk, ...change } }])
  expect(await answer(signed(rsa), issuer)).toContain('InvalidIdentityToken')
})

const configurations: readonly [string, string | Error, string][] = [
  ['of another issuer', JSON.stringify({ issuer: 'https://evil.example.com', jwks_uri: `${issuerUrl}/keys` }), noKey],
  ['without keys', JSON.stringify({ issuer: issuerUrl }), noKey],
  ['that is no JSON', '<html>', noKey],
  ['that cannot be fetched', new FetchError('refused'), noKey],
  ['that cannot be fetched now', new FetchError('no answer', { isTransient: true }), 'IDPCommunicationError'],
]

test.for(configurations)('a configuration document %s', async ([, document, want], { expect }) => {
  const issuer = new Issuer([rsa])
  issuer.documents.set(`${issuerUrl}/.well-known/openid-configuration`, document)
  expect(await answer(signed(rsa), issuer)).toContain(want)
})

test.for(['{"keys":{}}', '{}', '[]', JSON.stringify({ keys: Array.from({ length: 101 }, () => rsa.jwk) }), '{"keys":[null,1,"x"]}'])(
  'keys that are `%s` verify nothing',
  async (document, { expect }) => {
    const issuer = new Issuer([])
    issuer.documents.set(`${issuerUrl}/keys`, document)
    expect(await answer(signed(rsa), issuer)).toContain(noKey)
  },
)

test.for(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])('%s verifies', async (algorithm, { expect }) => {
  const key = signingKey(algorithm, 'k')
  expect(await answer(signed(key), new Issuer([key]))).toBe('verified alice')
})

const good: readonly [string, Record<string, unknown>, readonly string[]][] = [
  ['one audience', {}, ['tidegate']],
  ['an audience of several', { aud: ['other', 'console', 'tidegate'] }, ['console', 'tidegate']],
  ['an authorized party', { aud: 'other', azp: 'console' }, ['console']],
  ['a clock that is a minute ahead', { iat: tokenSeconds + 60, nbf: tokenSeconds + 60 }, ['tidegate']],
  ['no time of issue', { iat: undefined }, ['tidegate']],
]

test.for(good)('a token with %s is verified', async ([, change, audiences], { expect }) => {
  const verifier = webIdentityVerifier({ fetchText: new Issuer([rsa]).fetchText })
  const verified = await verifier.verify(signed(rsa, claimsOf(change)), provider, now)
  expect(verified).toMatchObject({ issuer: issuerUrl, subject: 'alice', audiences })
})

test('without a key id the only key that fits is taken', async ({ expect }) => {
  const key = signingKey('RS256')
  expect(await answer(signed(key), new Issuer([key, ec]))).toBe('verified alice')
})

test('an issuer that ends in a slash is that of a provider without', async ({ expect }) => {
  const slashed = `${issuerUrl}/`
  const token = signed(rsa, claimsOf({ iss: slashed }))
  expect(await answer(token, new Issuer([rsa], slashed))).toBe('verified alice')
})

describe('the keys of a provider are kept', () => {
  const minute = 60_000
  const rotated = signingKey('RS256', 'k-new')
  const attempt = async (verifier: ReturnType<typeof webIdentityVerifier>, key: typeof rsa, afterMs: number): Promise<string> => {
    const seconds = tokenSeconds + Math.floor(afterMs / 1000)
    const token = signed(key, claimsOf({ exp: seconds + 300 }))
    return verifier.verify(token, provider, now + afterMs).then(
      () => 'verified',
      (error: AwsError) => error.code,
    )
  }

  test('one question for many tokens, also at once', async ({ expect }) => {
    const issuer = new Issuer([rsa])
    const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
    expect(await Promise.all(Array.from({ length: 5 }, () => attempt(verifier, rsa, 0)))).toEqual(
      Array.from({ length: 5 }, () => 'verified'),
    )
    expect(await attempt(verifier, rsa, 9 * minute)).toBe('verified')
    expect(issuer.asked).toHaveLength(2)
  })

  test('T-29 an unknown key id makes us ask again once a minute, however many tokens name it', async ({ expect }) => {
    const issuer = new Issuer([rsa])
    const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
    await attempt(verifier, rsa, 0)
    for (let i = 1; i <= 20; i++) expect(await attempt(verifier, rotated, i * 1000)).toBe('InvalidIdentityToken')
    expect(issuer.asked).toHaveLength(2)
    issuer.publish([rotated])
    expect(await attempt(verifier, rotated, minute)).toBe('verified')
    expect(await attempt(verifier, rsa, minute + 1)).toBe('InvalidIdentityToken')
    expect(issuer.asked).toHaveLength(4)
  })

  test('keys outlive a provider that is away, for an hour', async ({ expect }) => {
    const issuer = new Issuer([rsa])
    const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
    await attempt(verifier, rsa, 0)
    issuer.documents.set(`${issuerUrl}/keys`, new FetchError('no answer', { isTransient: true }))
    expect(await attempt(verifier, rsa, 59 * minute)).toBe('verified')
    expect(await attempt(verifier, rsa, 60 * minute)).toBe('IDPCommunicationError')
    issuer.publish([rsa])
    expect(await attempt(verifier, rsa, 61 * minute)).toBe('verified')
  })

  test('a provider that never answered is asked every few seconds, not for every token', async ({ expect }) => {
    const issuer = new Issuer([rsa])
    const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
    issuer.documents.set(`${issuerUrl}/.well-known/openid-configuration`, new FetchError('no answer', { isTransient: true }))
    for (let i = 0; i < 10; i++) expect(await attempt(verifier, rsa, i * 100)).toBe('IDPCommunicationError')
    expect(issuer.asked).toHaveLength(1)
    expect(await attempt(verifier, rsa, 5000)).toBe('IDPCommunicationError')
    expect(issuer.asked).toHaveLength(2)
  })
})

test('the issuer of a token is told without asking anybody, and only as a claim', ({ expect }) => {
  const issuer = new Issuer([rsa])
  const verifier = webIdentityVerifier({ fetchText: issuer.fetchText })
  expect(verifier.issuerOf(signed(stranger))).toBe(issuerUrl)
  expect(() => verifier.issuerOf('a.b.c')).toThrow('The ID Token provided is not a valid JWT')
  expect(issuer.asked).toEqual([])
})
