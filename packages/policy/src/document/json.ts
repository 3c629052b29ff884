/**
 * A strict JSON reader (RFC 8259) that keeps where each value begins and sees what `JSON.parse` hides: duplicate names, numbers as written.
 *
 * It is made for hostile input: it never throws, its depth is capped, and its work is linear in the length of the text.
 * Strings may be slices of the text; `flat` in intern.ts makes a copy that does not keep the text alive.
 */
import type { JsonArray, JsonMember, JsonNode, JsonObject, JsonProblem, JsonScalar } from './json-node.ts'

export type { JsonMember, JsonNode, JsonObject, JsonProblem, JsonScalar }

export type JsonResult = { readonly ok: true; readonly node: JsonNode } | { readonly ok: false; readonly problem: JsonProblem }

/** Deeper nesting is refused: no policy or evaluation case comes near, and it bounds the reader's stack. */
export const maxJsonDepth = 64

/** Reads `text` as exactly one JSON value. */
export function readJson(text: string): JsonResult {
  const reader = new Reader(text)
  const node = reader.document()
  return node === undefined ? { ok: false, problem: reader.problem } : { ok: true, node }
}

/** The value of the member `name`, where `node` is an object that has one. */
export function memberOf(node: JsonNode, name: string): JsonNode | undefined {
  return node.type === 'object' ? node.members.find((member) => member.name === name)?.value : undefined
}

/** Every method returns `undefined` once `problem` is set; `#at` is the next character to read. */
class Reader {
  problem: JsonProblem = { message: 'not read', offset: 0 }
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode | undefined {
    this.#skipSpace()
    const node = this.#value(0)
    if (node === undefined) return undefined
    this.#skipSpace()
    return this.#at === this.#text.length ? node : this.#fail('unexpected text after the JSON value')
  }

