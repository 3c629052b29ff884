/** A pattern read from left to right. */

/** The pattern is none; the message says where. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

export class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    this.skipSpace()
    return this.#at >= this.#text.length
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  /** Takes `word` if it stands here, behind any space. */
  takes(word: string): boolean {
    this.skipSpace()
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  expect(word: string): void {
    if (!this.takes(word)) this.refuse(`\`${word}\` is missing`)
  }

  /** What a sticky expression finds here, behind any space. */
  match(expression: RegExp): RegExpExecArray | undefined {
    this.skipSpace()
    const sticky = new RegExp(expression.source, 'y')
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#text)
    if (found === null || found[0] === '') return undefined
    this.#at += found[0].length
    return found
  }

  /** A text between double quotes, where `\` takes the next character as it is. */
  quoted(): string | undefined {
    const found = this.match(/"((?:[^"\\]|\\.)*)"/)
    return found?.[1]?.replaceAll(/\\(.)/g, '$1')
  }

  refuse(what: string): never {
    throw new PatternError(`${what} at character ${this.#at + 1}`)
  }
}
