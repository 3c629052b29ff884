/** Versions come, change and go: each function is one step of a transaction, and refuses before it changes anything. */
import { isDeepStrictEqual } from 'node:util'
import type {
  AmendObject,
  Checksum,
  Deleted,
  DeleteObject,
  ObjectLock,
  StoredObject,
  StoredVersion,
  Versioning,
  WriteConditions,
} from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import type { BlobReferences } from './blob-references.ts'
import { ownerOf } from './blob-references.ts'
import type { Command, ObjectDocument } from './commands.ts'
import { keyBytes, nullVersion, storedVersion } from './rows.ts'
import type { VersionRow } from './rows.ts'
import type { Sequence } from './sequence.ts'
import type { Statements } from './statements.ts'
import { isSequenceName } from './version-ids.ts'

export interface Writing {
  readonly sql: Statements
  readonly blobs: BlobReferences
  readonly sequence: Sequence
  readonly now: number
}

type Put = Extract<Command, { kind: 'put' }>
type Copy = Extract<Command, { kind: 'copy' }>

export function putObject(writing: Writing, put: Put): StoredObject {
  const place = placeIn(writing, put)
  checkConditions(writing, place, put.conditions)
  const blob = put.blob === undefined ? null : writing.blobs.add(put.blob)
  const content = { size: put.blob?.size ?? 0, etag: put.etag, checksum: put.checksum, partCount: null }
  return publish(writing, place, put, { ...content, sequence: writing.sequence.next(), blob })
}

export function copyObject(writing: Writing, copy: Copy): StoredObject {
  const place = placeIn(writing, copy)
  const from = bucketNumber(writing.sql, copy.source.bucketId)
  const source = from === undefined ? undefined : ownerOf(writing.sql, from, copy.source)
  if (from === undefined || source === undefined) throw new StoreRefusal('no-such-version')
  checkConditions(writing, place, copy.conditions)
  const row = writing.sql.get<VersionRow>(oneVersion, from, keyBytes(copy.source.key), source.sequence)
  if (row === undefined) throw new StoreRefusal('no-such-version')
  const kept: Checksum | undefined =
    row.algorithm === null || row.type === null || row.checksum === null
      ? undefined
      : { algorithm: row.algorithm, type: row.type, value: row.checksum }
  const sequence = writing.sequence.next()
  const blob = writing.blobs.share(source, 0, row.size, sequence)
  const content = { size: row.size, etag: row.etag, checksum: copy.checksum ?? kept, partCount: null }
  return publish(writing, place, copy, { ...content, sequence, blob })
}

export interface Content {
  readonly sequence: number
  readonly size: number
  readonly etag: string
  readonly checksum: Checksum | undefined
  readonly partCount: number | null
  readonly blob: number | null
}

/** Makes a version the current one. Its bytes are there, and its conditions were checked. */
export function publish(
  writing: Writing,
  place: Place,
  { versioning, document }: { readonly versioning: Versioning; readonly document: ObjectDocument },
  content: Content,
): StoredObject {
  const { sequence } = content
  if (versioning !== 'enabled') removeNullVersion(writing, place)
  const row: VersionRow = {
    bucket: place.bucket,
    key: place.keyBytes,
    sequence,
    version: versioning === 'enabled' ? writing.sequence.nameOf(sequence) : null,
    modified: writing.now,
    is_marker: 0,
    size: content.size,
    etag: content.etag,
    class: document.attributes.storageClass,
    algorithm: content.checksum?.algorithm ?? null,
    type: content.checksum?.type ?? null,
    checksum: content.checksum?.value ?? null,
    part_count: content.partCount,
    blob: content.blob,
    document: JSON.stringify(document),
  }
  insertVersion(writing.sql, row)
  makeCurrent(writing.sql, row)
  return objectOf(storedVersion(row, place, true))
}

