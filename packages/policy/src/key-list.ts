/**
 * The condition keys of a request. Most requests of one kind have the same keys in the same order, so they share one list: a request
 * itself holds only its values, and looking a key up reads memory that other requests have just read.
 */
import { conditionKey } from './condition-key.ts'

export class KeyList {
  readonly #nameCount: number
  /** By key; names that differ only in case are one key. */
  readonly #places = new Map<string, number>()

  private constructor(names: readonly string[]) {
    this.#nameCount = names.length
    for (const name of names) {
      const key = conditionKey(name)
      if (!this.#places.has(key)) this.#places.set(key, this.#places.size)
    }
  }

  /** The list of these names; one for all requests that have them, unless they are very many. */
  static of(names: readonly string[]): KeyList {
    if (names.length > mostShared) return new KeyList(names)
    if (nodes > mostNodes) {
      root = { list: undefined, next: new Map() }
      nodes = 0
    }
    let node = root
    for (const name of names) node = node.next.get(name) ?? grow(node, name)
    return (node.list ??= new KeyList(names))
  }

  get hasOnePlaceEach(): boolean {
    return this.#places.size === this.#nameCount
  }

  /** Place of the key's value, `key` being as `conditionKey` gives it. */
  placeOf(key: string): number | undefined {
    return this.#places.get(key)
  }

  keys(): Iterable<string> {
    return this.#places.keys()
  }
}

/** Where the lists that begin with the same names part. */
interface Node {
  list: KeyList | undefined
  readonly next: Map<string, Node>
}

function grow(node: Node, name: string): Node {
  const longer: Node = { list: undefined, next: new Map() }
  node.next.set(name, longer)
  nodes++
  return longer
}

/** INVARIANT: callers choose names, so the tree begins anew when it has this many nodes; lists in use stay as they are. */
const mostNodes = 8192
const mostShared = 64
let root: Node = { list: undefined, next: new Map() }
let nodes = 0
