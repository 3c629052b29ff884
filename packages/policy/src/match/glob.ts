/**
 * Whole-string matching of `*` (any characters, also none) and `?` (exactly one), by character codes, without regular expressions.
 *
 * A pattern is cut at its stars into needles: the first is anchored at the start, the last at the end, and each one between is looked
 * for from left to right. Taking the leftmost place is always right, because what follows a needle is a star. So a match never
 * backtracks: its cost is linear in the text (needles that contain `?` cost at most needle × text).
 */
import { beginsWith } from './begins-with.ts'
import { type Pattern, STAR } from './pattern.ts'

export class Glob {
  readonly #first: Needle
  readonly #between: readonly Needle[]
  /** Absent when the pattern has no star: then `#first` is all of it. */
  readonly #last: Needle | undefined
  /** Length of the shortest text that can match. */
  readonly #shortest: number

  constructor(pattern: Pattern) {
    const needles = needlesOf(pattern)
    this.#first = needles[0] ?? emptyNeedle
    this.#last = needles.length > 1 ? needles.at(-1) : undefined
    this.#between = needles.slice(1, -1).filter((needle) => needle.text !== '')
    this.#shortest = needles.reduce((sum, needle) => sum + needle.text.length, 0)
  }

  matches(text: string): boolean {
    return this.matchesBetween(text, 0, text.length)
  }

  /** Matches the part of `text` from `start` up to `end`. */
  matchesBetween(text: string, start: number, end: number): boolean {
    const length = end - start
    if (length < this.#shortest) return false
    const first = this.#first
    const last = this.#last
    if (last === undefined) return length === this.#shortest && isAt(first, text, start)
    // The end first: patterns that are looked at together mostly begin alike.
    const lastStart = end - last.text.length
    if (!isAt(last, text, lastStart) || !isAt(first, text, start)) return false
    let position = start + first.text.length
    for (const needle of this.#between) {
      const found = find(needle, text, position, lastStart - needle.text.length)
      if (found < 0) return false
      position = found + needle.text.length
    }
    return true
  }
}

/** Literal text between two stars; `any` are the positions of `?` in it. */
interface Needle {
  readonly text: string
  readonly any: readonly number[]
}

function needlesOf({ text, wild }: Pattern): Needle[] {
  const needles: Needle[] = []
  let start = 0
  let any: number[] = []
  for (const position of wild) {
    if (text.charCodeAt(position) !== STAR) any.push(position - start)
    else {
      needles.push({ text: text.slice(start, position), any })
      start = position + 1
      any = []
    }
  }
  needles.push({ text: text.slice(start), any })
  return needles
}

function isAt({ text: needle, any }: Needle, text: string, at: number): boolean {
  if (any.length === 0) return at === 0 ? beginsWith(text, needle) : text.startsWith(needle, at)
  let next = 0
  for (let i = 0; i < needle.length; i++) {
    if (i === any[next]) next++
    else if (needle.charCodeAt(i) !== text.charCodeAt(at + i)) return false
  }
  return true
}

/** First place of the needle that begins at `from` or later and at `latest` or earlier; -1 where there is none. */
function find(needle: Needle, text: string, from: number, latest: number): number {
  if (needle.any.length === 0) {
    const found = from > latest ? -1 : text.indexOf(needle.text, from)
    return found > latest ? -1 : found
  }
  for (let at = from; at <= latest; at++) if (isAt(needle, text, at)) return at
  return -1
}

const emptyNeedle: Needle = { text: '', any: [] }
