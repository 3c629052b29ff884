/** Rows of the catalogue as objects of the port. */
import type {
  Checksum,
  ChecksumAlgorithm,
  ChecksumType,
  DeleteMarker,
  ListedObject,
  StoredObject,
  StoredUpload,
  StoredVersion,
  UploadedPart,
} from '../services/s3/object-store.ts'
import type { ObjectDocument, UploadDocument } from './commands.ts'

export interface VersionRow {
  readonly bucket: number
  readonly key: Uint8Array
  readonly sequence: number
  readonly version: string | null
  readonly modified: number
  readonly is_marker: number
  readonly size: number
  readonly etag: string
  readonly class: string
  readonly algorithm: ChecksumAlgorithm | null
  readonly type: ChecksumType | null
  readonly checksum: string | null
  readonly part_count: number | null
  readonly blob: number | null
  readonly document: string
}

export interface UploadRow {
  readonly sequence: number
  readonly id: string
  readonly bucket: number
  readonly key: Uint8Array
  readonly initiated: number
  readonly document: string
}

export interface UploadPartRow {
  readonly upload: number
  readonly n: number
  readonly owner: number
  readonly modified: number
  readonly size: number
  readonly md5: string
  readonly checksums: string
  readonly blob: number | null
}

export interface BlobRow {
  readonly n: number
  readonly directory: number | null
  readonly name: string | null
  readonly size: number
  readonly md5: string
  readonly refs: number
  readonly is_damaged: number
}

export interface PieceRow {
  readonly owner: number
  readonly start: number
  readonly size: number
  readonly blob: number
  readonly blob_start: number
}

export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'utf8')
}

export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8')
}

export const nullVersion = 'null'

export function storedVersion(
  row: VersionRow,
  place: { readonly bucketId: string; readonly key: string },
  isLatest: boolean,
): StoredVersion {
  const versionId = row.version ?? nullVersion
  const { bucketId, key } = place
  if (row.is_marker === 1)
    return {
      kind: 'delete-marker',
      bucketId,
      key,
      versionId,
      isLatest,
      modifiedAt: row.modified,
      sequence: row.sequence,
    } satisfies DeleteMarker
  const { attributes, tags, lock } = JSON.parse(row.document) as ObjectDocument
  return {
    kind: 'object',
    bucketId,
    key,
    versionId,
    isLatest,
    modifiedAt: row.modified,
    size: row.size,
    etag: row.etag,
    checksum: checksumOf(row),
    partCount: row.part_count ?? undefined,
    attributes,
    tags,
    lock,
    sequence: row.sequence,
  } satisfies StoredObject
}

export function storedUpload({ id, initiated, document }: UploadRow, bucketId: string, key: string): StoredUpload {
  const { attributes, tags, lock, checksum, initiator } = JSON.parse(document) as UploadDocument
  return { bucketId, key, uploadId: id, initiatedAt: initiated, attributes, tags, lock, initiator, ...(checksum && { checksum }) }
}

export function uploadedPart({ n, modified, size, md5, checksums }: UploadPartRow): UploadedPart {
  return { partNumber: n, modifiedAt: modified, size, etag: md5, checksums: JSON.parse(checksums) as UploadedPart['checksums'] }
}

type ListedRow = Pick<VersionRow, 'modified' | 'size' | 'etag' | 'class' | 'algorithm' | 'type'>

export function listedObject(row: ListedRow, key: string): ListedObject {
  const { algorithm, type } = row
  const checksum = algorithm === null || type === null ? undefined : { algorithm, type }
  return { key, modifiedAt: row.modified, size: row.size, etag: row.etag, storageClass: row.class, checksum }
}

function checksumOf({ algorithm, type, checksum }: VersionRow): Checksum | undefined {
  return algorithm === null || type === null || checksum === null ? undefined : { algorithm, type, value: checksum }
}
