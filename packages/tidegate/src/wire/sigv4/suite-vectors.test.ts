import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { wireRequest } from '../../../test/support/signer.ts'
import { parseAuthentication, type SigV4, type Target } from './authentication.ts'
import { canonicalRequest, stringToSign } from './canonical-request.ts'
import { sha256Of } from './hmac-key.ts'
import { SigningKeys } from './signing-keys.ts'
import { SignatureVerifier } from './verifier.ts'

/** AWS's own test suite for signers. */
interface SuiteVector {
  readonly id: string
  readonly why: string
  readonly given: {
    readonly method: string
    readonly path: string
    readonly query: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
    readonly service: string
    readonly secretAccessKey: string
    /** S3's rule for paths, or that of all other services. */
    readonly pathRule: 'single' | 'normalized-double'
    readonly now: string
  }
  readonly want: {
    readonly canonicalRequest: string
    readonly stringToSign: string
    readonly signature: string
    readonly outcome: 'accepted' | 'refused'
  }
}

const text = readFileSync(new URL('../../../../../vectors/sigv4/suite.jsonl', import.meta.url), 'utf8')
const vectors = text
  .split('\n')
  .filter((line) => line !== '')
  .map((line): SuiteVector => JSON.parse(line))
const accepted = vectors.filter(({ want }) => want.outcome === 'accepted')

function read({ given }: SuiteVector): { authentication: SigV4; request: ReturnType<typeof wireRequest>; target: Target } {
  const request = wireRequest(given)
  const authentication = parseAuthentication(request, { service: given.service, dialect: 'query', allowsSigV2: false })
  if (!('credential' in authentication)) throw new Error('not signed with version 4')
  return {
    authentication,
    request,
    target: { service: given.pathRule === 'single' ? 's3' : given.service, dialect: 'query', allowsSigV2: false },
  }
}

test('there are vectors, each under an id of its own', ({ expect }) => {
  expect(vectors.length).toBeGreaterThan(70)
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length)
})

describe('the suite of AWS', () => {
  test.for(accepted)('$id: $why', (vector, { expect }) => {
    const { authentication, request, target } = read(vector)
    const { want, given } = vector
    const payloadHash = sha256Of(Buffer.from(given.body))
    expect(canonicalRequest(request, authentication, target, payloadHash)).toBe(want.canonicalRequest)
    const toSign = stringToSign(request, authentication, target, payloadHash)
    expect(toSign).toBe(want.stringToSign)
    expect(authentication.signature).toBe(want.signature)
    expect(new SigningKeys(10).match(authentication.credential, given.secretAccessKey, toSign, want.signature)).toBeDefined()
  })

  test.for(vectors.filter(({ given }) => given.pathRule === 'normalized-double'))(
    'the verifier, $id',
    async ({ given, want }, { expect }) => {
      const request = wireRequest(given)
      const target: Target = { service: given.service, dialect: 'query', allowsSigV2: false }
      const now = Date.parse(given.now)
      const verify = async () => {
        const verifier = new SignatureVerifier()
        const authentication = verifier.parse(request, target, now)
        if (authentication.kind === 'none') return 'unsigned'
        const { facts } = await verifier.verify(request, authentication, target, given, { now, bodyLimit: 1000 })
        return facts.accessKeyId
      }
      if (want.outcome === 'accepted') expect(await verify()).toBe('AKIDEXAMPLE')
      else await expect(verify()).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
    },
  )
})
