/** Uploads in parts, up to the object that is made of them by naming the bytes of its parts in their order. */
import { createHash } from 'node:crypto'
import type {
  Checksum,
  ChecksumAlgorithm,
  CompletePart,
  CompleteUpload,
  Digests,
  StoredObject,
  StoredUpload,
  UploadedPart,
} from '../services/s3/object-store.ts'
import { StoreRefusal } from '../services/s3/store-refusal.ts'
import { ownerOf } from './blob-references.ts'
import type { Command, PartContent, UploadDocument } from './commands.ts'
import { combinedChecksum } from './crc-combine.ts'
import { digestsOf } from './hasher.ts'
import { bucketNumber, checkConditions, type Place, placeIn, publish, type Writing } from './object-writes.ts'
import { storedUpload, uploadedPart, type UploadPartRow, type UploadRow } from './rows.ts'

export function createUpload(writing: Writing, upload: Extract<Command, { kind: 'create-upload' }>): StoredUpload {
  const place = placeIn(writing, upload)
  const sequence = writing.sequence.next()
  const row: UploadRow = {
    sequence,
    id: writing.sequence.nameOf(sequence),
    bucket: place.bucket,
    key: place.keyBytes,
    initiated: writing.now,
    document: JSON.stringify(upload.document),
  }
  writing.sql.run('insert into uploads values (?, ?, ?, ?, ?, ?)', sequence, row.id, row.bucket, row.key, row.initiated, row.document)
  return storedUpload(row, place.bucketId, place.key)
}

export function putPart(writing: Writing, part: Extract<Command, { kind: 'put-part' }>): UploadedPart {
  const { sql } = writing
  const upload = uploadOf(writing, placeIn(writing, part), part.uploadId)
  const owner = writing.sequence.next()
  const blob = contentOfPart(writing, part.content, owner)
  const earlier = sql.get<UploadPartRow>('select * from upload_parts where upload = ? and n = ?', upload.sequence, part.partNumber)
  if (earlier !== undefined) writing.blobs.release({ sequence: earlier.owner, blob: earlier.blob })
  const row: UploadPartRow = {
    upload: upload.sequence,
    n: part.partNumber,
    owner,
    modified: writing.now,
    size: part.content.size,
    md5: part.md5,
    checksums: JSON.stringify(part.checksums),
    blob,
  }
  const insert = 'insert or replace into upload_parts values (?, ?, ?, ?, ?, ?, ?, ?)'
  sql.run(insert, row.upload, row.n, row.owner, row.modified, row.size, row.md5, row.checksums, row.blob)
  return uploadedPart(row)
}

export function completeUpload(writing: Writing, completion: CompleteUpload): StoredObject {
  const { sql } = writing
  const place = placeIn(writing, completion)
  const before = completedBefore(writing, place, completion.uploadId)
  if (before !== undefined) return before
  const upload = uploadOf(writing, place, completion.uploadId)
  const document = JSON.parse(upload.document) as UploadDocument
  const parts = chosenParts(writing, upload, completion)
  const checksum = checksumOfParts(document.checksum, parts)
  if (completion.expectedChecksum !== undefined && completion.expectedChecksum !== checksum?.value) throw new StoreRefusal('bad-digest')
  checkConditions(writing, place, completion.conditions ?? {})

  const sequence = writing.sequence.next()
  let start = 0
  for (const { n, owner, blob, size, checksums } of parts) {
    writing.blobs.append({ sequence: owner, blob, size }, 0, size, sequence, start)
    sql.run('insert into object_parts values (?, ?, ?, ?, ?)', sequence, n, start, size, checksums)
    start += size
  }
  const md5s = createHash('md5')
  for (const { md5 } of parts) md5s.update(md5, 'hex')
  const etag = `${md5s.digest('hex')}-${parts.length}`
  const content = { sequence, size: start, etag, checksum, partCount: parts.length, blob: null }
  const { attributes, tags, lock } = document
  const object = publish(writing, place, { versioning: completion.versioning, document: { attributes, tags, lock } }, content)
  removeUpload(writing, upload)
  sql.run('delete from completed where at < ?', writing.now - rememberedMs)
  const remember = 'insert or replace into completed values (?, ?, ?, ?, ?)'
  sql.run(remember, completion.uploadId, place.bucket, place.keyBytes, writing.now, JSON.stringify(object))
  return object
}

export function abortUpload(writing: Writing, abort: Extract<Command, { kind: 'abort' }>): void {
  removeUpload(writing, uploadOf(writing, placeIn(writing, abort), abort.uploadId))
}

