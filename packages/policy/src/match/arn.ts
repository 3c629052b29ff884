/** Amazon Resource Names: `arn:partition:service:region:account:resource`, where the resource may contain colons itself. */
import { Glob } from './glob.ts'
import { type Pattern, STAR } from './pattern.ts'

/** Offset of the `n`th colon of `text` (from 1), or -1. */
export function colonAt(text: string, n: number): number {
  let at = -1
  for (let i = 0; i < n; i++) {
    at = text.indexOf(':', at + 1)
    if (at < 0) return -1
  }
  return at
}

/** The account of an ARN; empty where it names none (S3) or is no ARN. */
export function accountOf(arn: string): string {
  const fourth = colonAt(arn, 4)
  const fifth = fourth < 0 ? -1 : arn.indexOf(':', fourth + 1)
  return fifth < 0 ? '' : arn.slice(fourth + 1, fifth)
}

/**
 * `ArnEquals`/`ArnLike`: six parts, each matched by itself, the last being the rest with its colons.
 * Fewer than six parts, in pattern or value, match nothing (open point 8).
 */
export class ArnGlob {
  readonly #parts: readonly Glob[]
  /** Code of the last character, where it is no wildcard: most ARNs of another kind differ there. */
  readonly #last: number | undefined

  constructor(pattern: Pattern) {
    this.#parts = splitAtColons(pattern, 5).map((part) => new Glob(part))
    const end = pattern.text.length - 1
    this.#last = end >= 0 && pattern.wild.at(-1) !== end ? pattern.text.charCodeAt(end) : undefined
  }

  matches(value: string): boolean {
    const parts = this.#parts
    if (parts.length < 6 || (this.#last !== undefined && value.charCodeAt(value.length - 1) !== this.#last)) return false
    let start = 0
    for (let i = 0; i < 6; i++) {
      const colon = i === 5 ? value.length : value.indexOf(':', start)
      if (colon < 0 || parts[i]?.matchesBetween(value, start, colon) !== true) return false
      start = colon + 1
    }
    return true
  }
}

/**
 * A `Resource` pattern with a wildcard inside one of its first five segments (`us-*-1`): such a wildcard stays in its segment,
 * while a `*` that ends its segment may run past colons (open point 1).
 *
 * Read segment by segment, keeping every place of the text where the next segment may begin: one place after an ordinary segment,
 * every later place after one that ends with `*`.
 */
export class SegmentedGlob {
  readonly #segments: readonly { readonly glob: Glob; readonly isOpen: boolean }[]

  constructor(pattern: Pattern) {
    this.#segments = splitAtColons(pattern, 5).map((segment) => ({ glob: new Glob(segment), isOpen: endsWithStar(segment) }))
  }

  /** Whether `pattern` needs this class: a `*` that does not end its segment, or a `?`, before the fifth colon. */
  static isNeededFor({ text, wild }: Pattern): boolean {
    const fifth = colonAt(text, 5)
    const head = fifth < 0 ? text.length : fifth
    return wild.some((at) => at < head && !(text.charCodeAt(at) === STAR && (at + 1 === text.length || text.charCodeAt(at + 1) === COLON)))
  }

  matches(text: string): boolean {
    let starts = [0]
    for (const [index, { glob, isOpen }] of this.#segments.entries()) {
      if (index === this.#segments.length - 1) {
        // The resource part and a final star take the rest with its colons; any other last segment must be the last of the text.
        const takesRest = index === 5 || isOpen
        return starts.some((start) => {
          const colon = text.indexOf(':', start)
          if (index === 5 || colon < 0) return glob.matchesBetween(text, start, text.length)
          return takesRest && glob.matchesBetween(text, start, colon)
        })
      }
      const next: number[] = []
      for (const start of starts) {
        const colon = text.indexOf(':', start)
        if (colon < 0 || !glob.matchesBetween(text, start, colon)) continue
        next.push(colon + 1)
        if (!isOpen) continue
        for (let later = text.indexOf(':', colon + 1); later >= 0; later = text.indexOf(':', later + 1)) next.push(later + 1)
        break // starts ascend: what a later one reaches is in the list already
      }
      starts = next
    }
    return false
  }
}

/** Cuts a pattern at its first `count` colons. */
function splitAtColons({ text, wild }: Pattern, count: number): Pattern[] {
  const parts: Pattern[] = []
  let start = 0
  while (parts.length < count) {
    const colon = text.indexOf(':', start)
    if (colon < 0) break
    parts.push(slice({ text, wild }, start, colon))
    start = colon + 1
  }
  parts.push(slice({ text, wild }, start, text.length))
  return parts
}

function slice({ text, wild }: Pattern, start: number, end: number): Pattern {
  return { text: text.slice(start, end), wild: wild.filter((at) => at >= start && at < end).map((at) => at - start) }
}

const endsWithStar = ({ text, wild }: Pattern): boolean =>
  text.length > 0 && wild.at(-1) === text.length - 1 && text.charCodeAt(text.length - 1) === STAR

const COLON = 0x3a
