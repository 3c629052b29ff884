/** Object stores for tests: in a folder that goes, with a clock of its own, and where no thread is wanted, with the catalogue at hand. */
import type { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'vitest'
import { Catalogue } from '../../src/objects/catalogue.ts'
import type { GroupReply, GroupWriter } from '../../src/objects/catalogue-client.ts'
import { type ObjectStoreOptions, type OpenObjectStore, openObjectStore } from '../../src/objects/open-store.ts'
import { openToWrite } from '../../src/objects/schema.ts'
import type { ObjectAttributes, ObjectStore, StoredVersion } from '../../src/services/s3/object-store.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const plain: ObjectAttributes = { headers: { 'content-type': 'text/plain' }, metadata: { who: 'ä' }, storageClass: 'STANDARD' }

/** With the bucket `b`. What the store can't do is thrown, unless `onProblem` takes it. */
export async function openedStore(
  context: Pick<TestContext, 'onTestFinished'>,
  { onDatabase = () => {}, ...options }: Partial<ObjectStoreOptions> & { readonly onDatabase?: (database: DatabaseSync) => void } = {},
): Promise<OpenObjectStore> {
  const { folder = temporaryFolder(context) } = options
  let now = 1000
  const store = await openObjectStore({
    clock: () => now++,
    onProblem: (what, error) => {
      throw new Error(what, { cause: error })
    },
    startWriter: (path) => writerAtHand(path, onDatabase),
    ...options,
    folder,
  })
  context.onTestFinished(() => store.close())
  await store.createBucket('b')
  return store
}

/** The writer of the catalogue on this thread; it waits for no disk, as long as the process lives nothing can tell. */
function writerAtHand(path: string, onDatabase: (database: DatabaseSync) => void): GroupWriter {
  const database = openToWrite(path)
  onDatabase(database)
  database.exec('pragma synchronous = off')
  const catalogue = new Catalogue(database)
  return {
    run: (orders) => {
      try {
        return Promise.resolve<GroupReply>({ kind: 'done', outcome: catalogue.run(structuredClone(orders)) })
      } catch (error) {
        const sqliteCode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined
        return Promise.resolve<GroupReply>({ kind: 'failed', sqliteCode, message: String(error) })
      }
    },
    close: () => Promise.resolve(catalogue.close()),
  }
}

export async function* bodyOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk))
}

/** What a client gets, both ways of reading. */
export async function bytesOf(
  store: ObjectStore,
  version: StoredVersion | undefined,
  range?: { readonly start: number; readonly end: number },
): Promise<Buffer> {
  if (version?.kind !== 'object') throw new Error('there is no object')
  const chunks: Uint8Array[] = []
  for await (const chunk of store.open(version, range)) chunks.push(chunk)
  const sent: Uint8Array[] = []
  await store.open(version, range).sendTo(async (bytes) => {
    sent.push(Buffer.from(bytes))
    await Promise.resolve()
  })
  if (!Buffer.concat(chunks).equals(Buffer.concat(sent))) throw new Error('the two ways of reading differ')
  return Buffer.concat(chunks)
}

/** Bytes in which no two places are alike. */
export function large(size: number, seed = 1): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(size / 4) }, (_, i) => Math.imul(i + seed, 2654435761))
  return Buffer.from(words.buffer, 0, size)
}
