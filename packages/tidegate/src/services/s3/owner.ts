import { createHash } from 'node:crypto'
import type { Owner } from '@aws-sdk/client-s3'

/** The canonical user id of an account: 64 hexadecimal digits, always the same for the same account. */
export function ownerOf(accountId: string): Owner {
  let owner = owners.get(accountId)
  if (owner === undefined) {
    owner = { ID: createHash('sha256').update(`canonical user of ${accountId}`).digest('hex') }
    owners.set(accountId, owner)
  }
  return owner
}

const owners = new Map<string, Owner>()
