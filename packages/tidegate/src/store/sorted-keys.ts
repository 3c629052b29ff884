/**
 * Keys in order, in chunks: in one array of a hundred thousand keys, each new one would move half of them.
 * Keys are compared as `<` does, by UTF-16 code units.
 */
export class SortedKeys {
  /** INVARIANT: no chunk is empty, and all keys of a chunk are before those of the next. */
  readonly #chunks: string[][] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The key must not be there. */
  add(key: string): void {
    this.#size++
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at]
    if (chunk === undefined) return void this.#chunks.push([key])
    const place = firstFrom(chunk, key)
    // Keys mostly come in order: then chunks are filled rather than split.
    if (place === maxLength && at === this.#chunks.length - 1) return void this.#chunks.push([key])
    chunk.splice(place, 0, key)
    if (chunk.length > maxLength) this.#chunks.splice(at + 1, 0, chunk.splice(maxLength / 2))
  }

  /** The key must be there. */
  remove(key: string): void {
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at] ?? []
    chunk.splice(firstFrom(chunk, key), 1)
    if (chunk.length === 0) this.#chunks.splice(at, 1)
    this.#size--
  }

  /** From the first key that is not before `start`. Only while nothing is added or removed. */
  *from(start: string): Generator<string> {
    let at = this.#chunkFor(start)
    let place = firstFrom(this.#chunks[at] ?? [], start)
    for (let chunk = this.#chunks[at]; chunk !== undefined; chunk = this.#chunks[++at], place = 0) {
      for (let key = chunk[place]; key !== undefined; key = chunk[++place]) yield key
    }
  }

  /** Index of the last chunk that begins at or before the key; the first one where none does. */
  #chunkFor(key: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const first = this.#chunks[middle]?.[0]
      if (first !== undefined && first <= key) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

/** Index of the first key that is not before `key`. */
function firstFrom(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = keys[middle]
    if (other !== undefined && other < key) low = middle + 1
    else high = middle
  }
  return low
}

const maxLength = 512
