/** Files that are being read, or about to be, and those that nothing names any more: a file is removed when it is both unnamed and unread. */
import type { FileName } from './commands.ts'
import type { Extent } from './catalogue-reader.ts'

export class Pins {
  readonly #counts = new Map<string, number>()
  readonly #waiting = new Map<string, FileName>()
  readonly #onFree: (file: FileName) => void

  /** @param onFree is told of trash that nobody reads */
  constructor(onFree: (file: FileName) => void) {
    this.#onFree = onFree
  }

  /** Returns what lets go of them, which is to be called once. */
  pin(extents: readonly Extent[]): () => void {
    const names = extents.flatMap(({ name }) => (name === null ? [] : [name]))
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    return () => {
      for (const name of names) this.#release(name)
    }
  }

  trash(files: readonly FileName[]): void {
    for (const file of files) {
      if (this.#counts.has(file.name)) this.#waiting.set(file.name, file)
      else this.#onFree(file)
    }
  }

  #release(name: string): void {
    const count = (this.#counts.get(name) ?? 0) - 1
    if (count > 0) {
      this.#counts.set(name, count)
      return
    }
    this.#counts.delete(name)
    const file = this.#waiting.get(name)
    if (file === undefined || !this.#waiting.delete(name)) return
    this.#onFree(file)
  }
}
