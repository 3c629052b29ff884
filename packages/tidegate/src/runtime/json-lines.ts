/** Cuts a stream of bytes into the JSON values of its lines. Throws for a line that is none, or one that has no end. */
export class JsonLines {
  #held = ''

  push(text: string): readonly unknown[] {
    const lines = (this.#held + text).split('\n')
    this.#held = lines.pop() ?? ''
    if (this.#held.length > LONGEST_LINE) throw new Error('a line has no end')
    return lines.map((line) => JSON.parse(line) as unknown)
  }
}

const LONGEST_LINE = 16 * 1_048_576
