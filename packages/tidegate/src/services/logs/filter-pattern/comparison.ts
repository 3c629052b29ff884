/** Comparisons of a value: with a text that may have wildcards, or with a number. */
import type { Reader } from './reader.ts'

export type Comparison = (value: unknown) => boolean

/** An operator and what stands behind it; undefined where there is no operator. */
export function readComparison(reader: Reader, unquoted: RegExp): Comparison | undefined {
  const operator = reader.match(/!=|<=|>=|=|<|>/)?.[0]
  if (operator === undefined) return undefined
  const quoted = reader.quoted()
  const text = quoted ?? reader.match(unquoted)?.[0] ?? reader.refuse('a value is missing')
  const number = quoted === undefined ? numberOf(text) : undefined
  if (operator === '=' || operator === '!=') {
    const matches = textMatcher(text)
    const isSame: Comparison = (value) => {
      if (number !== undefined && numberOf(value) === number) return true
      return (typeof value === 'string' || typeof value === 'number') && matches(String(value))
    }
    return operator === '=' ? isSame : (value) => value !== undefined && value !== null && !isSame(value)
  }
  if (number === undefined) return reader.refuse(`\`${operator}\` compares numbers`)
  return (value) => {
    const given = numberOf(value)
    return given !== undefined && orders[operator as keyof typeof orders](given, number)
  }
}

const orders = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined
}

/** `*` stands for any text, also for none. Takes time in the lengths of both, never more. */
function textMatcher(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of rest) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
