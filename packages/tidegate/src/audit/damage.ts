/** What a verifier finds, and how it tells a missing line from a changed one. */
import type { Hash } from './merkle.ts'

export type DamageKind =
  | 'changed'
  | 'missing'
  | 'inserted'
  | 'duplicated'
  | 'reordered'
  /** Records are missing at the end. */
  | 'truncated'
  /** The records are not those that were signed, or two histories were signed. */
  | 'forked'
  /** A whole file that is missing, or stands in another's place. */
  | 'segment'
  /** A file that can't be read any more. */
  | 'unreadable'
  /** The records are right, what they are found by is not. */
  | 'index'
  | 'checkpoint'

export interface Damage {
  readonly kind: DamageKind
  /** File name. */
  readonly segment?: string
  /** Lines of the segment, from 1; for a sealed segment, records from 1. */
  readonly line?: number
  readonly lastLine?: number
  readonly message: string
}

/** Compares the records of a segment with the tags that were kept of them. */
export function compareTags(segment: string, tags: readonly string[], leaves: readonly (Hash | undefined)[]): Damage[] {
  const found: Damage[] = []
  // What can't be read is said elsewhere; here it passes for whatever is expected.
  const present = leaves.map((leaf) => leaf?.slice(0, 2) ?? null)
  let [kept, here] = [0, 0]
  const fits = (i: number, j: number): boolean => present[j] === null || tags[i] === present[j]
  const agree = (i: number, j: number): boolean => [0, 1, 2].every((next) => fits(i + next, j + next))
  const report = (kind: DamageKind, line: number, count: number, message: string): void => {
    found.push({ kind, segment, line: line + 1, ...(count > 1 && { lastLine: line + count }), message })
  }
  while (kept < tags.length || here < present.length) {
    if (kept < tags.length && fits(kept, here)) {
      kept += 1
      here += 1
      continue
    }
    const [missing, added] = [offsetOf((by) => agree(kept + by, here)), offsetOf((by) => agree(kept, here + by))]
    const swapped = offsetOf(
      (by) => tags[kept] === present[here + by] && tags[kept + by] === present[here] && agree(kept + by + 1, here + by + 1),
    )
    if (agree(kept + 1, here + 1) && swapped === undefined && kept < tags.length && here < present.length) {
      report('changed', here, 1, 'this record was changed')
      kept += 1
      here += 1
    } else if (swapped !== undefined && here + swapped < present.length) {
      report('reordered', here, 1, `this record changed places with line ${here + swapped + 1}`)
      // The two are done; what is between them is compared as it is.
      ;[present[here], present[here + swapped]] = [null, null]
    } else if (missing !== undefined && kept + missing <= tags.length) {
      report('missing', here, 1, `${countOf(missing, 'record')} before this line ${missing === 1 ? 'is' : 'are'} missing`)
      kept += missing
    } else if (added !== undefined && here + added <= present.length) {
      const isCopy = leaves
        .slice(here, here + added)
        .every((leaf) => leaf !== undefined && leaves.indexOf(leaf) !== leaves.lastIndexOf(leaf))
      report(
        isCopy ? 'duplicated' : 'inserted',
        here,
        added,
        isCopy ? 'already in the segment' : 'was not there when the segment was sealed',
      )
      here += added
    } else {
      report('changed', here, 1, 'this record was changed')
      kept += 1
      here += 1
    }
  }
  return found
}

function offsetOf(holds: (by: number) => boolean): number | undefined {
  for (let by = 1; by <= lookahead; by += 1) if (holds(by)) return by
  return undefined
}

export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

const lookahead = 128
