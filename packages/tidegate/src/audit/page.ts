/** Pages of query results, and the tokens between them. */
import type { AuditFilter } from './filter.ts'
import { sha256, toBase64 } from './merkle.ts'
import { type FoundRecord, type Order, search } from './query.ts'
import type { Segment } from './segment.ts'

export interface PageOptions {
  readonly order?: Order
  /** Records of a page; 50 where absent. */
  readonly limit?: number
  /** `nextToken` of the page before, of the same query. */
  readonly token?: string
}

export interface Page {
  readonly records: readonly FoundRecord[]
  /** Absent on the last page. */
  readonly nextToken?: string
}

/** The token is not one of this query. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
}

/** A page stays the same however many records are appended meanwhile. @throws InvalidToken */
export async function page(segments: readonly Segment[], filter: AuditFilter, options: PageOptions = {}): Promise<Page> {
  const { order = 'newest', limit = 50, token } = options
  const start = token === undefined ? undefined : startOf(token, filter, order)
  const records: FoundRecord[] = []
  for await (const found of search(segments, filter, order, start)) {
    if (records.length === limit) return { records, nextToken: tokenOf(found.index, filter, order) }
    records.push(found)
  }
  return { records }
}

/** Where to go on, and for which query: a token that is used with another one is refused. */
function tokenOf(index: number, filter: AuditFilter, order: Order): string {
  return Buffer.from(`${index} ${printOf(filter, order)}`).toString('base64url')
}

function startOf(token: string, filter: AuditFilter, order: Order): number {
  const [, index, print] = /^(\d{1,15}) (\S+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (index === undefined || print !== printOf(filter, order)) throw new InvalidToken('the token is not of this query')
  return Number(index)
}

function printOf(filter: AuditFilter, order: Order): string {
  const members = Object.entries(filter).filter(([, value]) => value !== undefined)
  return toBase64(sha256(JSON.stringify([order, members.toSorted(([a], [b]) => (a < b ? -1 : 1))]))).slice(0, 16)
}
