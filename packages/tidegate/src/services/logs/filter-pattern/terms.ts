/**
 * Terms: all that are wanted, none that has a minus before it; with question marks alone, one of them. A question mark beside a wanted term
 * means nothing, as on AWS.
 */
import type { Matcher } from './filter-pattern.ts'
import { PatternError, Reader } from './reader.ts'

export function termsPattern(text: string): Matcher {
  const reader = new Reader(text)
  const wanted: string[] = []
  const unwanted: string[] = []
  const optional: string[] = []
  while (!reader.isAtEnd) {
    const list = reader.takes('?') ? optional : reader.takes('-') ? unwanted : wanted
    const term = reader.quoted() ?? reader.match(/[^\s"]+/)?.[0] ?? reader.refuse('a term is missing')
    if (/^%.*%$/.test(term)) throw new PatternError('regular expressions are not supported')
    list.push(term)
  }
  const isAny = wanted.length === 0 && optional.length > 0
  return (message) =>
    wanted.every((term) => message.includes(term)) &&
    unwanted.every((term) => !message.includes(term)) &&
    (!isAny || optional.some((term) => message.includes(term)))
}
