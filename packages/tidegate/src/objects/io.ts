/**
 * All that the store does to files of bytes, so that a test can have a disk that is full, fails, tears or forgets.
 * `sync` and `syncFolder` reject when the system can't say that bytes are on the disk: then nothing may be believed of them any more.
 */
import * as fs from 'node:fs'
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'

export interface BlobIo {
  /** Makes a new file. */
  create(path: string): Promise<BlobFile>
  openToRead(path: string): Promise<ReadableFile>
  remove(path: string): Promise<void>
  makeFolder(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Names in a folder. */
  list(path: string): Promise<readonly string[]>
  /** Makes durable which files are in a folder. */
  syncFolder(path: string): Promise<void>
}

export interface BlobFile {
  /** All of the bytes, or it rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface ReadableFile {
  /** Fills `into` from the position on, as far as the file goes. Resolves to the count of bytes. */
  read(into: Uint8Array, position: number): Promise<number>
  close(): void
}

export function diskIo(): BlobIo {
  return {
    create: async (path) => diskFile(await openFile(path, 'wx', 0o600)),
    openToRead: async (path) => readableFile(await openFile(path, 'r')),
    remove: (path) => rm(path, { force: true }),
    makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
    removeFolder: (path) => rmdir(path),
    list: (path) => readdir(path),
    async syncFolder(path) {
      // Windows can't open a folder, and needs no sync of it.
      if (process.platform === 'win32') return
      const descriptor = await openFile(path, 'r')
      try {
        await settled((done) => fs.fsync(descriptor, done))
      } finally {
        await settled((done) => fs.close(descriptor, done))
      }
    },
  }
}

/** Joins the parts of a blob's path. */
export function blobPath(folder: string, directory: number, name = ''): string {
  return join(folder, directory.toString(16).padStart(8, '0'), name)
}

function diskFile(descriptor: number): BlobFile {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length;) done += await writeSome(descriptor, bytes, done, position + done)
    },
    sync: () => settled((done) => fs.fdatasync(descriptor, done)),
    close: () => settled((done) => fs.close(descriptor, done)),
  }
}

function readableFile(descriptor: number): ReadableFile {
  return {
    async read(into, position) {
      let done = 0
      for (; done < into.length;) {
        const count = await readSome(descriptor, into, done, position + done)
        if (count === 0) break
        done += count
      }
      return done
    },
    close: () => fs.close(descriptor),
  }
}

function openFile(path: string, flags: string, mode?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, mode, (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)))
  })
}

function writeSome(descriptor: number, bytes: Uint8Array, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, bytes, offset, bytes.length - offset, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })
}

function readSome(descriptor: number, into: Uint8Array, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, into, offset, into.length - offset, position, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === null || error === undefined ? resolve() : reject(error)))
  })
}
