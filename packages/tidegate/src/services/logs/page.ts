/** Pages of names. A token is the last name that was shown, so pages hold while entities come and go. */
import { logsError } from './errors.ts'

/** @param all ascending by `keyOf`, or descending where `isDescending` */
export function pageOf<T>(
  all: readonly T[],
  { limit = 50, nextToken }: { readonly limit?: number | undefined; readonly nextToken?: string | undefined },
  keyOf: (item: T) => string,
  isDescending = false,
): { readonly items: readonly T[]; readonly nextToken?: string } {
  if (limit < 1 || limit > 50) {
    const rule = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 50'
    throw logsError(
      'InvalidParameterException',
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${rule}`,
    )
  }
  const after = nextToken === undefined ? undefined : readToken(nextToken)
  const open = after === undefined ? all : all.filter((item) => (isDescending ? keyOf(item) < after : keyOf(item) > after))
  const items = open.slice(0, limit)
  const last = items.at(-1)
  return last !== undefined && open.length > items.length ? { items, nextToken: writeToken(keyOf(last)) } : { items }
}

export const writeToken = (text: string): string => Buffer.from(text).toString('base64url')

export function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (writeToken(text) !== token) throw logsError('InvalidParameterException', 'The specified nextToken is invalid.')
  return text
}