export function deleteObject(writing: Writing, deletion: DeleteObject): Deleted {
  const place = placeIn(writing, deletion)
  if (deletion.ifStill !== undefined) checkStill(writing.sql, place, deletion.ifStill)
  if (deletion.versionId !== undefined) return deleteVersion(writing, place, deletion, deletion.versionId)
  if (deletion.ifMatch !== undefined) checkMatch(currentOf(writing.sql, place)?.etag, deletion.ifMatch)
  const existed = currentOf(writing.sql, place) !== undefined
  if (deletion.versioning === 'unversioned') {
    const removed = removeNullVersion(writing, place)
    if (removed) restoreCurrent(writing.sql, place)
    return { versionId: undefined, isDeleteMarker: false, existed: removed }
  }
  if (deletion.versioning === 'suspended') removeNullVersion(writing, place)
  const sequence = writing.sequence.next()
  const version = deletion.versioning === 'enabled' ? writing.sequence.nameOf(sequence) : null
  insertVersion(writing.sql, { ...noContent, bucket: place.bucket, key: place.keyBytes, sequence, version, modified: writing.now })
  writing.sql.run('delete from current where bucket = ? and key = ?', place.bucket, place.keyBytes)
  return { versionId: version ?? nullVersion, isDeleteMarker: true, existed }
}

export function amendObject(writing: Writing, amendment: AmendObject): StoredObject {
  const place = placeIn(writing, amendment)
  const row = amendment.versionId === undefined ? newestOf(writing.sql, place) : findVersion(writing, place, amendment.versionId)
  if (row === undefined) throw new StoreRefusal(amendment.versionId === undefined ? 'no-such-key' : 'no-such-version')
  if (row.is_marker === 1) throw new StoreRefusal('is-delete-marker')
  const document = JSON.parse(row.document) as ObjectDocument
  const retention = amendment.retention === undefined ? document.lock.retention : (amendment.retention ?? undefined)
  checkRetention(document.lock.retention, retention, amendment.bypassesGovernance === true, writing.now)
  const isHeld = amendment.isHeld ?? document.lock.isHeld
  const lock: ObjectLock = { ...(retention && { retention }), ...(isHeld !== undefined && { isHeld }) }
  const amended = { ...row, document: JSON.stringify({ ...document, tags: amendment.tags ?? document.tags, lock }) }
  const update = 'update versions set document = ? where bucket = ? and key = ? and sequence = ?'
  writing.sql.run(update, amended.document, place.bucket, place.keyBytes, row.sequence)
  return objectOf(storedVersion(amended, place, currentOf(writing.sql, place)?.sequence === row.sequence))
}

export interface Place {
  readonly bucketId: string
  readonly bucket: number
  readonly key: string
  readonly keyBytes: Uint8Array
}

export function placeIn({ sql }: Pick<Writing, 'sql'>, { bucketId, key }: { readonly bucketId: string; readonly key: string }): Place {
  const bucket = bucketNumber(sql, bucketId)
  if (bucket === undefined) throw new StoreRefusal('no-such-bucket')
  return { bucketId, bucket, key, keyBytes: keyBytes(key) }
}

export function bucketNumber(sql: Statements, bucketId: string): number | undefined {
  return sql.get<{ n: number }>('select n from buckets where id = ?', bucketId)?.n
}

export function checkConditions({ sql }: Writing, place: Place, { ifAbsent, ifMatch }: WriteConditions): void {
  if (ifAbsent !== true && ifMatch === undefined) return
  const current = currentOf(sql, place)
  if (ifAbsent === true && current !== undefined) throw new StoreRefusal('precondition-failed')
  if (ifMatch !== undefined) checkMatch(current?.etag, ifMatch)
}

function checkMatch(etag: string | undefined, ifMatch: string): void {
  if (etag === undefined) throw new StoreRefusal('no-such-key')
  if (ifMatch !== '*' && ifMatch !== etag) throw new StoreRefusal('precondition-failed')
}

function checkStill(sql: Statements, place: Place, { sequence, isLatest }: Pick<StoredVersion, 'sequence' | 'isLatest'>): void {
  const row = sql.get<VersionRow>(oneVersion, place.bucket, place.keyBytes, sequence)
  if (row === undefined || (newestOf(sql, place)?.sequence === sequence) !== isLatest) throw new StoreRefusal('precondition-failed')
}

function deleteVersion(writing: Writing, place: Place, { bypassesGovernance, ifMatch }: DeleteObject, versionId: string): Deleted {
  if (versionId !== nullVersion && !isSequenceName(versionId)) throw new StoreRefusal('no-such-version')
  const row = findVersion(writing, place, versionId)
  if (ifMatch !== undefined) checkMatch(row?.etag, ifMatch)
  if (row === undefined) return { versionId, isDeleteMarker: false, existed: false }
  const { lock } = JSON.parse(row.document) as ObjectDocument
  if (lock.isHeld === true) throw new StoreRefusal('locked')
  checkRetention(lock.retention, undefined, bypassesGovernance === true, writing.now)
  removeVersion(writing, row)
  restoreCurrent(writing.sql, place)
  return { versionId, isDeleteMarker: row.is_marker === 1, existed: true }
}

