/** Removes files that nothing names and nobody reads, in the background, and then forgets that they were trash. */
import type { FileName } from './commands.ts'
import { type BlobIo, blobPath } from './io.ts'

export class Garbage {
  readonly #folder: string
  readonly #io: BlobIo
  readonly #forget: (files: readonly FileName[]) => Promise<unknown>
  readonly #onProblem: (what: string, error: unknown) => void
  #queue: FileName[] = []
  #running: Promise<void> | undefined

  constructor(options: {
    readonly folder: string
    readonly io: BlobIo
    readonly forget: (files: readonly FileName[]) => Promise<unknown>
    readonly onProblem: (what: string, error: unknown) => void
  }) {
    this.#folder = options.folder
    this.#io = options.io
    this.#forget = options.forget
    this.#onProblem = options.onProblem
  }

  add(file: FileName): void {
    this.#queue.push(file)
    this.#running ??= this.#work().finally(() => (this.#running = undefined))
  }

  /** Removes what is there to be removed. */
  async close(): Promise<void> {
    await this.#running
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const files = this.#queue.splice(0, atOnce)
      try {
        await removeFiles(files, this.#folder, this.#io)
        await this.#forget(files)
      } catch (error) {
        // They stay trash in the catalogue: the next start removes them.
        this.#onProblem('files of deleted objects cannot be removed', error)
      }
    }
  }
}

/** Removes files for good: after it, none of them comes back. */
export async function removeFiles(files: readonly FileName[], folder: string, io: BlobIo): Promise<void> {
  for (const { directory, name } of files) await io.remove(blobPath(folder, directory, name))
  for (const directory of new Set(files.map((file) => file.directory))) {
    await io.syncFolder(blobPath(folder, directory)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    })
  }
}

/** One sync of a directory and one order serve so many. */
const atOnce = 256
