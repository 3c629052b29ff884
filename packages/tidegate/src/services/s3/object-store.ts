/**
 * Where objects are kept, as S3's operations see it. The store knows neither HTTP nor IAM nor the names of buckets; it knows bytes,
 * keys, versions and uploads, and it is the one place where a write is decided: preconditions, object lock and versions are looked at in
 * the transaction that writes.
 *
 * Reads are synchronous: they cost microseconds, and what one turn of the event loop reads is consistent with what it opens. Writes are
 * promises; each resolves when the change is on the disk and visible to every read, or rejects and has left nothing behind. A write that
 * can't be is rejected with a `StoreRefusal` (store-refusal.ts); anything else that is thrown is a fault of ours.
 *
 * Keys are strings that have a UTF-8 form (no lone surrogates), of any content: `..`, `//`, control characters. Order is the order of
 * their UTF-8 bytes everywhere.
 */
export interface ObjectStore {
  /**
   * Makes room for the objects of a bucket. The id is the caller's, never used again for another bucket: what is deleted and created
   * under one name is two buckets. Known ids are fine, so create here before the bucket is made known, and repeat after a crash.
   */
  createBucket(bucketId: string): Promise<void>
  /**
   * Forgets a bucket without versions and delete markers, with the uploads that are under way in it. From then on writes into it are
   * refused (`no-such-bucket`), so none can be acknowledged and lost. Unknown ids are fine. Refuses: `bucket-not-empty`.
   */
  deleteBucket(bucketId: string): Promise<void>
  /** Whether it has neither version nor delete marker; uploads don't count. */
  isEmpty(bucketId: string): boolean
  /** Whether the store could have given it. What can't be is an invalid version id; what can is one that may be there. */
  isVersionId(versionId: string): boolean

  /**
   * Takes bytes in, before anything is known to be visible: hashes them, writes them, and makes them durable. It reads no faster than
   * the disk takes; memory is the same for every size. What `body` throws is thrown here, after the bytes are gone.
   * The result belongs to one `putObject` or `putPart`, or else to `discard`.
   * Refuses: `too-large`, `disk-full`, `read-only`.
   */
  stage(body: AsyncIterable<Uint8Array>, options?: StageOptions): Promise<Staged>

  /** The version that a GET sees: the one that is named, or the newest. `undefined` where there is none; a delete marker is told as such. */
  find(bucketId: string, key: string, versionId?: string): StoredVersion | undefined
  /**
   * Opens bytes of what `find` has told in the same turn of the event loop; they stay readable when the object is overwritten or deleted
   * meanwhile. `range` is within the object.
   */
  open(object: StoredObject, range?: ByteRange): OpenBytes
  /** Reads bytes of an object and hashes them: what a copy needs for a checksum that the source does not have. */
  digest(object: StoredObject, range: ByteRange | undefined, algorithms: readonly ChecksumAlgorithm[]): Promise<Digests>
  /** Parts of an object that was uploaded in parts, in the order of their numbers, after the number `after`. Empty for other objects. */
  partsOf(object: StoredObject, page: { readonly after: number; readonly limit: number }): readonly ObjectPart[]
  /** The one part, with where it starts in the object. */
  partOf(object: StoredObject, partNumber: number): ObjectPart | undefined

  /** Publishes what was staged. Refuses: `no-such-bucket`, `no-such-key` and `precondition-failed` by the conditions, `locked`. */
  putObject(put: PutObject): Promise<StoredObject>
  /**
   * A new object of the bytes of another, of any bucket, without reading them. Its ETag is the source's. Without `checksum` the source's
   * is kept. Refuses as `putObject`, and with `no-such-version` where the source is gone.
   */
  copyObject(copy: CopyObject): Promise<StoredObject>
  /** Refuses: `no-such-bucket`, `no-such-version` for a version id that this store never gives, `precondition-failed`, `locked`. */
  deleteObject(deletion: DeleteObject): Promise<Deleted>
  /** Changes tags or lock of a version, and nothing else: it stays the same version. Refuses: `no-such-key`, `no-such-version`, `is-delete-marker`, `locked`. */
  amendObject(amendment: AmendObject): Promise<StoredObject>

  listObjects(query: ListQuery): ObjectPage
  /** In the order of keys, newest version first. Refuses: `no-such-version` for a marker that this store never gives. */
  listVersions(query: ListQuery & { readonly afterVersionId?: string | undefined }): VersionPage

