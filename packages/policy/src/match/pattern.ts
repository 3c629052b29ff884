/**
 * Patterns of the policy language: literal text, the wildcards `*` and `?`, and policy variables.
 *
 * A pattern without variables is located once, at compile time. One with variables is a template: its wildcards are known, its text
 * depends on the request. Substituted text is literal (open point 7 of docs/fidelity.md): a `*` that comes from a value is no wildcard.
 */
import { conditionKey } from '../condition-key.ts'
import type { RequestContext } from '../request.ts'

/** Text in which the characters at the positions `wild` (ascending) are wildcards and all others stand for themselves. */
export interface Pattern {
  readonly text: string
  readonly wild: readonly number[]
}

/** Locates the wildcards of `text`; `${` has no meaning here. */
export function plainPattern(text: string): Pattern {
  return { text, wild: wildcardsOf(text) }
}

export const literalPattern = (text: string): Pattern => ({ text, wild: none })

/** Whether `text` is a plain pattern for certain, or has to be read as a template. */
export const mayHaveVariable = (text: string): boolean => text.includes('${')

/** A pattern whose text depends on the request. */
export class Template {
  readonly #parts: readonly Part[]

  private constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  /**
   * Reads `text`, looking for `${…}` from offset `from` on. Returns a plain pattern where no variable occurs, and
   * `undefined` for a malformed one, which matches nothing.
   */
  static read(text: string, from = 0): Pattern | Template | undefined {
    if (!text.includes('${', from)) return plainPattern(text)
    const parts: Part[] = [plainPattern(text.slice(0, from))]
    let at = from
    for (let open = text.indexOf('${', at); open >= 0; open = text.indexOf('${', at)) {
      const close = text.indexOf('}', open)
      const part = close < 0 ? undefined : readVariable(text.slice(open + 2, close))
      if (part === undefined) return undefined
      parts.push(plainPattern(text.slice(at, open)), part)
      at = close + 1
    }
    parts.push(plainPattern(text.slice(at)))
    return parts.every((part) => 'text' in part) ? join(parts) : new Template(parts)
  }

  /** Text before the first variable, with its wildcards: what a match must begin with. */
  get head(): Pattern {
    const first = this.#parts.findIndex((part) => 'key' in part)
    return join(this.#parts.slice(0, first).filter((part) => 'text' in part))
  }

  /** The values of the variables in order, written to `values`; false when one has no value and no default. */
  resolve(context: RequestContext, values: string[]): boolean {
    let n = 0
    for (const part of this.#parts) {
      if ('text' in part) continue
      const value = context.get(part.key)
      // A multivalued key cannot be a variable, so it counts as having no value.
      const text = typeof value === 'string' ? value : part.otherwise
      if (text === undefined) return false
      values[n++] = text
    }
    return true
  }

  /** The pattern with `values` in place of its variables. */
  fill(values: readonly string[]): Pattern {
    let n = 0
    return join(this.#parts.map((part) => ('text' in part ? part : literalPattern(values[n++] ?? ''))))
  }
}

/** What `build` makes of a template. The same values as last time, as is usual for one principal, are not built anew. */
export class Filled<T> {
  readonly #template: Template
  readonly #build: (pattern: Pattern) => T
  readonly #values: string[] = []
  #builtFrom: readonly string[] = []
  #built: T | undefined

  constructor(template: Template, build: (pattern: Pattern) => T) {
    this.#template = template
    this.#build = build
  }

  /** `undefined` when a variable has no value and no default. */
  in(context: RequestContext): T | undefined {
    const values = this.#values
    if (!this.#template.resolve(context, values)) return undefined
    if (this.#built === undefined || !isSame(values, this.#builtFrom)) {
      this.#builtFrom = [...values]
      this.#built = this.#build(this.#template.fill(values))
    }
    return this.#built
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

interface Variable {
  readonly key: string
  readonly otherwise: string | undefined
}
type Part = Pattern | Variable

/** The inside of `${…}`: a key, a key with a default (`key, 'text'`), or one of the three characters that a pattern cannot write otherwise. */
function readVariable(inside: string): Part | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return literalPattern(inside)
  const comma = inside.indexOf(',')
  if (comma < 0) return inside === '' ? undefined : { key: conditionKey(inside), otherwise: undefined }
  const key = inside.slice(0, comma).trimEnd()
  const quoted = /^\s*'([^']*)'\s*$/.exec(inside.slice(comma + 1))
  return key === '' || quoted === null ? undefined : { key: conditionKey(key), otherwise: quoted[1] ?? '' }
}

function join(parts: readonly Part[]): Pattern {
  let text = ''
  const wild: number[] = []
  for (const part of parts) {
    if (!('text' in part)) continue
    for (const position of part.wild) wild.push(text.length + position)
    text += part.text
  }
  return { text, wild }
}

function wildcardsOf(text: string): readonly number[] {
  const wild: number[] = []
  for (let i = 0; i < text.length; i++) if (isWildcard(text.charCodeAt(i))) wild.push(i)
  return wild.length === 0 ? none : wild.slice() // what grew has room for more
}

const isWildcard = (code: number): boolean => code === STAR || code === QUESTION_MARK

const none: readonly number[] = []
export const STAR = 0x2a
const QUESTION_MARK = 0x3f
