import fc from 'fast-check'
import { describe, test } from 'vitest'
import { CompactRange, type Hash, fromBase64, leafHash, nodeHash, toBase64 } from './merkle.ts'
import { consistencyProof, inclusionProof, isConsistent, rootOfInclusion, type TreeSource } from './proof.ts'

/** MTH as RFC 6962, section 2.1 defines it: slow and obvious. */
function slowRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length <= 1) return leaves[0] ?? new CompactRange(0).root()
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(slowRoot(leaves.slice(0, split)), slowRoot(leaves.slice(split)))
}

function treeOf(leaves: readonly Hash[]): TreeSource {
  return {
    size: leaves.length,
    range(begin, end) {
      const range = new CompactRange(begin)
      for (const leaf of leaves.slice(begin, end)) range.appendLeaf(leaf)
      return range
    },
  }
}

const leavesOf = (count: number, salt = ''): Hash[] => Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`${salt}${index}`)))
const hex = (value: Hash): string => Buffer.from(value, 'latin1').toString('hex')

describe('hashes are those of RFC 6962', () => {
  // The inputs and roots with which Certificate Transparency's own implementations are tested.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]
  test.for(roots.map((root, size) => ({ size, root })))('root of $size leaves', ({ size, root }, { expect }) => {
    const range = new CompactRange(0)
    for (const input of inputs.slice(0, size)) range.appendLeaf(leafHash(Buffer.from(input, 'hex')))
    expect(hex(range.root())).toBe(root)
  })

  test('a node cannot be passed off as a leaf', ({ expect }) => {
    const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))]
    expect(leafHash(Buffer.from(left + right, 'latin1'))).not.toBe(nodeHash(left, right))
  })
})

test('ranges that meet join to the tree over both, wherever they are cut', ({ expect }) => {
  fc.assert(
    fc.property(fc.nat(200), fc.array(fc.nat(200), { maxLength: 5 }), (size, cuts) => {
      const leaves = leavesOf(size)
      const bounds = [0, ...cuts.map((cut) => Math.min(cut, size)).toSorted((a, b) => a - b), size]
      const whole = new CompactRange(0)
      for (const [index, begin] of bounds.slice(0, -1).entries()) {
        for (const node of treeOf(leaves).range(begin, bounds[index + 1] ?? begin).nodes) whole.append(node)
      }
      expect(whole.end).toBe(size)
      expect(whole.root()).toBe(slowRoot(leaves))
    }),
  )
})

test('a range takes only what follows it', ({ expect }) => {
  const range = new CompactRange(4)
  expect(() => range.append({ level: 0, index: 5, hash: leafHash(Buffer.alloc(0)) })).toThrow('does not follow')
})

test('every leaf of every small tree has a proof, and only for its place, its size and its bytes', ({ expect }) => {
  const leaves = leavesOf(33)
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = treeOf(leaves.slice(0, size))
    const root = slowRoot(leaves.slice(0, size))
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionProof(tree, index, size)
      const leaf = leaves[index] ?? ''
      expect(rootOfInclusion(leaf, index, size, proof)).toBe(root)
      expect(rootOfInclusion(leafHash(Buffer.from('other')), index, size, proof)).not.toBe(root)
      if (size > 1) expect(rootOfInclusion(leaf, (index + 1) % size, size, proof)).not.toBe(root)
      expect(rootOfInclusion(leaf, index, size, [...proof, root])).toBe(undefined)
      if (proof.length > 0) expect(rootOfInclusion(leaf, index, size, proof.slice(1))).not.toBe(root)
    }
  }
})

test('every old tree is shown to be the beginning of every later one, and a fork is not', ({ expect }) => {
  const leaves = leavesOf(33)
  const forked = leavesOf(33, 'fork')
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = treeOf(leaves.slice(0, size))
    const root = slowRoot(leaves.slice(0, size))
    for (let oldSize = 1; oldSize <= size; oldSize += 1) {
      const proof = consistencyProof(tree, oldSize, size)
      const oldRoot = slowRoot(leaves.slice(0, oldSize))
      expect(isConsistent(oldSize, oldRoot, size, root, proof)).toBe(true)
      expect(isConsistent(oldSize, slowRoot(forked.slice(0, oldSize)), size, root, proof)).toBe(false)
      expect(isConsistent(oldSize, oldRoot, size, slowRoot(forked.slice(0, size)), proof)).toBe(false)
      expect(isConsistent(oldSize, oldRoot, size, root, [...proof, root])).toBe(false)
      if (proof.length > 0) expect(isConsistent(oldSize, oldRoot, size, root, proof.slice(0, -1))).toBe(false)
    }
  }
})

test('numbers that are no sizes prove nothing', ({ expect }) => {
  const leaf = leafHash(Buffer.from('a'))
  for (const bad of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
    expect(rootOfInclusion(leaf, bad, 1, [])).toBe(undefined)
    expect(rootOfInclusion(leaf, 0, bad, [])).toBe(undefined)
    expect(isConsistent(bad, leaf, 1, leaf, [])).toBe(false)
    expect(isConsistent(1, leaf, bad, leaf, [])).toBe(false)
  }
})

test('base64 of a hash has one spelling', ({ expect }) => {
  const text = toBase64(leafHash(Buffer.from('a')))
  expect(fromBase64(text)).toBe(leafHash(Buffer.from('a')))
  expect(fromBase64(text.slice(0, -1))).toBe(undefined)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  // The last character carries two bits that are no part of the 32 bytes.
  const unread = alphabet[alphabet.indexOf(text.at(-2) ?? '') + 1] ?? ''
  expect(fromBase64(`${text.slice(0, -2)}${unread}=`)).toBe(undefined)
})
