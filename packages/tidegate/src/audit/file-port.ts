/** What the log does to its folder. A port, so that tests can have a disk that is full, or fails, or forgets. */
import { closeSync, fdatasync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync, constants } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface FilePort {
  /** Opens for writing; creates it, readable by its owner only, where it is absent. */
  open(name: string): WritableFile
  rename(from: string, to: string): void
  remove(name: string): Promise<void>
  /** Makes creations, renames and removals durable. */
  syncFolder(): Promise<void>
}

export interface WritableFile {
  /** All of the bytes, or it throws; then some of them may be there. */
  write(bytes: Uint8Array, position: number): void
  /** Makes what was written durable. After a failure nothing is known of what was written since the last success. */
  sync(): Promise<void>
  truncate(length: number): void
  close(): void
}

export function diskFiles(folder: string): FilePort {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    open: (name) => diskFile(join(folder, name)),
    rename: (from, to) => renameSync(join(folder, from), join(folder, to)),
    remove: (name) => rm(join(folder, name)),
    async syncFolder() {
      // Windows can't open a folder, and needs no sync of it.
      if (process.platform === 'win32') return
      const descriptor = openSync(folder, 'r')
      try {
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    },
  }
}

function diskFile(path: string): WritableFile {
  // Not `a`: on Linux, writes to a file opened for appending ignore their position.
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  return {
    write(bytes, position) {
      for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
    },
    sync: () => new Promise((resolve, reject) => fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)))),
    truncate: (length) => ftruncateSync(descriptor, length),
    close: () => closeSync(descriptor),
  }
}
