/**
 * Proof that a request was signed by who has the secret: only the verifier makes these (their `#` field can't be copied or cast into an
 * object from elsewhere), so code that asks for one can't be reached by a request whose signature nobody has checked.
 */
import type { Unsigned } from './authentication.ts'
import type { SignatureMatch } from './signing-keys.ts'
import type { VerifiedBody } from './verified-body.ts'

/** The values of condition key `s3:authType`. */
export type AuthType = 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST'

export interface SignatureFacts {
  readonly version: 'AWS4-HMAC-SHA256' | 'AWS'
  readonly authType: AuthType
  readonly accessKeyId: string
  readonly service: string
  /** Of the credential scope; undefined for version 2, which has none. */
  readonly region: string | undefined
  /** Milliseconds since 1970; undefined for version 2 in a query or form, which carries no time of signing. */
  readonly signedAt: number | undefined
  /** Milliseconds from signing to arrival, never negative. */
  readonly age: number | undefined
  /** What was signed as the hash of the body; of version 4 on S3. */
  readonly contentSha256: string | undefined
  /** Read this body, not that of the request. */
  readonly body: VerifiedBody
}

class Verified {
  readonly #facts: SignatureFacts

  constructor(facts: SignatureFacts) {
    this.#facts = facts
  }

  get facts(): SignatureFacts {
    return this.#facts
  }
}

class Anonymous {
  readonly #body: VerifiedBody

  constructor(body: VerifiedBody) {
    this.#body = body
  }

  get body(): VerifiedBody {
    return this.#body
  }
}

export type VerifiedSignature = Verified
/** A request without any trace of a signature, for an operation that may be called so. */
export type UnsignedRequest = Anonymous

/** The match is the proof: it comes into being where a signature was found right, and nowhere else. */
export function markVerified(_proof: SignatureMatch, facts: SignatureFacts): VerifiedSignature {
  return new Verified(facts)
}

export function markUnsigned(_authentication: Pick<Unsigned, 'kind'>, body: VerifiedBody): UnsignedRequest {
  return new Anonymous(body)
}
