/**
 * Where terms occur, in memory, for a segment that still grows. A term is its hash: two with the same lead to each other's blocks, where the
 * records tell them apart, so nothing but numbers is kept.
 */

export class TermIndex {
  readonly #ids = new Map<number, number>()
  readonly #hashes: number[] = []
  /** The last block of each term. */
  #last = new Int32Array(1024)
  /** The terms of all blocks, one block behind the other. */
  #occurrences = new Uint32Array(4096)
  #length = 0
  readonly #starts: number[] = []

  /** Blocks come in ascending order. */
  add(hash: number, block: number): void {
    this.addId(this.idOf(hash), block)
  }

  /** A number for the term, with which it is added more quickly. */
  idOf(hash: number): number {
    // A signed number is one that V8 keeps without an object.
    let id = this.#ids.get(hash | 0)
    if (id === undefined) {
      id = this.#hashes.push(hash) - 1
      this.#ids.set(hash | 0, id)
      if (id === this.#last.length) this.#last = grown(this.#last, new Int32Array(2 * id))
      this.#last[id] = -1
    }
    return id
  }

  addId(id: number, block: number): void {
    if (this.#last[id] === block) return
    this.#last[id] = block
    while (this.#starts.length <= block) this.#starts.push(this.#length)
    if (this.#length === this.#occurrences.length) this.#occurrences = grown(this.#occurrences, new Uint32Array(2 * this.#length))
    this.#occurrences[this.#length] = id
    this.#length += 1
  }

  /** The blocks that may have the term, ascending. */
  lookup(hash: number): number[] {
    const id = this.#ids.get(hash | 0)
    const blocks: number[] = []
    if (id === undefined) return blocks
    const all = this.#occurrences.subarray(0, this.#length)
    let block = 0
    for (let at = all.indexOf(id); at !== -1; at = all.indexOf(id, at + 1)) {
      while ((this.#starts[block + 1] ?? Infinity) <= at) block += 1
      blocks.push(block)
    }
    return blocks
  }

  /** Visits every term, ascending by hash; its blocks are those of `all` from `begin` to `end`, ascending. */
  forEach(visit: (hash: number, all: Uint32Array, begin: number, end: number) => void): void {
    const ends = new Uint32Array(this.#hashes.length)
    for (const id of this.#occurrences.subarray(0, this.#length)) ends[id] = (ends[id] ?? 0) + 1
    const begins = new Uint32Array(this.#hashes.length)
    let sum = 0
    for (let id = 0; id < begins.length; id += 1) {
      begins[id] = sum
      sum += ends[id] ?? 0
      ends[id] = begins[id] ?? 0
    }
    const all = new Uint32Array(this.#length)
    for (const [block, start] of this.#starts.entries()) {
      const stop = this.#starts[block + 1] ?? this.#length
      for (let at = start; at < stop; at += 1) {
        const id = this.#occurrences[at] ?? 0
        const place = ends[id] ?? 0
        all[place] = block
        ends[id] = place + 1
      }
    }
    for (const hash of Uint32Array.from(this.#hashes).sort()) {
      const id = this.#ids.get(hash | 0) ?? 0
      visit(hash, all, begins[id] ?? 0, ends[id] ?? 0)
    }
  }
}

function grown<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
