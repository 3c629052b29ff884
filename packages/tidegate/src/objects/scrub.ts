/**
 * Reads every byte of a store and holds it against what was known of it when it was written. What is not the same any more is marked:
 * it is refused from then on, and never sent as if it were right.
 *
 * It needs no instance, and one may run beside it: it reads the catalogue as it goes, and writes to it only what is damaged.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BlobIo, blobPath, diskIo } from './io.ts'
import { type BlobRow, keyText } from './rows.ts'
import { openToWrite } from './schema.ts'
import { Statements } from './statements.ts'

export interface ScrubReport {
  /** What was read: small objects from the catalogue, others from their files. */
  readonly inline: number
  readonly files: number
  readonly bytes: number
  /** Objects and parts of uploads whose bytes are not what was written, or not there. */
  readonly damaged: readonly Damaged[]
  readonly missing: readonly Damaged[]
  /** Files that nothing names: left by a crash, removed by the next start. */
  readonly orphans: number
}

export interface Damaged {
  /** Id of the bucket inside of the store, key and version; `undefined` for a part of an upload that is not complete. */
  readonly bucketId: string | undefined
  readonly key: string | undefined
  readonly versionId: string | undefined
  /** The file, for whoever has a backup. */
  readonly file: string | undefined
}

export interface ScrubProgress {
  readonly done: number
  readonly of: number
  readonly bytes: number
}

export function isObjectStore(folder: string): boolean {
  return existsSync(join(folder, 'meta.db'))
}

export async function scrub(options: {
  readonly folder: string
  readonly onProgress: (progress: ScrubProgress) => void
  readonly io?: BlobIo
}): Promise<ScrubReport> {
  const { folder, onProgress, io = diskIo() } = options
  const blobs = join(folder, 'blobs')
  const database = openToWrite(join(folder, 'meta.db'))
  try {
    const sql = new Statements(database)
    const of = sql.get<{ count: number }>('select count(*) count from blobs')?.count ?? 0
    const found = { inline: 0, files: 0, bytes: 0, damaged: [] as Damaged[], missing: [] as Damaged[] }
    let done = 0
    for (let last = 0; ;) {
      // In small pages: the catalogue goes on while files are read.
      const rows = sql.all<BlobRow>('select * from blobs where n > ? order by n limit 100', last)
      if (rows.length === 0) break
      for (const row of rows) {
        const state = await stateOf(row, sql, blobs, io)
        last = row.n
        done++
        if (state === 'gone') continue
        if (row.name === null) found.inline++
        else found.files++
        found.bytes += row.size
        if (state !== 'whole') {
          sql.run('update blobs set is_damaged = 1 where n = ?', row.n)
          found[state].push(...ownersOf(row, sql, blobs))
        } else if (row.is_damaged === 1) {
          sql.run('update blobs set is_damaged = 0 where n = ?', row.n) // somebody has put the file back
        }
      }
      onProgress({ done, of: Math.max(of, done), bytes: found.bytes })
    }
    return { ...found, orphans: await orphansIn(sql, blobs, io) }
  } finally {
    database.close()
  }
}

async function stateOf(row: BlobRow, sql: Statements, blobs: string, io: BlobIo): Promise<'whole' | 'damaged' | 'missing' | 'gone'> {
  const isThere = (): boolean => sql.get('select 1 from blobs where n = ? and name is ?', row.n, row.name) !== undefined
  if (row.name === null || row.directory === null) {
    const bytes = sql.get<{ bytes: Uint8Array }>('select bytes from inline where blob = ?', row.n)?.bytes
    if (bytes === undefined) return isThere() ? 'missing' : 'gone'
    return createHash('md5').update(bytes).digest('hex') === row.md5 ? 'whole' : 'damaged'
  }
  try {
    return (await md5OfFile(blobPath(blobs, row.directory, row.name), row.size, io)) === row.md5 ? 'whole' : 'damaged'
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return isThere() ? 'missing' : 'gone'
    if (error.code === 'EIO') return 'damaged'
    throw error
  }
}

/** `undefined` where the file has another size. */
async function md5OfFile(path: string, size: number, io: BlobIo): Promise<string | undefined> {
  const file = await io.openToRead(path)
  try {
    const hash = createHash('md5')
    const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
    for (let at = 0; ;) {
      const count = await file.read(buffer, at)
      hash.update(buffer.subarray(0, count))
      at += count
      if (at > size) return undefined
      if (count < buffer.length) return at === size ? hash.digest('hex') : undefined
    }
  } finally {
    file.close()
  }
}

/** Whose bytes they are. */
function ownersOf({ n, directory, name }: BlobRow, sql: Statements, blobs: string): readonly Damaged[] {
  const file = directory === null || name === null ? undefined : blobPath(blobs, directory, name)
  const select = `
    select b.id bucket, v.key, v.version from versions v join buckets b on b.n = v.bucket
    where v.blob = ?1 or v.sequence in (select owner from pieces where blob = ?1)`
  const versions = sql.all<{ bucket: string; key: Uint8Array; version: string | null }>(select, n)
  if (versions.length === 0) return [{ bucketId: undefined, key: undefined, versionId: undefined, file }]
  return versions.map(({ bucket, key, version }) => ({ bucketId: bucket, key: keyText(key), versionId: version ?? 'null', file }))
}

async function orphansIn(sql: Statements, blobs: string, io: BlobIo): Promise<number> {
  let orphans = 0
  for (const directory of await io.list(blobs)) {
    const number = Number.parseInt(directory, 16)
    for (const name of await io.list(join(blobs, directory))) {
      if (sql.get('select 1 from blobs where directory = ? and name = ?', number, name) !== undefined) continue
      if (sql.get('select 1 from trash where directory = ? and name = ?', number, name) === undefined) orphans++
    }
  }
  return orphans
}
