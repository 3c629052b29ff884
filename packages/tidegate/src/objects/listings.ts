/** Pages of objects, versions, uploads and parts. */
import type {
  ChecksumAlgorithm,
  ChecksumType,
  ListedObject,
  ListedVersion,
  ListQuery,
  ObjectPage,
  PartPage,
  UploadPage,
  VersionPage,
} from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { CatalogueReader } from './catalogue-reader.ts'
import {
  keyBytes,
  keyText,
  listedObject,
  nullVersion,
  storedUpload,
  uploadedPart,
  type UploadPartRow,
  type UploadRow,
  type VersionRow,
} from './rows.ts'
import { boundsOf, scan } from './scan.ts'
import type { Statements } from './statements.ts'

export function listObjects({ sql, bucketNumber }: Listed, query: ListQuery): ObjectPage {
  const bucket = bucketNumber(query.bucketId)
  if (bucket === undefined) return { objects: [], ...emptyPage }
  return query.delimiter === '' ? plainPage(sql, bucket, query) : groupedPage(sql, bucket, query)
}

/** Without a delimiter a page is one range, and every key in it is told. */
function plainPage(sql: Statements, bucket: number, query: ListQuery): ObjectPage {
  const { limit } = query
  const { lower, upper } = boundsOf(rangeOf(query))
  const select = `select cast(key as text), modified, size, etag, class || ' ' || coalesce(algorithm, '') || ' ' || coalesce(type, '')
    from current where bucket = ? and key >= ? and key < ? order by key limit ?`
  const rows = limit <= 0 ? [] : sql.arrays<ListedColumns>(select, bucket, lower, upper, limit + 1)
  const isTruncated = rows.length > limit
  const objects = (isTruncated ? rows.slice(0, limit) : rows).map(([key, modifiedAt, size, etag, kind]) => {
    const { storageClass, checksum } = kindOf(kind)
    return { key, modifiedAt, size, etag, storageClass, checksum }
  })
  return { objects, prefixes: [], isTruncated, next: isTruncated ? objects.at(-1)?.key : undefined }
}

function groupedPage(sql: Statements, bucket: number, query: ListQuery): ObjectPage {
  const select = `select key, modified, size, etag, class, algorithm, type from current where bucket = ? and key >= ? and key < ? order by key`
  const { rows, prefixes, isTruncated, last } = scan(rangeOf(query), (lower, upper) => sql.iterate<ListedRow>(select, bucket, lower, upper))
  const objects = rows.map((row) => listedObject(row, keyText(row.key)))
  return { objects, prefixes, isTruncated, next: last && ('row' in last ? keyText(last.row.key) : last.prefix) }
}

export function listVersions(listed: Listed, query: ListQuery & { readonly afterVersionId?: string | undefined }): VersionPage {
  const { sql, bucketNumber } = listed
  const bucket = bucketNumber(query.bucketId)
  if (bucket === undefined) return { versions: [], ...emptyPage }
  const columns = 'key, sequence, version, modified, is_marker, size, etag, class, algorithm, type'
  const order = 'order by key, sequence desc'
  const select = `select ${columns} from versions where bucket = ? and key >= ? and key < ? ${order}`
  const rest = `select ${columns} from versions where bucket = ? and key = ? and sequence < ? ${order} limit ?`
  const { rows, prefixes, isTruncated, last } = scan(
    rangeOf(query),
    (lower, upper) => sql.iterate<ListedVersionRow>(select, bucket, lower, upper),
    () => {
      const { after, afterVersionId } = query
      if (after === undefined || afterVersionId === undefined) return []
      return sql.all<ListedVersionRow>(rest, bucket, keyBytes(after), sequenceAfter(listed, bucket, after, afterVersionId), query.limit + 1)
    },
  )
  let before: Uint8Array | undefined
  const versions = rows.map((row): ListedVersion => {
    const isFirst = before === undefined || Buffer.compare(before, row.key) !== 0
    before = row.key
    const key = keyText(row.key)
    // The first of a key is its newest, except where the page before has ended within the key.
    const isLatest = isFirst && (key !== query.after || newest(listed, bucket, row.key) === row.sequence)
    const versionId = row.version ?? nullVersion
    if (row.is_marker === 1) return { kind: 'delete-marker', key, versionId, isLatest, modifiedAt: row.modified }
    return { kind: 'object', versionId, isLatest, ...listedObject(row, key) }
  })
  const next = last && ('row' in last ? { key: keyText(last.row.key), versionId: last.row.version ?? nullVersion } : ofPrefix(last.prefix))
  return { versions, prefixes, isTruncated, next: next && { key: next.key, versionId: next.versionId } }
}

