/** The tree over all segments, for proofs: made of the ranges that segments keep, and of records only where a range cuts a segment. */
import { CompactRange, type Hash } from './merkle.ts'
import type { TreeSource } from './proof.ts'
import { type Segment, leavesOf } from './segment.ts'

export function treeOf(segments: readonly Segment[]): TreeSource {
  const leaves = new Map<Segment, readonly Hash[]>()
  return {
    size: sizeOf(segments),
    range(begin, end) {
      const range = new CompactRange(begin)
      for (const segment of segments) {
        const [from, to] = [Math.max(begin, segment.first), Math.min(end, segment.first + segment.count)]
        if (from >= to) continue
        if (to - from === segment.count) {
          range.join(segment.range)
          continue
        }
        let known = leaves.get(segment)
        if (known === undefined) leaves.set(segment, (known = leavesOf(segment)))
        for (let index = from; index < to; index += 1) range.appendLeaf(known[index - segment.first] ?? '')
      }
      return range
    },
  }
}

export function sizeOf(segments: readonly Segment[]): number {
  const last = segments.at(-1)
  return last === undefined ? 0 : last.first + last.count
}