/** Retention may be made longer and stricter by anybody, anything else only where it has passed or governance is bypassed. */
function checkRetention(now: ObjectLock['retention'], next: ObjectLock['retention'], bypasses: boolean, at: number): void {
  if (now === undefined || now.until <= at || isDeepStrictEqual(now, next)) return
  if (next !== undefined && next.until >= now.until && (next.mode === now.mode || next.mode === 'COMPLIANCE')) return
  if (now.mode === 'COMPLIANCE' || !bypasses) throw new StoreRefusal('locked')
}

function removeNullVersion(writing: Writing, place: Place): boolean {
  const row = writing.sql.get<VersionRow>(nullVersionOf, place.bucket, place.keyBytes)
  if (row !== undefined) removeVersion(writing, row)
  return row !== undefined
}

function removeVersion({ sql, blobs }: Writing, row: VersionRow): void {
  blobs.release(row)
  if (row.part_count !== null) sql.run('delete from object_parts where owner = ?', row.sequence)
  sql.run('delete from versions where bucket = ? and key = ? and sequence = ?', row.bucket, row.key, row.sequence)
}

/** After a version went: the newest that is left is what a GET finds, if it is no delete marker. */
function restoreCurrent(sql: Statements, place: Place): void {
  const newest = newestOf(sql, place)
  if (newest === undefined || newest.is_marker === 1) {
    sql.run('delete from current where bucket = ? and key = ?', place.bucket, place.keyBytes)
  } else {
    makeCurrent(sql, newest)
  }
}

function insertVersion(sql: Statements, row: VersionRow): void {
  const insert = 'insert into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
  const { bucket, key, sequence, version, modified, is_marker: isMarker, size, etag, algorithm, type, checksum } = row
  const { part_count: partCount, blob, document } = row
  sql.run(
    insert,
    bucket,
    key,
    sequence,
    version,
    modified,
    isMarker,
    size,
    etag,
    row.class,
    algorithm,
    type,
    checksum,
    partCount,
    blob,
    document,
  )
}

function makeCurrent(sql: Statements, row: VersionRow): void {
  const { bucket, key, sequence, modified, size, etag, algorithm, type } = row
  sql.run(
    'insert or replace into current values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    bucket,
    key,
    sequence,
    modified,
    size,
    etag,
    row.class,
    algorithm,
    type,
  )
}

function findVersion({ sql, sequence }: Writing, place: Place, versionId: string): VersionRow | undefined {
  if (versionId === nullVersion) return sql.get<VersionRow>(nullVersionOf, place.bucket, place.keyBytes)
  const named = sequence.sequenceOf(versionId)
  if (named === undefined) return undefined
  const row = sql.get<VersionRow>(oneVersion, place.bucket, place.keyBytes, named)
  return row?.version === versionId ? row : undefined
}

function newestOf(sql: Statements, place: Place): VersionRow | undefined {
  const select = 'select * from versions where bucket = ? and key = ? order by sequence desc limit 1'
  return sql.get<VersionRow>(select, place.bucket, place.keyBytes)
}

function currentOf(sql: Statements, place: Place): { readonly sequence: number; readonly etag: string } | undefined {
  return sql.get('select sequence, etag from current where bucket = ? and key = ?', place.bucket, place.keyBytes)
}

function objectOf(version: StoredVersion): StoredObject {
  if (version.kind !== 'object') throw new Error('a delete marker was taken for an object')
  return version
}

const oneVersion = 'select * from versions where bucket = ? and key = ? and sequence = ?'
const nullVersionOf = 'select * from versions where bucket = ? and key = ? and version is null limit 1'

const noContent = {
  is_marker: 1,
  size: 0,
  etag: '',
  class: '',
  algorithm: null,
  type: null,
  checksum: null,
  part_count: null,
  blob: null,
  document: '{"attributes":{"headers":{},"metadata":{},"storageClass":""},"tags":{},"lock":{}}',
} as const
