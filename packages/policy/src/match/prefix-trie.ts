/**
 * Finds, for a text, everything that is filed under a prefix of it, in time that depends on the text and not on how much is filed.
 *
 * A Patricia tree: a node says at which place of the text its children differ, and what lies between such places is not looked at. So a
 * walk may also find what is filed under a text that only looks like a prefix; whoever asks compares, and would have to anyway.
 *
 * Nodes are laid out breadth first: children stand side by side, in the order of their characters, and what begins for one node ends the
 * node before. `#cells` has three numbers a node, one node more at the end, and then the items.
 */
export class PrefixTrie {
  readonly #cells: readonly number[]
  /** The characters that lead to the nodes, by node number. */
  readonly #characters: string

  constructor(entries: readonly TrieEntry[]) {
    const sorted = entries.toSorted((a, b) => compare(a.prefix, b.prefix))
    const nodes: number[] = []
    const items: number[] = []
    const characters: string[] = ['\0']
    // Each node covers the sorted prefixes from `low` up to `high`, which share their beginning.
    const queue: { readonly low: number; readonly high: number }[] = [{ low: 0, high: sorted.length }]
    for (let i = 0; i < queue.length; i++) {
      const { low, high } = at(queue, i)
      const depth = low === high ? 0 : sharedLength(at(sorted, low).prefix, at(sorted, high - 1).prefix)
      nodes.push(depth, queue.length, items.length)
      let next = low
      while (next < high && at(sorted, next).prefix.length === depth) items.push(at(sorted, next++).item)
      while (next < high) {
        const first = next
        const character = at(sorted, next).prefix.charAt(depth)
        while (next < high && at(sorted, next).prefix.charAt(depth) === character) next++
        queue.push({ low: first, high: next })
        characters.push(character)
      }
    }
    nodes.push(0, queue.length, items.length)
    for (let node = 0; node <= queue.length; node++)
      nodes[node * NODE_SIZE + FIRST_ITEM] = nodes.length + at(nodes, node * NODE_SIZE + FIRST_ITEM)
    this.#cells = [...nodes, ...items]
    this.#characters = characters.join('')
  }

  /** Writes the items to `found` and answers how many they are. */
  collect(text: string, found: number[]): number {
    const cells = this.#cells
    let count = 0
    let node = 0
    while (node >= 0) {
      const base = node * NODE_SIZE
      const depth = cells[base + DEPTH] ?? 0
      if (text.length < depth) return count
      const lastItem = cells[base + NODE_SIZE + FIRST_ITEM] ?? 0
      for (let i = cells[base + FIRST_ITEM] ?? 0; i < lastItem; i++) found[count++] = cells[i] ?? 0
      node = indexOfSorted(
        this.#characters,
        text.charCodeAt(depth),
        cells[base + FIRST_CHILD] ?? 0,
        cells[base + NODE_SIZE + FIRST_CHILD] ?? 0,
      )
    }
    return count
  }
}

export interface TrieEntry {
  readonly prefix: string
  readonly item: number
}

function at<T>(list: readonly T[], index: number): T {
  const member = list[index]
  if (member === undefined) throw new RangeError(`no member ${index}`)
  return member
}

/** Binary search for a character code in `text` from `low` up to `high`; -1 when it is not there (NaN never is). */
function indexOfSorted(text: string, code: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >> 1
    const there = text.charCodeAt(middle)
    if (there === code) return middle
    if (there < code) low = middle + 1
    else high = middle
  }
  return -1
}

function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

/** Order by code units, as the walk compares them. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Length of what all texts below share. */
const DEPTH = 0
const FIRST_CHILD = 1
const FIRST_ITEM = 2
const NODE_SIZE = 3
