/**
 * Opens the store of a data folder:
 *
 *     lock       held for the life of the process: a second one is refused
 *     meta.db    what there is (schema.ts)
 *     blobs/…    bytes, under names that say nothing, at most 4096 in a directory
 *
 * SQLite brings its own file back to the last commit. What is left to do after a crash is to remove files that the commit did not name, and
 * those that it names as trash.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lockFile } from '../kernel/lock-file.ts'
import type { ObjectStore } from '../services/s3/object-store.ts'
import { CatalogueClient, type GroupWriter, startCatalogueThread } from './catalogue-client.ts'
import { CatalogueReader } from './catalogue-reader.ts'
import type { Intent } from './commands.ts'
import { Directories } from './directories.ts'
import { DiskState } from './disk-state.ts'
import { Garbage } from './garbage.ts'
import { HashPool } from './hash-pool.ts'
import { type BlobIo, diskIo } from './io.ts'
import { Pins } from './pins.ts'
import { recover } from './recovery.ts'
import { openToRead, openToWrite } from './schema.ts'
import { objectStore } from './store.ts'

export interface ObjectStoreOptions {
  /** Made where it is absent. */
  readonly folder: string
  readonly clock: () => number
  /** Is told of what stops the store from writing, and of trash that can't be removed. */
  readonly onProblem: (what: string, error: unknown) => void
  readonly intent?: () => Intent | undefined
  readonly io?: BlobIo
  readonly startWriter?: (path: string) => GroupWriter
  readonly inlineBytes?: number
}

export interface OpenObjectStore extends ObjectStore {
  /** Records of requests whose change is durable and whose audit record is not known to be. */
  intents(): readonly Intent[]
  /** Their records are in the audit log. */
  forgetIntents(ids: readonly string[]): Promise<void>
  /** Finishes writes that were begun; later ones are refused. */
  close(): Promise<void>
}

export async function openObjectStore(options: ObjectStoreOptions): Promise<OpenObjectStore> {
  const { folder, clock, onProblem, intent = () => undefined, io = diskIo(), startWriter = startCatalogueThread } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFile(join(folder, 'lock'))
  if (unlock === undefined) throw new Error(`the object store in \`${folder}\` is open in another process`)
  try {
    const path = join(folder, 'meta.db')
    const blobs = join(folder, 'blobs')
    const active = await recovered(path, blobs, io)
    const reader = new CatalogueReader(openToRead(path))
    const disk = new DiskState((error) => onProblem('the disk failed: objects can be read and no longer written', error))
    const order = (command: Parameters<CatalogueClient['order']>[0]['command']): Promise<unknown> =>
      catalogue.order({ command, now: clock(), intent: undefined })
    const garbage = new Garbage({ folder: blobs, io, forget: (files) => order({ kind: 'forget-trash', files }), onProblem })
    const pins = new Pins((file) => garbage.add(file))
    const catalogue = new CatalogueClient(startWriter(path), disk, (trash) => pins.trash(trash))
    const directories = new Directories({
      folder: blobs,
      io,
      disk,
      newName: () => randomBytes(16).toString('hex'),
      seal: (directory) => order({ kind: 'seal', directory }),
      active,
    })
    const hashes = new HashPool()
    const stages = { folder: blobs, io, disk, directories, hashes, inlineBytes: options.inlineBytes ?? inlineBytes }
    let closing: Promise<void> | undefined
    const close = async (): Promise<void> => {
      await garbage.close()
      await catalogue.close()
      await hashes.close()
      reader.close()
      unlock()
    }
    return {
      ...objectStore({ catalogue, reader, stages, pins, clock, intent }),
      intents: () => reader.sql.all<Intent>('select id, record from intents'),
      // A record that is in the log and here is found to be there at the next start.
      forgetIntents(ids) {
        catalogue.orderLater({ command: { kind: 'forget-intents', ids }, now: clock(), intent: undefined })
        return Promise.resolve()
      },
      close: () => (closing ??= close()),
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Brings files and catalogue together, and says where new files go. */
async function recovered(path: string, blobs: string, io: BlobIo): Promise<{ readonly number: number; readonly made: number }> {
  const database = openToWrite(path)
  try {
    return await recover(database, blobs, io)
  } finally {
    database.close()
  }
}

/** Objects up to this size need no file: one commit is all that they cost. */
const inlineBytes = 16 * 1024
