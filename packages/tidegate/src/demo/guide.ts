/** How the tour speaks: what somebody types, what is answered, and whether that is what was promised. */

export interface Step {
  readonly title: string
  readonly run: (guide: Guide) => Promise<void>
}

/** Something that the tour promised did not happen. */
class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

export class Guide {
  readonly #write: (text: string) => void

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** A command, or what an SDK is asked, as one would type it. */
  types(who: string, command: string): void {
    this.#write(`\n   ${who.padEnd(widthOfWho)}$ ${command}\n`)
  }

  /** What came back, indented; long answers are cut to what a reader takes in. */
  answers(text: string, most = 12): void {
    const lines = text.trimEnd().split('\n')
    for (const line of lines.slice(0, most)) this.#write(`   ${' '.repeat(widthOfWho)}  ${line}\n`)
    if (lines.length > most) this.#write(`   ${' '.repeat(widthOfWho)}  ... ${lines.length - most} more lines\n`)
  }

  says(text: string): void {
    this.#write(`   ${text}\n`)
  }

  /** @throws BrokenPromise */
  holds(isSo: boolean, promise: string): void {
    if (!isSo) throw new BrokenPromise(promise)
  }
}

/** Runs the steps one after the other. Answers 0, or the number of the step that failed. */
export async function walk(steps: readonly Step[], write: (text: string) => void, now: () => number): Promise<number> {
  const began = now()
  for (const [index, { title, run }] of steps.entries()) {
    const started = now()
    write(`\n${index + 1}/${steps.length} ${title}\n`)
    try {
      await run(new Guide(write))
    } catch (error) {
      write(`\n   FAILED: ${error instanceof Error ? error.message : String(error)}\n`)
      return index + 1
    }
    write(`\n   ok, ${seconds(now() - started)}\n`)
  }
  write(`\nthe tour is over: ${steps.length} of ${steps.length} steps, ${seconds(now() - began)}\n`)
  return 0
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

const widthOfWho = 6
