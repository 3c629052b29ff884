/** `[ip, user, ..., status = 4*, bytes > 1000]`: the words of a line, where brackets and quotes hold words together. */
import { type Comparison, readComparison } from './comparison.ts'
import type { Matcher } from './filter-pattern.ts'
import { Reader } from './reader.ts'

type Column = 'any number' | { readonly name: string; readonly test: Comparison }

export function columnsPattern(text: string): Matcher {
  const reader = new Reader(text)
  reader.expect('[')
  const columns: Column[] = []
  while (!reader.takes(']')) {
    columns.push(reader.takes('...') ? 'any number' : readColumn(reader))
    if (reader.takes(',')) continue
    reader.expect(']')
    break
  }
  if (!reader.isAtEnd) reader.refuse('nothing may stand behind `]`')
  if (columns.filter((column) => column === 'any number').length > 1) reader.refuse('`...` may stand only once')
  const gap = columns.indexOf('any number')
  return (message) => {
    const words = wordsOf(message)
    if (gap < 0) return words.length === columns.length && columns.every((column, index) => holds(column, words[index]))
    const behind = columns.length - gap - 1
    if (words.length < gap + behind) return false
    return columns.every((column, index) => {
      if (index === gap) return true
      return holds(column, words[index < gap ? index : words.length - columns.length + index])
    })
  }
}

function readColumn(reader: Reader): Column {
  const name = reader.match(/[A-Za-z_][A-Za-z0-9_]*/)?.[0] ?? ''
  const first = readComparison(reader, value)
  if (first === undefined) {
    if (name === '') reader.refuse('a column is missing')
    return { name, test: () => true }
  }
  let test: Comparison = first
  for (;;) {
    const isAnd = reader.takes('&&')
    if (!isAnd && !reader.takes('||')) return { name, test }
    reader.match(/[A-Za-z_][A-Za-z0-9_]*(?=\s*[!<>=])/)
    const before: Comparison = test
    const next: Comparison = readComparison(reader, value) ?? reader.refuse('an operator is missing')
    test = isAnd ? (word) => before(word) && next(word) : (word) => before(word) || next(word)
  }
}

function holds(column: Column, word: string | undefined): boolean {
  return column === 'any number' || column.test(word)
}

/** Words between spaces; `[…]` and `"…"` are one each, without what holds them together. */
function wordsOf(message: string): readonly string[] {
  return [...message.matchAll(/\[([^\]]*)\]|"([^"]*)"|(\S+)/g)].map(([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? '')
}

const value = /[^\s",\]&|]+/
