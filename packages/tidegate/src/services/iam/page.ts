/** `Marker`, `MaxItems` and `IsTruncated`. A marker is the key of the last item that was shown, so pages hold while entities come and go. */
import { iamError } from './errors.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export interface Page<T> {
  readonly items: T[]
  /** To be spread into the answer. */
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string }
}

/** Throws `ValidationError` for a marker that was not given out here. */
export function pageOf<T>(items: readonly T[], key: (item: T) => string, { Marker, MaxItems = 100 }: PageInput): Page<T> {
  const after = Marker === undefined ? undefined : keyOfMarker(Marker)
  const keyed = items.map((item) => ({ item, key: key(item) })).toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const open = after === undefined ? keyed : keyed.filter((each) => each.key > after)
  const shown = open.slice(0, MaxItems)
  const last = shown.at(-1)
  const isTruncated = open.length > shown.length && last !== undefined
  return {
    items: shown.map(({ item }) => item),
    rest: isTruncated ? { IsTruncated: true, Marker: markerOf(last.key) } : { IsTruncated: false },
  }
}

function markerOf(key: string): string {
  return Buffer.from(`1${key}`).toString('base64url')
}

function keyOfMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  if (!text.startsWith('1') || markerOf(text.slice(1)) !== marker) throw iamError('ValidationError', 'Invalid Marker.')
  return text.slice(1)
}