  createUpload(upload: CreateUpload): Promise<StoredUpload>
  /** `undefined` where it was never there, was completed, was aborted, or is for another bucket or key. */
  findUpload(bucketId: string, key: string, uploadId: string): StoredUpload | undefined
  /** Replaces a part of the same number. Refuses: `no-such-bucket`, `no-such-upload`. */
  putPart(part: PutPart): Promise<UploadedPart>
  /** A part of bytes of an object, which are read for their hashes and not written again. Refuses as `putPart`, and `no-such-version`. */
  copyPart(part: CopyPart): Promise<UploadedPart>
  /**
   * Makes the object of the parts, moving no bytes. Repeated with the same id it answers the same object again, for a week.
   * Refuses: `no-such-upload`, `invalid-part-order`, `invalid-part`, `entity-too-small`, `bad-digest`, and as `putObject`.
   */
  completeUpload(completion: CompleteUpload): Promise<StoredObject>
  /** Refuses: `no-such-upload`. */
  abortUpload(bucketId: string, key: string, uploadId: string): Promise<void>
  /** In the order of keys, then of their creation. */
  listUploads(query: ListQuery & { readonly afterUploadId?: string | undefined }): UploadPage
  listParts(uploadId: string, page: { readonly after: number; readonly limit: number }): PartPage
}

export type Versioning = 'unversioned' | 'enabled' | 'suspended'

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  /** Base64, as in `x-amz-checksum-*`; a composite one ends in `-` and the number of parts. */
  readonly value: string
}

export interface StageOptions {
  /** Bytes, where they are known. What is longer or shorter is a fault of the body and stays the caller's to tell. */
  readonly size?: number | undefined
  /** Bytes; more are refused (`too-large`). */
  readonly maxSize?: number | undefined
  /** Beside MD5, which is always there. */
  readonly algorithms?: readonly ChecksumAlgorithm[]
}

export interface Digests {
  /** 32 hexadecimal digits. */
  readonly md5: string
  /** Base64, of the algorithms that were asked for. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>
}

export interface Staged extends Digests {
  readonly size: number
  /** Removes the bytes. After a put it does nothing, so it may always be called. */
  discard(): Promise<void>
}

/** What S3 keeps beside the bytes and the store does not look into. */
export interface ObjectAttributes {
  /** System metadata by lower-case header name: `content-type`, `cache-control`, … */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
  /** As the operation wants to tell it again: algorithm, key, context. */
  readonly encryption?: Readonly<Record<string, string | boolean>> | undefined
}

export interface ObjectLock {
  readonly retention?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly until: number } | undefined
  readonly isHeld?: boolean | undefined
}

export interface StoredObject {
  readonly kind: 'object'
  readonly bucketId: string
  readonly key: string
  /** 32 characters, or `null` for the version that was written while versions were not. */
  readonly versionId: string
  readonly isLatest: boolean
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly checksum: Checksum | undefined
  /** How many parts it was uploaded in; `undefined` where it was not. */
  readonly partCount: number | undefined
  readonly attributes: ObjectAttributes
  readonly tags: Readonly<Record<string, string>>
  readonly lock: ObjectLock
  /** Names the version inside of the store. Grows with every write. */
  readonly sequence: number
}

export interface DeleteMarker {
  readonly kind: 'delete-marker'
  readonly bucketId: string
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  readonly modifiedAt: number
  readonly sequence: number
}

export type StoredVersion = StoredObject | DeleteMarker

/** Offsets of the first byte and of the one after the last. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Bytes that are read as fast as they are taken. Exactly one of the two ways, once; or `close`. */
export interface OpenBytes extends AsyncIterable<Uint8Array> {
  /** How many there are. */
  readonly size: number
  /**
   * The fast way: buffers are used again, so `write` resolves only when it needs the bytes no more (for a socket: in the callback of
   * its `write`). Rejects with what `write` rejects with.
   */
  sendTo(write: (bytes: Uint8Array) => Promise<void>): Promise<void>
  /** All of it in memory already: small objects. */
  readonly whole: Uint8Array | undefined
  /** Lets go of what is open; needed only where nothing was read. */
  close(): void
}

/** What must be so in the moment of the write. */
export interface WriteConditions {
  /** `If-None-Match: *`: there is no current version, or it is a delete marker. Otherwise `precondition-failed`. */
  readonly ifAbsent?: boolean
  /** `If-Match`: ETag, without quotes, of the current version. Another is `precondition-failed`, none is `no-such-key`. */
  readonly ifMatch?: string | undefined
}

interface NewObject {
  readonly bucketId: string
  readonly key: string
  /** The bucket's, as it is known to the operation. */
  readonly versioning: Versioning
  readonly attributes: ObjectAttributes
  readonly tags?: Readonly<Record<string, string>>
  readonly lock?: ObjectLock
  readonly conditions?: WriteConditions
}

export interface PutObject extends NewObject {
  readonly staged: Staged
  readonly checksum?: Checksum | undefined
}

export interface CopyObject extends NewObject {
  readonly source: StoredObject
  readonly checksum?: Checksum | undefined
}

