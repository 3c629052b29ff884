/** GetSessionToken and GetFederationToken are for who has a long-term key: users and the account root. */
import type { Caller } from '../../kernel/caller.ts'
import { stsError } from './errors.ts'

export interface LongTermCaller {
  readonly isRoot: boolean
  readonly accountId: string
  readonly arn: string
  /** Unique id of the user; of the root the account's. */
  readonly id: string
}

/**
 * INVARIANT: no session makes another one here, so none can shed what narrows it. Throws `AccessDenied`.
 */
export function longTermCaller({ principal, credential, accountId }: Caller, operationName: string): LongTermCaller {
  if (credential.kind !== 'long-term' || (principal.kind !== 'user' && principal.kind !== 'root')) {
    throw stsError('AccessDenied', `Cannot call ${operationName} with session credentials`)
  }
  const isRoot = principal.kind === 'root'
  const id = isRoot ? accountId : principal.id
  if (id === undefined) throw new Error(`user ${principal.arn} has no unique id`)
  return { isRoot, accountId, arn: principal.arn, id }
}

/** Seconds that the session lives: for the account root, what is longer than an hour is an hour. */
export function secondsFor({ isRoot }: LongTermCaller, requested = defaultSeconds): number {
  return isRoot ? Math.min(requested, maxRootSeconds) : requested
}

const defaultSeconds = 43_200
const maxRootSeconds = 3600
