/**
 * Inclusion and consistency proofs of RFC 6962, section 2.1.1 and 2.1.2: making them from a tree, checking them without one.
 */
import { type CompactRange, type Hash, nodeHash } from './merkle.ts'

/** The tree as proofs need it. */
export interface TreeSource {
  readonly size: number
  range(begin: number, end: number): CompactRange
}

/** The hashes beside the way from leaf `index` to the root of the first `size` leaves, from the bottom up. */
export function inclusionProof(tree: TreeSource, index: number, size: number): Hash[] {
  if (!(index >= 0 && index < size && size <= tree.size)) throw new RangeError(`no leaf ${index} in ${size} of ${tree.size}`)
  const proof: Hash[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    if (index < middle) {
      proof.push(tree.range(middle, end).root())
      end = middle
    } else {
      proof.push(tree.range(begin, middle).root())
      begin = middle
    }
  }
  return proof.toReversed()
}

/** Shows that the first `size` leaves begin with the first `oldSize`. Empty when the sizes are equal or the old tree is empty. */
export function consistencyProof(tree: TreeSource, oldSize: number, size: number): Hash[] {
  if (!(oldSize >= 0 && oldSize <= size && size <= tree.size)) throw new RangeError(`no ${oldSize} leaves in ${size} of ${tree.size}`)
  if (oldSize === 0 || oldSize === size) return []
  const proof: Hash[] = []
  let [begin, end] = [0, size]
  while (end > oldSize) {
    const middle = begin + splitOf(end - begin)
    if (oldSize <= middle) {
      proof.push(tree.range(middle, end).root())
      end = middle
    } else {
      proof.push(tree.range(begin, middle).root())
      begin = middle
    }
  }
  if (begin > 0) proof.push(tree.range(begin, end).root())
  return proof.toReversed()
}

/** The root that the proof leads to; undefined when it has not just the hashes that it needs. */
export function rootOfInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[]): Hash | undefined {
  if (!isCount(index) || !isCount(size) || index >= size) return undefined
  let [position, last] = [index, size - 1]
  let root = leaf
  for (const sibling of proof) {
    if (last === 0) return undefined
    if (position % 2 === 1 || position === last) {
      root = nodeHash(sibling, root)
      // A last leaf without a right sibling moves up until it is a right child itself.
      while (position % 2 === 0) [position, last] = [position / 2, half(last)]
    } else {
      root = nodeHash(root, sibling)
    }
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 ? root : undefined
}

/** Whether the proof leads to both roots. */
export function isConsistent(oldSize: number, oldRoot: Hash, size: number, root: Hash, proof: readonly Hash[]): boolean {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return false
  if (oldSize === size) return proof.length === 0 && oldRoot === root
  if (oldSize === 0) return proof.length === 0
  let [position, last] = [oldSize - 1, size - 1]
  while (position % 2 === 1) [position, last] = [half(position), half(last)]
  // An old tree that is one complete subtree is not repeated in the proof.
  const hashes = position === 0 ? [oldRoot, ...proof] : [...proof]
  const first = hashes.shift()
  if (first === undefined) return false
  let [oldTop, top] = [first, first]
  for (const sibling of hashes) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      oldTop = nodeHash(sibling, oldTop)
      top = nodeHash(sibling, top)
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, half(last)]
    } else {
      top = nodeHash(top, sibling)
    }
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 && oldTop === oldRoot && top === root
}

/** The largest power of two that is smaller than `count`, which is at least 2. */
function splitOf(count: number): number {
  const power = 2 ** Math.floor(Math.log2(count))
  return power === count ? power / 2 : power
}

function half(value: number): number {
  return Math.floor(value / 2)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
