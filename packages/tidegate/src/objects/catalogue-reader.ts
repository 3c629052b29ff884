/** Reads the catalogue on the thread that serves requests: a look at one object costs some microseconds, less than asking a thread. */
import type { DatabaseSync } from 'node:sqlite'
import type { ByteRange, ObjectPart, StoredUpload, StoredVersion } from '../services/s3/object-store.ts'
import { keyBytes, nullVersion, storedUpload, storedVersion, type UploadRow, type VersionRow } from './rows.ts'
import { namesOf } from './sequence.ts'
import { Statements } from './statements.ts'
import type { SequenceNames } from './version-ids.ts'

/** Bytes of an object in one blob. */
export interface Extent {
  readonly directory: number | null
  readonly name: string | null
  readonly isDamaged: boolean
  /** Offset in the blob. */
  readonly start: number
  readonly size: number
  /** Of small blobs, the whole blob. */
  readonly bytes: Uint8Array | undefined
}

export class CatalogueReader {
  readonly sql: Statements
  readonly names: SequenceNames
  readonly #database: DatabaseSync
  readonly #bucketNumbers = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.#database = database
    this.sql = new Statements(database)
    this.names = namesOf(this.sql)
  }

  close(): void {
    this.#database.close()
  }

  /** Numbers are never given again, so what was read once stays right: of a bucket that went there are no rows. */
  bucketNumber(bucketId: string): number | undefined {
    const known = this.#bucketNumbers.get(bucketId)
    if (known !== undefined) return known
    const number = this.sql.get<{ n: number }>('select n from buckets where id = ?', bucketId)?.n
    if (this.#bucketNumbers.size >= mostKnown) this.#bucketNumbers.clear()
    if (number !== undefined) this.#bucketNumbers.set(bucketId, number)
    return number
  }

  isEmpty(bucketId: string): boolean {
    const bucket = this.bucketNumber(bucketId)
    return bucket === undefined || this.sql.get('select 1 from versions where bucket = ? limit 1', bucket) === undefined
  }

  find(bucketId: string, key: string, versionId: string | undefined): StoredVersion | undefined {
    const bucket = this.bucketNumber(bucketId)
    if (bucket === undefined) return undefined
    const bytes = keyBytes(key)
    const newest = this.sql.get<VersionRow>(
      'select * from versions where bucket = ? and key = ? order by sequence desc limit 1',
      bucket,
      bytes,
    )
    if (newest === undefined) return undefined
    const row = versionId === undefined || (newest.version ?? nullVersion) === versionId ? newest : this.#version(bucket, bytes, versionId)
    return row && storedVersion(row, { bucketId, key }, row.sequence === newest.sequence)
  }

  /** Where the bytes of a version are; `undefined` where the version is gone. */
  extents({ bucketId, key, sequence }: Version, { start, end }: ByteRange): readonly Extent[] | undefined {
    const bucket = this.bucketNumber(bucketId)
    const select = `
      select v.blob, b.n, b.directory, b.name, b.is_damaged, i.bytes from versions v left join blobs b on b.n = v.blob
      left join inline i on i.blob = v.blob where v.bucket = ? and v.key = ? and v.sequence = ? and v.is_marker = 0`
    const row = bucket === undefined ? undefined : this.sql.get<PlacedVersion>(select, bucket, keyBytes(key), sequence)
    if (row === undefined) return undefined
    if (start >= end) return []
    if (row.blob !== null) return [extentOf(row, { blob: row.blob, start, size: end - start })]
    return this.#pieces(sequence, start, end).map((piece) => {
      const [first, last] = [Math.max(start, piece.start), Math.min(end, piece.start + piece.size)]
      return extentOf(piece, { blob: piece.blob, start: piece.blob_start + first - piece.start, size: last - first })
    })
  }

  partsOf({ sequence }: Version, { after, limit }: { readonly after: number; readonly limit: number }): readonly ObjectPart[] {
    return this.sql
      .all<PartRow>('select * from object_parts where owner = ? and n > ? order by n limit ?', sequence, after, limit)
      .map(objectPart)
  }

  partOf({ sequence }: Version, partNumber: number): ObjectPart | undefined {
    const row = this.sql.get<PartRow>('select * from object_parts where owner = ? and n = ?', sequence, partNumber)
    return row && objectPart(row)
  }

  findUpload(bucketId: string, key: string, uploadId: string): StoredUpload | undefined {
    const bucket = this.bucketNumber(bucketId)
    if (bucket === undefined) return undefined
    const select = 'select * from uploads where id = ? and bucket = ? and key = ?'
    const row = this.sql.get<UploadRow>(select, uploadId, bucket, keyBytes(key))
    return row && storedUpload(row, bucketId, key)
  }

  #version(bucket: number, key: Uint8Array, versionId: string): VersionRow | undefined {
    if (versionId === nullVersion) {
      return this.sql.get<VersionRow>('select * from versions where bucket = ? and key = ? and version is null limit 1', bucket, key)
    }
    const sequence = this.names.sequenceOf(versionId)
    if (sequence === undefined) return undefined
    const row = this.sql.get<VersionRow>('select * from versions where bucket = ? and key = ? and sequence = ?', bucket, key, sequence)
    return row?.version === versionId ? row : undefined
  }

  #pieces(sequence: number, start: number, end: number): readonly PieceRow[] {
    const from = this.sql.get<{ start: number | null }>(
      'select max(start) start from pieces where owner = ? and start <= ?',
      sequence,
      start,
    )
    const select = `
      select p.start, p.size, p.blob, p.blob_start, b.n, b.directory, b.name, b.is_damaged, i.bytes from pieces p
      left join blobs b on b.n = p.blob left join inline i on i.blob = p.blob
      where p.owner = ? and p.start >= ? and p.start < ? order by p.start`
    return this.sql.all<PieceRow>(select, sequence, from?.start ?? 0, end)
  }
}

function extentOf(
  place: BlobPlace,
  { blob, start, size }: { readonly blob: number; readonly start: number; readonly size: number },
): Extent {
  const { directory, name } = place
  if (place.n === null) throw new Error(`an object refers to the bytes ${blob}, which are not there`)
  const bytes = place.bytes ?? undefined
  return { directory, name, isDamaged: place.is_damaged === 1 || (name === null && bytes === undefined), start, size, bytes }
}

type Version = { readonly bucketId: string; readonly key: string; readonly sequence: number }

interface PartRow {
  readonly n: number
  readonly start: number
  readonly size: number
  readonly checksums: string
}

interface PieceRow extends BlobPlace {
  readonly start: number
  readonly size: number
  readonly blob: number
  readonly blob_start: number
}

type PlacedVersion = Pick<VersionRow, 'blob'> & BlobPlace

interface BlobPlace {
  readonly n: number | null
  readonly directory: number | null
  readonly name: string | null
  readonly is_damaged: number | null
  readonly bytes: Uint8Array | null
}

function objectPart({ n, start, size, checksums }: PartRow): ObjectPart {
  return { partNumber: n, start, size, checksums: JSON.parse(checksums) as ObjectPart['checksums'] }
}

const mostKnown = 10_000