/** Removes the uploads of a bucket that goes. */
export function removeUploads(writing: Writing, bucket: number): void {
  for (const upload of writing.sql.all<UploadRow>('select * from uploads where bucket = ?', bucket)) removeUpload(writing, upload)
}

function contentOfPart(writing: Writing, content: PartContent, owner: number): number | null {
  if ('blob' in content) return content.blob === undefined ? null : writing.blobs.add(content.blob)
  const bucket = bucketNumber(writing.sql, content.source.bucketId)
  const source = bucket === undefined ? undefined : ownerOf(writing.sql, bucket, content.source)
  if (source === undefined) throw new StoreRefusal('no-such-version')
  return writing.blobs.share(source, content.start, content.end, owner)
}

function uploadOf({ sql }: Writing, place: Place, uploadId: string): UploadRow {
  const row = sql.get<UploadRow>('select * from uploads where id = ? and bucket = ? and key = ?', uploadId, place.bucket, place.keyBytes)
  if (row === undefined) throw new StoreRefusal('no-such-upload')
  return row
}

function completedBefore({ sql }: Writing, place: Place, uploadId: string): StoredObject | undefined {
  const select = 'select object from completed where id = ? and bucket = ? and key = ?'
  const row = sql.get<{ object: string }>(select, uploadId, place.bucket, place.keyBytes)
  return row === undefined ? undefined : (JSON.parse(row.object) as StoredObject)
}

function chosenParts({ sql }: Writing, upload: UploadRow, { parts, minPartSize }: CompleteUpload): readonly UploadPartRow[] {
  const stored = new Map(sql.all<UploadPartRow>('select * from upload_parts where upload = ?', upload.sequence).map((row) => [row.n, row]))
  for (const [i, { partNumber }] of parts.entries()) {
    const before = parts[i - 1]
    if (before !== undefined && before.partNumber >= partNumber) throw new StoreRefusal('invalid-part-order', { partNumber })
  }
  if (parts.length === 0) throw new StoreRefusal('invalid-part')
  const rows = parts.map((part) => {
    const { partNumber } = part
    const row = stored.get(partNumber)
    if (row === undefined || !isSamePart(part, row)) throw new StoreRefusal('invalid-part', { partNumber })
    return row
  })
  const small = rows.slice(0, -1).find(({ size }) => size < minPartSize)
  if (small !== undefined) throw new StoreRefusal('entity-too-small', { partNumber: small.n })
  return rows
}

function isSamePart({ etag, checksums = {} }: CompletePart, row: UploadPartRow): boolean {
  const stored = JSON.parse(row.checksums) as Digests['checksums']
  const named = Object.entries(checksums) as [ChecksumAlgorithm, string][]
  return etag === row.md5 && named.every(([algorithm, value]) => stored[algorithm] === value)
}

/** Where a part came without the algorithm's checksum, the object has none. */
function checksumOfParts(wanted: UploadDocument['checksum'], parts: readonly UploadPartRow[]): Checksum | undefined {
  if (wanted === undefined) return undefined
  const { algorithm, type } = wanted
  const summed = parts.flatMap(({ size, checksums }) => {
    const checksum = (JSON.parse(checksums) as Digests['checksums'])[algorithm]
    return checksum === undefined ? [] : [{ size, checksum }]
  })
  if (summed.length < parts.length) return undefined
  const value = type === 'COMPOSITE' ? compositeChecksum(algorithm, summed) : combinedChecksum(algorithm, summed)
  return value === undefined ? undefined : { algorithm, type, value }
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly { readonly checksum: string }[]): string | undefined {
  const sums = Buffer.concat(parts.map(({ checksum }) => Buffer.from(checksum, 'base64')))
  const value = digestsOf(sums, [algorithm]).checksums[algorithm]
  return value === undefined ? undefined : `${value}-${parts.length}`
}

function removeUpload({ sql, blobs }: Writing, { sequence }: UploadRow): void {
  const parts = sql.all<UploadPartRow>('select * from upload_parts where upload = ?', sequence)
  for (const { owner, blob } of parts) blobs.release({ sequence: owner, blob })
  sql.run('delete from upload_parts where upload = ?', sequence)
  sql.run('delete from uploads where sequence = ?', sequence)
}

/** How long a repeated CompleteMultipartUpload is answered as the first. */
const rememberedMs = 7 * 24 * 3_600_000