export interface DeleteObject {
  readonly bucketId: string
  readonly key: string
  readonly versioning: Versioning
  /** Removes this version for good. Without it, by `versioning`: the null version goes, or a delete marker comes. */
  readonly versionId?: string | undefined
  readonly ifMatch?: string | undefined
  /** Governance retention does not refuse. */
  readonly bypassesGovernance?: boolean
  /** Only while the version is there, and is the newest of its key or is not, as it was seen; otherwise `precondition-failed`. */
  readonly ifStill?: Pick<StoredVersion, 'sequence' | 'isLatest'>
}

/** What a DELETE answers, also where there was nothing to delete. */
export interface Deleted {
  /** Of the version that was removed, or of the delete marker that came; `undefined` where buckets have no versions. */
  readonly versionId: string | undefined
  /** Whether what was removed, or came, is a delete marker. */
  readonly isDeleteMarker: boolean
  readonly existed: boolean
}

export interface AmendObject {
  readonly bucketId: string
  readonly key: string
  readonly versionId?: string | undefined
  /** All tags, in the place of the earlier ones. */
  readonly tags?: Readonly<Record<string, string>>
  readonly retention?: ObjectLock['retention'] | null
  readonly isHeld?: boolean
  /** Governance retention may be shortened or removed. */
  readonly bypassesGovernance?: boolean
}

export interface ListQuery {
  readonly bucketId: string
  readonly prefix: string
  /** Keys that have it after the prefix are told once, as their common prefix. Any length; empty is none. */
  readonly delimiter: string
  /** Only keys and common prefixes that come after this. */
  readonly after?: string | undefined
  /** Most keys and common prefixes together; 0 gives an empty page that is not truncated. */
  readonly limit: number
}

interface Page {
  /** Common prefixes in order. */
  readonly prefixes: readonly string[]
  readonly isTruncated: boolean
}

export interface ObjectPage extends Page {
  readonly objects: readonly ListedObject[]
  /** The last key or common prefix of the page, which is `after` for the next; `undefined` where that is not truncated. */
  readonly next: string | undefined
}

export interface VersionPage extends Page {
  readonly versions: readonly ListedVersion[]
  /** Without `versionId` after a common prefix. */
  readonly next: { readonly key: string; readonly versionId: string | undefined } | undefined
}

export interface UploadPage extends Page {
  readonly uploads: readonly StoredUpload[]
  readonly next: { readonly key: string; readonly uploadId: string | undefined } | undefined
}

export interface PartPage {
  readonly parts: readonly UploadedPart[]
  readonly isTruncated: boolean
}

/** What a listing tells, without a look at each object. */
export interface ListedObject {
  readonly key: string
  readonly modifiedAt: number
  readonly size: number
  readonly etag: string
  readonly storageClass: string
  readonly checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined
}

export type ListedVersion =
  | (ListedObject & { readonly kind: 'object'; readonly versionId: string; readonly isLatest: boolean })
  | Omit<DeleteMarker, 'bucketId' | 'sequence'>

export interface CreateUpload {
  readonly bucketId: string
  readonly key: string
  readonly attributes: ObjectAttributes
  readonly tags?: Readonly<Record<string, string>>
  readonly lock?: ObjectLock
  /** What the object is to have; then every part has the algorithm's. SHA-1 and SHA-256 are never of the full object. */
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'> | undefined
  /** Who began it, as ListMultipartUploads tells it. */
  readonly initiator: Initiator
}

export interface Initiator {
  readonly id: string
  readonly displayName: string
}

export interface StoredUpload extends Omit<CreateUpload, 'tags' | 'lock'> {
  readonly uploadId: string
  /** Milliseconds since 1970. */
  readonly initiatedAt: number
  readonly tags: Readonly<Record<string, string>>
  readonly lock: ObjectLock
}

interface PartPlace {
  readonly bucketId: string
  readonly key: string
  readonly uploadId: string
  /** From 1 to 10,000. */
  readonly partNumber: number
}

export interface PutPart extends PartPlace {
  readonly staged: Staged
}

export interface CopyPart extends PartPlace {
  readonly source: StoredObject
  readonly range?: ByteRange | undefined
  readonly algorithms?: readonly ChecksumAlgorithm[]
}

export interface UploadedPart {
  readonly partNumber: number
  readonly modifiedAt: number
  readonly size: number
  readonly etag: string
  readonly checksums: Digests['checksums']
}

export interface ObjectPart {
  readonly partNumber: number
  /** Offset in the object. */
  readonly start: number
  readonly size: number
  readonly checksums: Digests['checksums']
}

export interface CompleteUpload extends Omit<PartPlace, 'partNumber'> {
  readonly versioning: Versioning
  readonly parts: readonly CompletePart[]
  readonly conditions?: WriteConditions
  /** Value that the client expects of the whole object's checksum; another is `bad-digest`. */
  readonly expectedChecksum?: string | undefined
  /** Bytes that every part but the last must have. */
  readonly minPartSize: number
}

export interface CompletePart {
  readonly partNumber: number
  readonly etag: string
  /** Those that the client names; one that differs from the part's is `invalid-part`. */
  readonly checksums?: Digests['checksums']
}
