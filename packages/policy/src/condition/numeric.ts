/** The numeric operators: decimal comparison, without wildcards and variables. What is no number matches nothing (open point 5). */
import type { ValueMatcher } from './condition-test.ts'

export type Comparison = '=' | '<' | '<=' | '>' | '>='

export function numericMatcher(comparison: Comparison): (values: readonly string[]) => ValueMatcher {
  return (values) => new OrderMatcher(comparison, values.map(parseNumber), parseNumber)
}

/** Compares one number of the request with those of the policy; NaN stands for "no number" and compares to nothing. */
export class OrderMatcher implements ValueMatcher {
  readonly #comparison: Comparison
  readonly #bounds: readonly number[]
  readonly #parse: (text: string) => number
  /** The value parsed last: a request's time is asked for by many statements. */
  #text = ''
  #number = NaN

  constructor(comparison: Comparison, bounds: readonly number[], parse: (text: string) => number) {
    this.#comparison = comparison
    this.#bounds = bounds
    this.#parse = parse
  }

  matches(value: string): boolean {
    if (value !== this.#text) {
      this.#text = value
      this.#number = this.#parse(value)
    }
    const number = this.#number
    for (const bound of this.#bounds) if (compares(number, this.#comparison, bound)) return true
    return false
  }
}

function compares(number: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case '=':
      return number === bound
    case '<':
      return number < bound
    case '<=':
      return number <= bound
    case '>':
      return number > bound
    case '>=':
      return number >= bound
  }
}

/** A decimal literal, with or without sign, fraction and exponent; NaN for anything else. */
export function parseNumber(text: string): number {
  return isDecimal.test(text) ? Number(text) : NaN
}

const isDecimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
