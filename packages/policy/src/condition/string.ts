/** The operators that take policy variables: String, Bool and Arn. Each value of the policy becomes a text, a glob or an ARN glob. */
import { ArnGlob, colonAt } from '../match/arn.ts'
import { asciiLower, equalsFolded } from '../match/fold.ts'
import { Glob } from '../match/glob.ts'
import { Filled, mayHaveVariable, type Pattern, plainPattern, Template } from '../match/pattern.ts'
import type { RequestContext } from '../request.ts'
import type { ValueMatcher } from './condition-test.ts'

/** `StringEquals`: exact and case-sensitive; wildcards stand for themselves. */
export function equalsMatcher(values: readonly string[], hasVariables: boolean): ValueMatcher {
  if (values.length > 1 && !(hasVariables && values.some(mayHaveVariable)))
    return values.length > FEW ? new OneOfMany(values) : new OneOfFew(values)
  return anyOf(values, hasVariables, ({ text }) => new EqualText(text))
}

/** Of ASCII letters alone the case does not count. */
export function equalsIgnoringCaseMatcher(values: readonly string[], hasVariables: boolean): ValueMatcher {
  return anyOf(values, hasVariables, ({ text }) => new EqualFoldedText(asciiLower(text)))
}

/** `StringLike`: case-sensitive, `*` and `?` span any character. */
export function likeMatcher(values: readonly string[], hasVariables: boolean): ValueMatcher {
  return anyOf(values, hasVariables, (pattern) => new Glob(pattern))
}

/** `ArnLike` and `ArnEquals` are the same operator. */
export function arnMatcher(values: readonly string[], hasVariables: boolean): ValueMatcher {
  return anyOf(values, hasVariables, (pattern) => (isWholeArn(pattern) ? new EqualText(pattern.text) : new ArnGlob(pattern)))
}

/** Where it has no wildcard, matching an ARN part by part is the same as comparing it. */
const isWholeArn = ({ text, wild }: Pattern): boolean => wild.length === 0 && colonAt(text, 5) >= 0

/** `Bool`: `true` or `false` in any case; nothing else matches (open point 13). */
export function boolMatcher(values: readonly string[], hasVariables: boolean): ValueMatcher {
  return anyOf(values, hasVariables, ({ text }) => {
    const folded = asciiLower(text)
    return folded === 'true' || folded === 'false' ? new EqualFoldedText(folded) : nothing
  })
}

interface TextMatcher {
  matches(value: string): boolean
}

class OneOfFew implements TextMatcher {
  /** A copy: those of a document may be frozen, and V8 walks arrays fast only where all that come by are of one kind. */
  readonly #texts: readonly string[]
  constructor(texts: readonly string[]) {
    this.#texts = texts.slice()
  }
  matches(value: string): boolean {
    for (const text of this.#texts) if (value === text) return true
    return false
  }
}

class OneOfMany implements TextMatcher {
  readonly #texts: ReadonlySet<string>
  constructor(texts: readonly string[]) {
    this.#texts = new Set(texts)
  }
  matches(value: string): boolean {
    return this.#texts.has(value)
  }
}

class EqualText implements TextMatcher {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  matches(value: string): boolean {
    return value === this.#text
  }
}

class EqualFoldedText implements TextMatcher {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  matches(value: string): boolean {
    return equalsFolded(value, this.#text)
  }
}

const nothing: TextMatcher = { matches: () => false }

/** A policy value whose variable has no value matches nothing; so does a malformed one. */
function anyOf(values: readonly string[], hasVariables: boolean, build: (pattern: Pattern) => TextMatcher): ValueMatcher {
  const fixed: TextMatcher[] = []
  const filled: Filled<TextMatcher>[] = []
  for (const value of values) {
    const read = hasVariables ? Template.read(value) : plainPattern(value)
    if (read instanceof Template) filled.push(new Filled(read, build))
    else if (read !== undefined) fixed.push(build(read))
  }
  const [only] = fixed
  if (only !== undefined && fixed.length === 1 && filled.length === 0) return only
  return new AnyOf(fixed, filled)
}

class AnyOf implements ValueMatcher {
  readonly #fixed: readonly TextMatcher[]
  readonly #filled: readonly Filled<TextMatcher>[]

  constructor(fixed: readonly TextMatcher[], filled: readonly Filled<TextMatcher>[]) {
    this.#fixed = fixed
    this.#filled = filled
  }

  matches(value: string, context: RequestContext): boolean {
    for (const matcher of this.#fixed) if (matcher.matches(value)) return true
    for (const filled of this.#filled) if (filled.in(context)?.matches(value) === true) return true
    return false
  }
}

const FEW = 6
