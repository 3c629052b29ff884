/**
 * Sessions that nobody stores: the session token is the session, sealed. A gateway needs a key ring to check a signature, and no database.
 */
import { createHmac } from 'node:crypto'
import { commonError } from '../kernel/aws-error.ts'
import type { Session } from '../kernel/caller.ts'
import { accountIdOfAccessKey } from './access-key-id.ts'
import type { Keys } from './key-ring.ts'
import { boxOfText, generationOf, nonceOf, seal, textOfBox, unseal } from './sealed-box.ts'
import { decodeSession, encodeSession } from './session-codec.ts'

export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** The access key id is the session's own: `newAccessKeyId('ASIA', accountId)`. The token's length is what AssumeRole's callers must carry. */
export function sealSession(session: Session, keys: Keys): SessionCredentials {
  const { accessKeyId, accountId } = session
  if (!accessKeyId.startsWith('ASIA') || accountIdOfAccessKey(accessKeyId) !== accountId)
    throw new Error('the access key id of a session is an `ASIA…` of its account')
  const box = seal(encodeSession(session), boxFor(accessKeyId), keys)
  return { accessKeyId, secretAccessKey: secretFor(accessKeyId, box, keys), sessionToken: textOfBox(box) }
}

export interface OpenedSession {
  readonly session: Session
  /** What a signature by the session is checked with. */
  readonly secretAccessKey: string
  /** Id of the generation of keys that sealed it. */
  readonly generation: string
}

export interface SessionClaim {
  readonly accessKeyId: string
  readonly sessionToken: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * The session of a token, if the token was sealed here for this access key id and has not expired. Whether it was revoked is not known here.
 * Throws `InvalidClientTokenId` for everything else, the same whatever is wrong, and `ExpiredToken`; never another error.
 */
export function openSession({ accessKeyId, sessionToken, now }: SessionClaim, keys: Keys): OpenedSession {
  const opened = open(accessKeyId, sessionToken, keys)
  if (opened === undefined) throw commonError('InvalidClientTokenId', 'The security token included in the request is invalid.')
  if (now >= opened.session.expiresAt * 1000) throw commonError('ExpiredToken', 'The security token included in the request is expired')
  return opened
}

function open(accessKeyId: string, sessionToken: string, keys: Keys): OpenedSession | undefined {
  const box = boxOfText(sessionToken)
  const content = box && unseal(box, boxFor(accessKeyId), keys)
  if (box === undefined || content === undefined) return undefined
  try {
    const session = decodeSession(content, accessKeyId)
    return { session, secretAccessKey: secretFor(accessKeyId, box, keys), generation: generationOf(box) }
  } catch {
    return undefined // sealed by a version of tidegate that writes sessions otherwise
  }
}

/**
 * 30 bytes of an HMAC over the access key id and the token's nonce, in base64: 40 characters, as AWS's are.
 * Without the nonce, another session that happens to get the same id (39 bits are random) would know the secret of this one, and presigned
 * URLs show ids and tokens to everyone they are sent to.
 */
function secretFor(accessKeyId: string, box: Buffer, keys: Keys): string {
  const key = keys.keyFor('session-secret', generationOf(box))
  if (key === undefined) throw new Error('the key ring has no key for session secrets')
  return createHmac('sha256', key).update(accessKeyId).update(nonceOf(box)).digest().toString('base64', 0, 30)
}

function boxFor(accessKeyId: string) {
  return { purpose: 'session-token', context: accessKeyId } as const
}
