/**
 * One copy of what repeats. Documents live by the hundred thousand and say `s3:GetObject` and `aws:SourceIp` over and over.
 *
 * INVARIANT: interning is invisible: a table returns values that are equal to what it was given, and it never grows past its bound,
 * whatever it is fed.
 */
import type { Condition, PatternElement } from './policy-document.ts'

/**
 * At most `2 * bound` entries: when the young generation is full it becomes the old one, and what was not asked for since is dropped.
 */
export class InternTable<Value> {
  readonly #bound: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(bound: number) {
    this.#bound = bound
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  /** `key` must not be a slice of a longer text: the table would keep that text alive. */
  set(key: string, value: Value): void {
    if (this.#young.size >= this.#bound) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}

/** The one copy of a text that is likely to repeat, such as an action name or a condition key. */
export function intern(text: string): string {
  if (text.length > longestInterned) return flat(text)
  const known = texts.get(text)
  if (known !== undefined) return known
  const copy = flat(text)
  texts.set(copy, copy)
  return copy
}

/** The one copy of an `Action` element; its patterns are copied. */
export function internElement(not: boolean, patterns: readonly string[]): PatternElement {
  if (patterns.length > mostInterned) return { not, patterns: patterns.map(intern) }
  const key = `${not ? '!' : ''}${patterns.join(' ')}`
  const known = elements.get(key)
  // Different lists may have the same key: a pattern may contain a space.
  if (known !== undefined && known.not === not && isSame(known.patterns, patterns)) return known
  const element: PatternElement = Object.freeze({ not, patterns: Object.freeze(patterns.map(intern)) })
  if (key.length <= longestInterned) elements.set(flat(key), element)
  return element
}

/** The one copy of a statement's conditions; their keys and values are copied. */
export function internConditions(conditions: readonly Condition[]): readonly Condition[] {
  const key = conditions.map(textOf).join('\n')
  const known = conditionLists.get(key)
  if (known !== undefined && known.length === conditions.length && known.every((one, index) => isSameCondition(one, conditions[index])))
    return known
  const list = Object.freeze(
    conditions.map(({ operator, key: name, values }) =>
      Object.freeze<Condition>({ operator, key: intern(name), values: Object.freeze(values.map(intern)) }),
    ),
  )
  if (key.length <= longestInterned) conditionLists.set(flat(key), list)
  return list
}

/**
 * A copy of `text` that stands for itself. `slice` gives a view that keeps the whole source alive (in V8 from 13 characters on);
 * `join` of two parts always writes a new string.
 */
export function flat(text: string): string {
  return text.length < shortestSlice ? text : [text.slice(0, 1), text.slice(1)].join('')
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((text, index) => text === others[index])

const textOf = ({ operator, key, values }: Condition): string => `${operator.base} ${key} ${values.join(' ')}`

const isSameCondition = (one: Condition, other: Condition | undefined): boolean =>
  one.operator === other?.operator && one.key === other.key && isSame(one.values, other.values)

const shortestSlice = 13
const longestInterned = 256
const mostInterned = 16
const texts = new InternTable<string>(4096)
const elements = new InternTable<PatternElement>(4096)
const conditionLists = new InternTable<readonly Condition[]>(4096)
