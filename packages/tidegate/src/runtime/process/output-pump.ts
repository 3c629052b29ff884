import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OutputLine, readOutput } from './output-file.ts'

/** Tells what a container has written, in order, and remembers in its folder how far it came: nothing is lost over a restart. */
export class OutputPump {
  readonly #folder: string
  readonly #tell: (lines: readonly OutputLine[]) => Promise<void>
  #position: string | undefined
  #hasMore = false
  #run: Promise<void> | undefined
  #isEnded = false

  constructor(folder: string, tell: (lines: readonly OutputLine[]) => Promise<void>) {
    this.#folder = folder
    this.#tell = tell
    this.#position = readPosition(folder)
  }

  /** Resolves when all that is written by now was taken. Rejects when it was not; the next time begins there. */
  wake(): Promise<void> {
    this.#hasMore = true
    return (this.#run ??= this.#pump().finally(() => (this.#run = undefined)))
  }

  end(): void {
    this.#isEnded = true
  }

  async #pump(): Promise<void> {
    while (this.#hasMore) {
      this.#hasMore = false
      for (let lines = this.#read(); lines.length > 0; lines = this.#read()) {
        await this.#tell(lines)
        this.#position = lines.at(-1)?.position
        // Its folder is gone where the container was removed meanwhile.
        if (existsSync(this.#folder)) writeFileSync(positionPath(this.#folder), this.#position ?? '', { mode: 0o600 })
      }
    }
  }

  #read(): readonly OutputLine[] {
    return this.#isEnded ? [] : readOutput(this.#folder, this.#position)
  }
}

function readPosition(folder: string): string | undefined {
  try {
    return readFileSync(positionPath(folder), 'utf8')
  } catch {
    return undefined
  }
}

const positionPath = (folder: string): string => join(folder, 'told')
