/** `maxResults` and `nextToken`. A token is the key of the last item that was shown, so pages hold while entities come and go. */
import { ecsError } from './errors.ts'

export interface PageInput {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
  readonly sort?: string | undefined
}

export interface Keyed {
  readonly key: string
  readonly item: string
}

/** @param all in the order of their keys */
export function pageOf(all: readonly Keyed[], { maxResults = 100, nextToken, sort }: PageInput): { items: string[]; nextToken?: string } {
  const isDescending = sort === 'DESC'
  const after = nextToken === undefined ? undefined : keyOf(nextToken)
  const ordered = isDescending ? all.toReversed() : all
  const open = after === undefined ? ordered : ordered.filter(({ key }) => (isDescending ? key < after : key > after))
  const shown = open.slice(0, maxResults)
  const last = shown.at(-1)
  const items = shown.map(({ item }) => item)
  return open.length > shown.length && last !== undefined ? { items, nextToken: tokenOf(last.key) } : { items }
}

const tokenOf = (key: string): string => Buffer.from(key).toString('base64url')

function keyOf(token: string): string {
  const key = Buffer.from(token, 'base64url').toString()
  if (tokenOf(key) !== token) throw ecsError('InvalidParameterException', 'Invalid token.')
  return key
}