  #value(depth: number): JsonNode | undefined {
    const start = this.#at
    const code = this.#text.charCodeAt(start)
    switch (code) {
      case QUOTE: {
        const value = this.#string()
        return value === undefined ? undefined : { type: 'string', start, value }
      }
      case BRACE_OPEN:
        return depth === maxJsonDepth ? this.#fail(tooDeep) : this.#object(depth + 1)
      case BRACKET_OPEN:
        return depth === maxJsonDepth ? this.#fail(tooDeep) : this.#array(depth + 1)
      case LOWER_T:
        return this.#word('true', 'boolean')
      case LOWER_F:
        return this.#word('false', 'boolean')
      case LOWER_N:
        return this.#word('null', 'null')
      default:
        if (code === MINUS || isDigit(code)) return this.#number()
        return this.#fail(start === this.#text.length ? 'the text ends where a JSON value is expected' : 'expected a JSON value')
    }
  }

  #object(depth: number): JsonObject | undefined {
    const start = this.#at++
    const members: JsonMember[] = []
    const names = new Names()
    this.#skipSpace()
    if (this.#take(BRACE_CLOSE)) return { type: 'object', start, members }
    for (;;) {
      const nameStart = this.#at
      if (this.#text.charCodeAt(nameStart) !== QUOTE) return this.#fail('expected a name in double quotes')
      const name = this.#string()
      if (name === undefined) return undefined
      if (!names.add(name)) return this.#fail(`duplicate name \`${shorten(name)}\``, nameStart)
      this.#skipSpace()
      if (!this.#take(COLON)) return this.#fail('expected `:` after a name')
      this.#skipSpace()
      const value = this.#value(depth)
      if (value === undefined) return undefined
      members.push({ name, start: nameStart, value })
      this.#skipSpace()
      if (this.#take(BRACE_CLOSE)) return { type: 'object', start, members }
      if (!this.#take(COMMA)) return this.#fail('expected `,` or `}` after a member')
      this.#skipSpace()
    }
  }

  #array(depth: number): JsonArray | undefined {
    const start = this.#at++
    const items: JsonNode[] = []
    this.#skipSpace()
    if (this.#take(BRACKET_CLOSE)) return { type: 'array', start, items }
    for (;;) {
      const item = this.#value(depth)
      if (item === undefined) return undefined
      items.push(item)
      this.#skipSpace()
      if (this.#take(BRACKET_CLOSE)) return { type: 'array', start, items }
      if (!this.#take(COMMA)) return this.#fail('expected `,` or `]` after an item')
      this.#skipSpace()
    }
  }

  #string(): string | undefined {
    const text = this.#text
    const start = this.#at
    let at = start + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return text.slice(start + 1, at)
      }
      if (code === BACKSLASH) return this.#escapedString(start, at)
      if (!(code >= SPACE)) return this.#badString(start, at)
      at++
    }
  }

  /** A string from its opening quote at `start`, whose first backslash is at `at`. */
  #escapedString(start: number, at: number): string | undefined {
    const text = this.#text
    const parts: string[] = []
    let plain = start + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === BACKSLASH) {
        const hex = text.charCodeAt(at + 1) === LOWER_U ? text.slice(at + 2, at + 6) : undefined
        const character = hex === undefined ? escapes.get(text.charCodeAt(at + 1)) : fromHex(hex)
        if (character === undefined) return this.#fail('not an escape sequence of JSON', at)
        parts.push(text.slice(plain, at), character)
        at += hex === undefined ? 2 : 6
        plain = at
      } else if (code === QUOTE) {
        parts.push(text.slice(plain, at))
        this.#at = at + 1
        return parts.join('')
      } else if (code >= SPACE) at++
      else return this.#badString(start, at)
    }
  }

  #badString(start: number, at: number): undefined {
    if (at >= this.#text.length) return this.#fail('unterminated string', start)
    return this.#fail('control character in a string: write it as an escape sequence', at)
  }

  #number(): JsonScalar | undefined {
    const text = this.#text
    const start = this.#at
    if (text.charCodeAt(this.#at) === MINUS) this.#at++
    const first = this.#at
    if (!this.#digits()) return this.#fail('expected a digit')
    if (text.charCodeAt(first) === ZERO && this.#at > first + 1) return this.#fail('a number has no leading zero', first)
    if (this.#take(DOT) && !this.#digits()) return this.#fail('expected a digit after the decimal point')
    const exponent = text.charCodeAt(this.#at)
    if (exponent === LOWER_E || exponent === UPPER_E) {
      this.#at++
      const sign = text.charCodeAt(this.#at)
      if (sign === PLUS || sign === MINUS) this.#at++
      if (!this.#digits()) return this.#fail('expected a digit in the exponent')
    }
    return { type: 'number', start, value: text.slice(start, this.#at) }
  }

  #digits(): boolean {
    const start = this.#at
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#at > start
  }

  #word(word: string, type: 'boolean' | 'null'): JsonScalar | undefined {
    const start = this.#at
    if (!this.#text.startsWith(word, start)) return this.#fail('expected a JSON value')
    this.#at += word.length
    return { type, start, value: word }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return
      this.#at++
    }
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at++
    return true
  }

  #fail(message: string, offset = this.#at): undefined {
    this.problem = { message, offset }
    return undefined
  }
}

/** The names of one object: few are compared one by one, many go into a set. */
class Names {
  readonly #few: string[] = []
  #many: Set<string> | undefined

  /** False when `name` was there already. */
  add(name: string): boolean {
    const few = this.#few
    if (this.#many === undefined) {
      if (few.includes(name)) return false
      few.push(name)
      if (few.length > 8) this.#many = new Set(few)
      return true
    }
    if (this.#many.has(name)) return false
    this.#many.add(name)
    return true
  }
}

const shorten = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}...` : text)

const tooDeep = `nested deeper than ${maxJsonDepth} levels`

const TAB = 0x09
const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const UPPER_E = 0x45
const BRACKET_OPEN = 0x5b
const BACKSLASH = 0x5c
const BRACKET_CLOSE = 0x5d
const LOWER_E = 0x65
const LOWER_F = 0x66
const LOWER_N = 0x6e
const LOWER_T = 0x74
const LOWER_U = 0x75
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d

const fromHex = (hex: string): string | undefined =>
  /^[0-9A-Fa-f]{4}$/.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : undefined

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE

/** What follows a backslash, and what it stands for. */
const escapes: ReadonlyMap<number, string> = new Map([
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x2f, '/'],
  [0x62, '\b'],
  [LOWER_F, '\f'],
  [LOWER_N, '\n'],
  [0x72, '\r'],
  [LOWER_T, '\t'],
])
