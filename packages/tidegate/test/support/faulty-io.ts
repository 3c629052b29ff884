/** A disk that fails at the n-th thing that it is asked, and one that forgets what it was not told to keep. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BlobFile, type BlobIo, diskIo } from '../../src/objects/io.ts'

export type Asked = 'create' | 'write' | 'sync' | 'sync-folder' | 'make-folder'

/** `fault` is asked before each thing; the error that it returns is what comes of that. */
export function failingIo(fault: (asked: Asked, count: number) => Error | undefined): BlobIo & { count(): number } {
  const disk = diskIo()
  let count = 0
  const before = (asked: Asked): void => {
    const error = fault(asked, count++)
    if (error !== undefined) throw error
  }
  return {
    ...disk,
    count: () => count,
    async create(path) {
      before('create')
      const file = await disk.create(path)
      return {
        async write(bytes, position) {
          try {
            before('write')
          } catch (error) {
            // As a disk does that is full: some of it is there.
            await file.write(bytes.subarray(0, bytes.length / 2), position)
            throw error
          }
          await file.write(bytes, position)
        },
        async sync() {
          before('sync')
          await file.sync()
        },
        close: () => file.close(),
      }
    },
    async makeFolder(path) {
      before('make-folder')
      await disk.makeFolder(path)
    },
    async syncFolder(path) {
      before('sync-folder')
      await disk.syncFolder(path)
    },
  }
}

/** An error as the system gives it. */
export function systemError(code: 'ENOSPC' | 'EIO'): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}

/**
 * A disk whose power is cut at any moment: of a file that was not synced there may be any beginning, or other bytes; of a folder that was
 * not synced, new files may be gone.
 * @param lies what it only says that it has done
 */
export function forgetfulIo(lies?: 'sync' | 'sync-folder') {
  const disk = diskIo()
  /** Files, and what of them is sure. */
  const files = new Map<string, { isSynced: boolean; isNamed: boolean }>()
  let onAsked = (): void => {}
  const io: BlobIo = {
    ...disk,
    async create(path) {
      onAsked()
      const file = await disk.create(path)
      const state = { isSynced: false, isNamed: false }
      files.set(path, state)
      return {
        async write(bytes, position) {
          onAsked()
          state.isSynced = false
          await file.write(bytes, position)
        },
        async sync() {
          onAsked()
          await file.sync()
          if (lies !== 'sync') state.isSynced = true
        },
        close: () => file.close(),
      } satisfies BlobFile
    },
    async syncFolder(path) {
      onAsked()
      const inIt = [...files].filter(([name]) => name.startsWith(`${path}/`))
      await disk.syncFolder(path)
      if (lies !== 'sync-folder') for (const [, state] of inIt) state.isNamed = true
    },
  }
  return {
    io,
    /** Is called before each thing that the disk is asked. */
    onAsked: (listener: () => void): void => void (onAsked = listener),
    /** Copies the folder as it may be found when the power comes back. `luck` is from 0 to 1. */
    cutPower(folder: string, to: string, luck: () => number): void {
      cpSync(folder, to, { recursive: true })
      rmSync(join(to, 'lock'), { force: true })
      rmSync(join(to, 'meta.db-shm'), { force: true })
      for (const [path, { isSynced, isNamed }] of files) {
        const copy = join(to, path.slice(folder.length))
        if (!existsSync(copy)) continue
        if (!isNamed && luck() < 0.5) rmSync(copy)
        else if (!isSynced) tear(copy, luck)
      }
    },
  }
}

/** Names of all files of bytes. */
export function blobFiles(folder: string): readonly string[] {
  const blobs = join(folder, 'blobs')
  return readdirSync(blobs).flatMap((directory) => readdirSync(join(blobs, directory)).map((name) => join(blobs, directory, name)))
}

function tear(path: string, luck: () => number): void {
  const bytes = readFileSync(path)
  const kept = Math.floor(bytes.length * luck())
  if (luck() < 0.5) truncateSync(path, kept)
  else writeFileSync(path, bytes.fill(0, kept))
}
