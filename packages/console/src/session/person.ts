/** Who an ID token is of, and what she may be: asked of the gateway, which reads tokens as its policies do. */
import { ApiError } from '../api/api-error.ts'
import { send } from '../api/call.ts'
import type { Person } from './store.ts'

export interface Arrival extends Person {
  /** That her sessions have to have. */
  readonly sessionName: string
  readonly roles: readonly OfferedRole[]
  /** Where to ask for more. */
  readonly askForAccess?: string
}

export interface OfferedRole {
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly accountName: string
  readonly maxDurationSeconds: number
}

/** Rejects with `ApiError`. */
export async function personOf(idToken: string): Promise<Arrival> {
  const response = await send({ headers: { authorization: `Bearer ${idToken}` } }, '/_tidegate/person')
  const answer = (await response.json()) as Arrival & { readonly code?: string; readonly message?: string }
  if (response.ok) return answer
  throw new ApiError(answer.code ?? `HTTP ${response.status}`, answer.message ?? 'The gateway does not know whom the ID token is of.')
}
