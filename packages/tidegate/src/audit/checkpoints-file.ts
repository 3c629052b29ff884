/** The file of a log's checkpoints: each is appended and made durable before it is given out. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OpenedCheckpoint, openCheckpoint, splitCheckpoints } from './checkpoint.ts'
import type { FilePort, WritableFile } from './file-port.ts'
import { checkpointsFile } from './folder.ts'
import type { VerifierKey } from './note.ts'

export interface StoredCheckpoint {
  /** In the file, from 1. */
  readonly line: number
  readonly note: string
  readonly opened: OpenedCheckpoint
}

/** What is stored in a folder; `rest` is what a crash cut off, or damage. */
export function readCheckpoints(
  folder: string,
  keys: readonly VerifierKey[],
): { readonly stored: readonly StoredCheckpoint[]; readonly rest: string } {
  const path = join(folder, checkpointsFile)
  const { notes, rest } = splitCheckpoints(existsSync(path) ? readFileSync(path, 'utf8') : '')
  return { stored: notes.map(({ line, note }) => ({ line, note, opened: openCheckpoint(note, keys) })), rest }
}

export class CheckpointsFile {
  readonly #file: WritableFile
  #length: number

  /** @param length of the whole checkpoints in it; what is behind is cut off */
  constructor(files: FilePort, length: number) {
    this.#file = files.open(checkpointsFile)
    this.#length = length
  }

  async append(note: string): Promise<void> {
    const bytes = Buffer.from(note)
    this.#file.truncate(this.#length)
    this.#file.write(bytes, this.#length)
    await this.#file.sync()
    this.#length += bytes.length
  }

  close(): void {
    this.#file.close()
  }
}
