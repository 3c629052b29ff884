/** Whether a signature was made with a secret: the one place where that is found out. */
import { Buffer } from 'node:buffer'
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { BoundedCache } from '../../kernel/bounded-cache.ts'
import type { SignedCredential } from './credential-scope.ts'
import { HmacKey, isSameSignature } from './hmac-key.ts'

/** A right signature. Only `SigningKeys` makes these. */
class Match {
  /** The derived key of version 4. */
  readonly #key: HmacKey | undefined

  constructor(key: HmacKey | undefined) {
    this.#key = key
  }

  get key(): HmacKey | undefined {
    return this.#key
  }
}

export type SignatureMatch = Match

/**
 * Derived keys by credential. An entry holds the secret that it was derived from, so a changed secret misses it.
 *
 * INVARIANT: a check does the same work for an unknown access key id as for a wrong signature of a known one: one derivation and one
 * signature. Only right signatures leave an entry behind, so nobody without a secret can fill the cache or find out what is in it.
 */
export class SigningKeys {
  readonly #cache: BoundedCache<{ readonly secretAccessKey: string; readonly key: HmacKey }>
  #derivations = 0

  constructor(capacity: number) {
    this.#cache = new BoundedCache(capacity)
  }

  /** How often a key was derived: work that can be counted. */
  get derivations(): number {
    return this.#derivations
  }

  /** Undefined when the signature is wrong, or when nobody has the access key id (`secretAccessKey` is undefined). */
  match(
    credential: SignedCredential,
    secretAccessKey: string | undefined,
    stringToSign: string,
    signature: string,
  ): SignatureMatch | undefined {
    const entry = secretAccessKey === undefined ? undefined : this.#cache.get(credential.text)
    const cached = entry !== undefined && entry.secretAccessKey === secretAccessKey ? entry.key : undefined
    const key = cached ?? this.#derive(secretAccessKey ?? nobodysSecret, credential)
    const isRight = isSameSignature(key.hex(stringToSign), signature)
    if (secretAccessKey === undefined) return undefined
    if (!isRight) {
      if (cached !== undefined) this.#derive(nobodysSecret, credential)
      return undefined
    }
    if (cached === undefined) this.#cache.set(credential.text, { secretAccessKey, key })
    return new Match(key)
  }

  /** Version 2: HMAC-SHA1 with the secret itself, in base64, of any of these. */
  matchSigV2(secretAccessKey: string | undefined, stringsToSign: readonly string[], signature: string): SignatureMatch | undefined {
    const key = createSecretKey(secretAccessKey ?? nobodysSecret, 'utf8')
    // The pattern admits one text for each value: 20 bytes leave two bits of the last digit, which have to be zero.
    const theirs = sigV2Pattern.test(signature) ? Buffer.from(signature, 'base64') : Buffer.alloc(sha1Bytes)
    // Characters stand for the bytes that were sent, as in all header values.
    const matches = stringsToSign.filter((each) => timingSafeEqual(createHmac('sha1', key).update(each, 'latin1').digest(), theirs))
    return matches.length > 0 && secretAccessKey !== undefined ? new Match(undefined) : undefined
  }

  #derive(secretAccessKey: string, credential: SignedCredential): HmacKey {
    this.#derivations++
    return deriveSigningKey(secretAccessKey, credential)
  }
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature */
function deriveSigningKey(
  secretAccessKey: string,
  { date, region, service, terminator }: Pick<SignedCredential, 'date' | 'region' | 'service' | 'terminator'>,
): HmacKey {
  let key = new HmacKey(Buffer.from(`AWS4${secretAccessKey}`, 'utf8'))
  for (const part of [date, region, service, terminator]) key = new HmacKey(key.digest(part))
  return key
}

const sha1Bytes = 20
const sigV2Pattern = /^[A-Za-z0-9+/]{26}[AEIMQUYcgkosw048]=$/
/** Stands in where there is no secret; nobody is let in with it, see `match`. */
const nobodysSecret = '-'.repeat(40)