export function listUploads(
  { sql, names, bucketNumber }: Listed,
  query: ListQuery & { readonly afterUploadId?: string | undefined },
): UploadPage {
  const bucket = bucketNumber(query.bucketId)
  if (bucket === undefined) return { uploads: [], ...emptyPage }
  const select = 'select * from uploads where bucket = ? and key >= ? and key < ? order by key, sequence'
  const rest = 'select * from uploads where bucket = ? and key = ? and sequence > ? order by sequence limit ?'
  const { rows, prefixes, isTruncated, last } = scan(
    rangeOf(query),
    (lower, upper) => sql.iterate<UploadRow>(select, bucket, lower, upper),
    () => {
      const { after, afterUploadId } = query
      if (after === undefined || afterUploadId === undefined) return []
      const sequence = names.sequenceOf(afterUploadId)
      return sequence === undefined ? [] : sql.all<UploadRow>(rest, bucket, keyBytes(after), sequence, query.limit + 1)
    },
  )
  const uploads = rows.map((row) => storedUpload(row, query.bucketId, keyText(row.key)))
  const next = last && ('row' in last ? { key: keyText(last.row.key), uploadId: last.row.id } : { key: last.prefix, uploadId: undefined })
  return { uploads, prefixes, isTruncated, next }
}

export function listParts(
  { sql }: Listed,
  uploadId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): PartPage {
  const select = 'select p.* from upload_parts p join uploads u on u.sequence = p.upload where u.id = ? and p.n > ? order by p.n limit ?'
  const rows = sql.all<UploadPartRow>(select, uploadId, after, limit + 1)
  return { parts: rows.slice(0, limit).map(uploadedPart), isTruncated: limit > 0 && rows.length > limit }
}

export interface Listed extends Pick<CatalogueReader, 'sql' | 'names'> {
  readonly bucketNumber: (bucketId: string) => number | undefined
}

type ListedRow = Pick<VersionRow, 'key' | 'modified' | 'size' | 'etag' | 'class' | 'algorithm' | 'type'>
type ListedVersionRow = ListedRow & Pick<VersionRow, 'sequence' | 'version' | 'is_marker'>

/** Key, time, size, ETag, and what few values serve thousands of objects for, in one text. */
type ListedColumns = readonly [string, number, number, string, string]

/** Class of storage and checksum of a row; all rows that have the same share them. */
function kindOf(text: string): Pick<ListedObject, 'storageClass' | 'checksum'> {
  let kind = kinds.get(text)
  if (kind === undefined) {
    const [storageClass = '', algorithm, type] = text.split(' ')
    const checksum = algorithm && type ? { algorithm: algorithm as ChecksumAlgorithm, type: type as ChecksumType } : undefined
    kinds.set(text, (kind = { storageClass, checksum }))
  }
  return kind
}

const kinds = new Map<string, Pick<ListedObject, 'storageClass' | 'checksum'>>()

function rangeOf({ prefix, delimiter, after, limit }: ListQuery) {
  return { prefix, delimiter, after: after === '' ? undefined : after, limit }
}

function ofPrefix(key: string): { readonly key: string; readonly versionId: undefined } {
  return { key, versionId: undefined }
}

/** Where to go on behind a version that may be gone by now. */
function sequenceAfter({ sql, names }: Listed, bucket: number, key: string, versionId: string): number {
  if (versionId !== nullVersion) {
    const sequence = names.sequenceOf(versionId)
    if (sequence === undefined) throw new StoreRefusal('no-such-version')
    return sequence
  }
  const select = 'select sequence from versions where bucket = ? and key = ? and version is null'
  return sql.get<{ sequence: number }>(select, bucket, keyBytes(key))?.sequence ?? 0
}

function newest({ sql }: Listed, bucket: number, key: Uint8Array): number | undefined {
  const select = 'select sequence from versions where bucket = ? and key = ? order by sequence desc limit 1'
  return sql.get<{ sequence: number }>(select, bucket, key)?.sequence
}

const emptyPage = { prefixes: [], isTruncated: false, next: undefined } as const
