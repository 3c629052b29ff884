/**
 * Where new files go: one directory at a time, until it is full. So a sync of one directory serves all files that were made in it
 * meanwhile, and after a crash only the directories that were not sealed can hold files that nothing names.
 */
import type { BlobFile, BlobIo } from './io.ts'
import { blobPath } from './io.ts'
import type { FileName } from './commands.ts'
import type { DiskState } from './disk-state.ts'

export interface NewFile extends FileName {
  readonly file: BlobFile
}

interface Directory {
  readonly number: number
  /** Files that were made in it. */
  made: number
  /** Files that are neither named by the catalogue nor removed yet. */
  open: number
  /** The sync that begins next: whoever waits for it is served by one. */
  nextSync: Promise<void> | undefined
  syncing: Promise<void> | undefined
}

export class Directories {
  readonly #folder: string
  readonly #io: BlobIo
  readonly #disk: DiskState
  readonly #newName: () => string
  readonly #seal: (directory: number) => Promise<unknown>
  readonly #all = new Map<number, Directory>()
  #active: Promise<Directory>

  constructor(options: {
    readonly folder: string
    readonly io: BlobIo
    readonly disk: DiskState
    readonly newName: () => string
    /** Records that a directory holds nothing but named files. */
    readonly seal: (directory: number) => Promise<unknown>
    /** Number of the directory to go on with, which is there, and the count of its files. */
    readonly active: { readonly number: number; readonly made: number }
  }) {
    this.#folder = options.folder
    this.#io = options.io
    this.#disk = options.disk
    this.#newName = options.newName
    this.#seal = options.seal
    this.#active = Promise.resolve(this.#add(options.active.number, options.active.made))
  }

  async create(): Promise<NewFile> {
    const directory = await this.#forOneMore()
    const name = this.#newName()
    try {
      const file = await this.#disk.guard(() => this.#io.create(blobPath(this.#folder, directory.number, name)))
      return { directory: directory.number, name, file }
    } catch (error) {
      this.settled(directory.number)
      throw error
    }
  }

  /** Resolves when every file that was made in the directory before the call stays in it. */
  sync(number: number): Promise<void> {
    const directory = this.#known(number)
    directory.nextSync ??= (directory.syncing ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        directory.nextSync = undefined
        directory.syncing = this.#disk.guardSync(() => this.#io.syncFolder(blobPath(this.#folder, number)))
        return directory.syncing
      })
    return directory.nextSync
  }

  /** A file is named by the catalogue now, or is gone. */
  settled(number: number): void {
    const directory = this.#known(number)
    directory.open--
    this.#sealIfDone(directory)
  }

  async #forOneMore(): Promise<Directory> {
    for (;;) {
      const active = this.#active
      const directory = await active
      if (directory.made < filesOfDirectory) {
        directory.made++
        directory.open++
        return directory
      }
      if (this.#active === active) {
        this.#active = this.#makeNext(directory.number + 1)
        this.#active.then(
          () => this.#sealIfDone(directory),
          () => {
            if (this.#active !== active) this.#active = active // tried again with the next file
          },
        )
      }
    }
  }

  async #makeNext(number: number): Promise<Directory> {
    await this.#disk.guard(() => this.#io.makeFolder(blobPath(this.#folder, number)))
    await this.#disk.guardSync(() => this.#io.syncFolder(this.#folder))
    return this.#add(number, 0)
  }

  #add(number: number, made: number): Directory {
    const directory: Directory = { number, made, open: 0, nextSync: undefined, syncing: undefined }
    this.#all.set(number, directory)
    return directory
  }

  #sealIfDone(directory: Directory): void {
    if (directory.open > 0 || directory.made < filesOfDirectory || !this.#all.delete(directory.number)) return
    // What was removed must not come back after it is sealed.
    const { number } = directory
    this.#disk
      .guardSync(() => this.#io.syncFolder(blobPath(this.#folder, number)))
      .then(() => this.#seal(number))
      .catch(() => {}) // then the next start looks through it
  }

  #known(number: number): Directory {
    const directory = this.#all.get(number)
    if (directory === undefined) throw new Error(`the directory ${number} of the object store is sealed`)
    return directory
  }
}

/** Bounds what a start looks through; small enough for any file system. */
const filesOfDirectory = 4096
