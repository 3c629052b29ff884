/**
 * The Merkle tree of RFC 6962, section 2.1, over the exact bytes of the records.
 *
 * A leaf is hashed behind the byte 0, a node behind the byte 1, so that neither can be passed off as the other. A hash is a string of
 * 32 characters, one a byte (`latin1`): comparing, keeping and concatenating these is cheaper than with buffers.
 */
import { hash } from 'node:crypto'

export type Hash = string

/** The subtree over the leaves from `index * 2 ** level` on, `2 ** level` of them. */
export interface TreeNode {
  readonly level: number
  readonly index: number
  readonly hash: Hash
}

export function leafHash(record: Uint8Array): Hash {
  const bytes = Buffer.allocUnsafe(record.length + 1)
  bytes[0] = leafPrefix
  bytes.set(record, 1)
  return sha256(bytes)
}

/** The hash of a leaf whose bytes stand behind a byte of 0 already. */
export function prefixedLeafHash(prefixed: Uint8Array): Hash {
  return sha256(prefixed)
}

export function nodeHash(left: Hash, right: Hash): Hash {
  pair.write(left, 1, 'latin1')
  pair.write(right, 33, 'latin1')
  return sha256(pair)
}

export function sha256(bytes: Uint8Array | string): Hash {
  return hash('sha256', bytes, 'binary')
}

/**
 * The leaves from `begin` to `end` as the fewest complete subtrees, at most two of each level. Ranges that meet can be joined, so each
 * segment keeps its own and the tree over all segments is known without reading a record.
 */
export class CompactRange {
  readonly begin: number
  readonly #nodes: TreeNode[] = []
  #end: number

  constructor(begin: number, nodes: Iterable<TreeNode> = []) {
    this.begin = begin
    this.#end = begin
    for (const node of nodes) this.append(node)
  }

  get end(): number {
    return this.#end
  }

  get nodes(): readonly TreeNode[] {
    return this.#nodes
  }

  appendLeaf(leaf: Hash): void {
    this.append({ level: 0, index: this.#end, hash: leaf })
  }

  append(node: TreeNode): void {
    const width = 2 ** node.level
    if (node.index * width !== this.#end) throw new RangeError(`a subtree of leaf ${node.index * width} does not follow leaf ${this.#end}`)
    this.#end += width
    let top = node
    for (let left = this.#nodes.at(-1); left !== undefined && areSiblings(left, top); left = this.#nodes.at(-1)) {
      this.#nodes.pop()
      top = { level: top.level + 1, index: left.index / 2, hash: nodeHash(left.hash, top.hash) }
    }
    this.#nodes.push(top)
  }

  /** Takes over the leaves of a range that begins where this one ends. */
  join({ nodes }: CompactRange): void {
    for (const node of nodes) this.append(node)
  }

  /** What RFC 6962 calls MTH of the range, when the range is a subtree or the whole tree. */
  root(): Hash {
    const last = this.#nodes.at(-1)
    if (last === undefined) return emptyRoot
    return this.#nodes.slice(0, -1).reduceRight((right, { hash: left }) => nodeHash(left, right), last.hash)
  }

  copy(): CompactRange {
    return new CompactRange(this.begin, this.#nodes)
  }
}

function areSiblings(left: TreeNode, right: TreeNode): boolean {
  return left.level === right.level && left.index % 2 === 0 && right.index === left.index + 1
}

export function toBase64(value: Hash): string {
  return Buffer.from(value, 'latin1').toString('base64')
}

/** `undefined` for anything but the one spelling of 32 bytes. */
export function fromBase64(text: string): Hash | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === text ? bytes.toString('latin1') : undefined
}

const leafPrefix = 0
const pair = Buffer.alloc(65)
pair[0] = 1
const emptyRoot = sha256('')
