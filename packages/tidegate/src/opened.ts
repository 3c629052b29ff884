/**
 * What was sealed and has been opened before: session tokens and stored secrets come with request after request, and opening one costs as
 * much as verifying a signature.
 *
 * INVARIANT: only what has opened is kept, and it is good only as long as the key ring has the key for it. Expiry and revocation are not
 * part of what is kept: whoever asks checks them each time.
 */
import type { Keys } from './sessions/key-ring.ts'
import { generationOfSecret, openSecret, type SecretOwner } from './sessions/secrets.ts'
import { type OpenedSession, openSession, type SessionClaim } from './sessions/session-token.ts'
import { BoundedCache } from './kernel/bounded-cache.ts'

export class OpenedSessions {
  readonly #keys: Keys
  readonly #opened = new BoundedCache<OpenedSession>(capacity)

  constructor(keys: Keys) {
    this.#keys = keys
  }

  /** As `openSession`. The same token gives the same session, as an object, while it is kept. */
  open(claim: SessionClaim): OpenedSession {
    const known = this.#opened.get(claim.sessionToken)
    if (known !== undefined && this.#isGood(known, claim)) return known
    const opened = openSession(claim, this.#keys)
    this.#opened.set(claim.sessionToken, opened)
    return opened
  }

  #isGood({ session, generation }: OpenedSession, { accessKeyId, now }: SessionClaim): boolean {
    if (session.accessKeyId !== accessKeyId || now >= session.expiresAt * 1000) return false
    return this.#keys.keyFor('session-token', generation) !== undefined
  }
}

export class OpenedSecrets {
  readonly #keys: Keys
  readonly #opened = new BoundedCache<{ readonly secret: string; readonly owner: SecretOwner; readonly generation: string }>(capacity)

  constructor(keys: Keys) {
    this.#keys = keys
  }

  /** As `openSecret`. */
  open(sealed: string, owner: SecretOwner): string {
    const known = this.#opened.get(sealed)
    if (known !== undefined && isSame(known.owner, owner) && this.#keys.keyFor('stored-secret', known.generation) !== undefined) {
      return known.secret
    }
    const secret = openSecret(sealed, owner, this.#keys)
    this.#opened.set(sealed, { secret, owner, generation: generationOfSecret(sealed) })
    return secret
  }
}

function isSame(a: SecretOwner, b: SecretOwner): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}

const capacity = 10_000
