/** Client tokens: a request that is made again is answered with what came of it the first time. */
import { createHash } from 'node:crypto'
import type { Transaction } from '../../kernel/state.ts'
import type { Where } from './arn.ts'
import { ecsError } from './errors.ts'
import { clientTokens } from './task-state.ts'

export interface TokenUse {
  readonly operation: string
  readonly token: string | undefined
  readonly input: object
  readonly now: number
}

/**
 * ARNs that the token stands for already; else it stands for those of `make` from now on, and the answer is undefined. Throws
 * `ConflictException` where it was used for another request.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
export function rememberedArns(
  tx: Transaction,
  { accountId, region }: Where,
  { operation, token, input, now }: TokenUse,
  make: () => readonly string[],
): readonly string[] | undefined {
  if (token === undefined || token === '') return undefined
  const key = `${region}/${operation}/${token}`
  // A digest: the request may hold secrets.
  const request = createHash('sha256').update(JSON.stringify(input)).digest('base64url')
  const known = tx.get(clientTokens, accountId, key)
  if (known === undefined || now - known.at > REMEMBERED_MILLISECONDS) {
    tx.put(clientTokens, accountId, key, { request, arns: make(), at: now })
    return undefined
  }
  if (known.request === request) return known.arns
  throw ecsError(
    'ConflictException',
    `The ${operation} request could not be processed due to conflicts. The provided clientToken is already in use with a different ${operation} request.`,
    { members: { resourceIds: known.arns } },
  )
}

/** A day, then a token may be forgotten. */
export const REMEMBERED_MILLISECONDS = 24 * 60 * 60 * 1000
