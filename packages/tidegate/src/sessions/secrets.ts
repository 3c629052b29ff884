/** Secrets that must be stored: secret access keys of users, seeds of MFA devices. The store sees them sealed only. */
import { randomBytes } from 'node:crypto'
import type { Keys } from './key-ring.ts'
import { boxOfText, generationOf, seal, textOfBox, unseal } from './sealed-box.ts'

/** What a secret belongs to, so that it can't be moved to another owner: `['access-key', accessKeyId]`. */
export type SecretOwner = readonly string[]

export function sealSecret(secret: string, owner: SecretOwner, keys: Keys): string {
  return textOfBox(seal(Buffer.from(secret), boxFor(owner), keys))
}

/** Throws an `Error` that says nothing of the secret: it was changed, is another owner's, or its key was discarded. */
export function openSecret(sealed: string, owner: SecretOwner, keys: Keys): string {
  const box = boxOfText(sealed)
  const secret = box && unseal(box, boxFor(owner), keys)
  if (secret === undefined) throw new Error('a stored secret cannot be opened with the keys of this instance')
  return secret.toString()
}

/** Whether it need not be sealed again before older keys are discarded. */
export function isSealedByNewest(sealed: string, keys: Keys): boolean {
  return generationOfSecret(sealed) === keys.newest
}

/** Id of the generation of keys that it says it was sealed with; empty for what is nothing sealed. */
export function generationOfSecret(sealed: string): string {
  const box = boxOfText(sealed)
  return box === undefined ? '' : generationOf(box)
}

/** A secret access key of a user: 240 random bits, 40 characters as AWS's are. */
export function newSecretAccessKey(): string {
  return randomBytes(30).toString('base64')
}

function boxFor(owner: SecretOwner) {
  return { purpose: 'stored-secret', context: JSON.stringify(owner) } as const
}
