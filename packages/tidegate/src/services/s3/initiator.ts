import type { Caller } from '../../kernel/caller.ts'
import type { Initiator } from './object-store.ts'
import { ownerOf } from './owner.ts'

/** Who began an upload: an ARN, or the canonical user of a root. */
export function initiatorOf({ principal, accountId }: Caller): Initiator {
  switch (principal.kind) {
    case 'anonymous':
      return { id: 'anonymous', displayName: 'anonymous' }
    case 'service':
      return { id: principal.name, displayName: principal.name }
    case 'federated':
      return { id: principal.provider, displayName: principal.provider }
    case 'root':
      return { id: ownerOf(accountId).ID ?? '', displayName: '' }
    default:
      return { id: principal.arn, displayName: principal.arn.slice(principal.arn.lastIndexOf('/') + 1) }
  }
}
