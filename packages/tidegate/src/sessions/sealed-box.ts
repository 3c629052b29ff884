/**
 * What everything sealed here looks like: version (1 byte), id of the key's generation (4), nonce (12), AES-256-GCM ciphertext and tag (16).
 * The first two and a context are authenticated too, so a box opens only for the purpose and the context that it was sealed for.
 *
 * Nonces are random: NIST SP 800-38D, section 8.3 allows 2^32 of them for one key, which is a hundred a second for 16 months.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Keys, Purpose } from './key-ring.ts'
import { uniqueBytes } from './random.ts'

export interface Box {
  readonly purpose: Purpose
  /** What the content belongs to; the same text is needed to open it. */
  readonly context: string
}

export function seal(content: Uint8Array, { purpose, context }: Box, keys: Keys): Buffer {
  const key = keys.keyFor(purpose, keys.newest)
  if (key === undefined) throw new Error('the key ring has no key that seals')
  const header = Buffer.concat([Buffer.of(version), Buffer.from(keys.newest, 'hex')])
  const nonce = uniqueBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.concat([header, Buffer.from(context)]))
  return Buffer.concat([header, nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** `undefined` for everything that is not a box sealed here for this purpose and context, or whose key is gone. Never throws. */
export function unseal(box: Buffer, { purpose, context }: Box, keys: Keys): Buffer | undefined {
  if (box.length < contentAt + tagBytes || box[0] !== version) return undefined
  const key = keys.keyFor(purpose, generationOf(box))
  if (key === undefined) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(box), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.concat([box.subarray(0, nonceAt), Buffer.from(context)]))
  decipher.setAuthTag(box.subarray(-tagBytes))
  const content = decipher.update(box.subarray(contentAt, -tagBytes))
  try {
    decipher.final()
    return content
  } catch {
    return undefined
  }
}

/** Id of the generation of keys that it says it was sealed with. */
export function generationOf(box: Buffer): string {
  return box.toString('hex', generationAt, nonceAt)
}

/** Unique to the box. */
export function nonceOf(box: Buffer): Buffer {
  return box.subarray(nonceAt, contentAt)
}

/** URL-safe, without padding. */
export function textOfBox(box: Buffer): string {
  return box.toString('base64url')
}

/** `undefined` unless it is exactly what `textOfBox` writes: a box has one spelling. */
export function boxOfText(text: string): Buffer | undefined {
  if (text.length > maxTextLength) return undefined
  const box = Buffer.from(text, 'base64url')
  return box.toString('base64url') === text ? box : undefined
}

const version = 1
const nonceBytes = 12
const tagBytes = 16
const generationAt = 1
const nonceAt = 5
const contentAt = nonceAt + nonceBytes

const maxTextLength = 1 << 17
