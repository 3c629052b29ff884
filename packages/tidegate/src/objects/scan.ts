/**
 * One walk over keys in order serves every listing. Keys that share a common prefix are told by their first, and then the walk jumps
 * behind the prefix: a listing with a delimiter costs what it tells, not what lies under it.
 */
export interface KeyRange {
  readonly prefix: string
  readonly delimiter: string
  readonly after: string | undefined
  readonly limit: number
}

export interface Keyed {
  readonly key: Uint8Array
}

/** Rows with keys from `lower` on and before `upper`, in order. */
export type RowsBetween<Row extends Keyed> = (lower: Uint8Array, upper: Uint8Array) => Iterable<Row>

export interface Scanned<Row> {
  readonly rows: readonly Row[]
  readonly prefixes: readonly string[]
  readonly isTruncated: boolean
  /** What the page ends with. */
  readonly last: { readonly row: Row } | { readonly prefix: string } | undefined
}

/** @param remainder rows of the key `after` that are still to be told, where a key has several */
export function scan<Row extends Keyed>(
  range: KeyRange,
  rowsBetween: RowsBetween<Row>,
  remainder: () => readonly Row[] = () => [],
): Scanned<Row> {
  const page = new Page<Row>(range.limit)
  if (range.limit <= 0) return page.scanned(false)
  const prefix = Buffer.from(range.prefix)
  const delimiter = Buffer.from(range.delimiter)
  const upper = endOf(prefix)
  const after = range.after === undefined ? undefined : Buffer.from(range.after)
  const groupOfAfter = after && commonPrefix(after, prefix, delimiter)
  if (after !== undefined && groupOfAfter === undefined && startsWith(after, prefix)) {
    for (const row of remainder()) if (!page.add(row)) return page.scanned(true)
  }
  let lower: Uint8Array | undefined = firstKey(prefix, after, groupOfAfter)
  while (lower !== undefined) {
    const from: Uint8Array = lower
    lower = undefined
    for (const row of rowsBetween(from, upper)) {
      const group = commonPrefix(row.key, prefix, delimiter)
      if (group === undefined) {
        if (!page.add(row)) return page.scanned(true)
        continue
      }
      if (!page.addPrefix(textOf(group))) return page.scanned(true)
      lower = successor(group)
      break
    }
  }
  return page.scanned(false)
}

/** Between which keys a page lies whose keys are told one by one; the upper one is not in it. */
export function boundsOf({ prefix, after }: Pick<KeyRange, 'prefix' | 'after'>): {
  readonly lower: Uint8Array
  readonly upper: Uint8Array
} {
  const bytes = Buffer.from(prefix)
  return { lower: firstKey(bytes, after === undefined ? undefined : Buffer.from(after), undefined), upper: endOf(bytes) }
}

function endOf(prefix: Uint8Array): Uint8Array {
  return prefix.length === 0 ? pastAll : successor(prefix)
}

class Page<Row> {
  readonly #limit: number
  readonly #rows: Row[] = []
  readonly #prefixes: string[] = []
  #last: Scanned<Row>['last']

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False where the page was full. */
  add(row: Row): boolean {
    if (this.#isFull()) return false
    this.#rows.push(row)
    this.#last = { row }
    return true
  }

  addPrefix(prefix: string): boolean {
    if (this.#isFull()) return false
    this.#prefixes.push(prefix)
    this.#last = { prefix }
    return true
  }

  scanned(isTruncated: boolean): Scanned<Row> {
    return { rows: this.#rows, prefixes: this.#prefixes, isTruncated, last: isTruncated ? this.#last : undefined }
  }

  #isFull(): boolean {
    return this.#rows.length + this.#prefixes.length >= this.#limit
  }
}

/** What is after a key that lies in a group is after the group: it has been told, or comes before in order. */
function firstKey(prefix: Uint8Array, after: Uint8Array | undefined, groupOfAfter: Uint8Array | undefined): Uint8Array {
  const start = groupOfAfter === undefined ? after && nextKey(after) : successor(groupOfAfter)
  return start === undefined || Buffer.compare(start, prefix) < 0 ? prefix : start
}

/** The key up to the first delimiter behind the prefix, with it. */
function commonPrefix(key: Uint8Array, prefix: Uint8Array, delimiter: Uint8Array): Uint8Array | undefined {
  if (delimiter.length === 0 || !startsWith(key, prefix)) return undefined
  const at = view(key).indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length)
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length === 0 || (key.length >= prefix.length && view(key).compare(prefix, 0, prefix.length, 0, prefix.length) === 0)
}

/** The least key that is greater. */
function nextKey(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, zero])
}

/** Greater than every key with this beginning, and not greater than any other that is greater. UTF-8 has no byte 0xff, so adding one fits. */
function successor(prefix: Uint8Array): Uint8Array {
  const next = Buffer.from(prefix)
  next[next.length - 1] = (next.at(-1) ?? 0) + 1
  return next
}

function textOf(bytes: Uint8Array): string {
  return view(bytes).toString('utf8')
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const zero = Buffer.from([0])
const pastAll = Buffer.from([0xff])
