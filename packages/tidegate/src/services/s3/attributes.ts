/** What is kept beside the bytes of an object: from the headers of a write, and back into those of a read. */
import { invalidArgument, notBuilt, s3Error } from './errors.ts'
import type { ObjectAttributes, ObjectStore, StoredObject } from './object-store.ts'

/** Members that the inputs of PutObject, CopyObject and CreateMultipartUpload have in common. */
export interface AttributeInput {
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentLanguage?: string | undefined
  readonly ContentType?: string | undefined
  readonly Expires?: Date | undefined
  /** What was sent in its place where that is no date. */
  readonly ExpiresText?: string | undefined
  readonly WebsiteRedirectLocation?: string | undefined
  readonly Metadata?: Readonly<Record<string, string>> | undefined
  readonly StorageClass?: string | undefined
}

export function attributesOf(input: AttributeInput): ObjectAttributes {
  const { StorageClass = 'STANDARD', Metadata = {}, WebsiteRedirectLocation: redirect } = input
  if (!storageClasses.has(StorageClass)) {
    if (StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE') throw notBuilt('x-amz-storage-class')
    throw s3Error('InvalidStorageClass', 'The storage class you specified is not valid', {
      members: { StorageClassRequested: StorageClass.slice(0, 100) },
    })
  }
  const size = Object.entries(Metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (size > MAX_METADATA) {
    throw s3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      members: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) },
    })
  }
  if (redirect !== undefined && !/^(?:\/|https?:\/\/)/.test(redirect)) {
    const message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
    throw s3Error('InvalidRedirectLocation', message)
  }
  const headers: Record<string, string> = {}
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') headers[name] = value
  }
  add('cache-control', input.CacheControl)
  add('content-disposition', input.ContentDisposition)
  add('content-encoding', withoutChunks(input.ContentEncoding))
  add('content-language', input.ContentLanguage)
  add('content-type', input.ContentType)
  add('expires', input.ExpiresText ?? input.Expires?.toUTCString())
  add('x-amz-website-redirect-location', redirect)
  return { headers, metadata: { ...Metadata }, storageClass: StorageClass }
}

/** How the bytes came is not how they are kept. */
function withoutChunks(encoding: string | undefined): string | undefined {
  return encoding
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each.toLowerCase() !== 'aws-chunked')
    .join(', ')
}

/** Members of GetObject's and HeadObject's output. */
export function describedObject(object: StoredObject, hasVersions: boolean) {
  const { attributes, tags, lock, partCount } = object
  const { headers, metadata, storageClass } = attributes
  const tagCount = Object.keys(tags).length
  return {
    AcceptRanges: 'bytes',
    LastModified: lastModified(object.modifiedAt),
    ETag: quotedTag(object.etag),
    ContentType: headers['content-type'] ?? 'binary/octet-stream',
    ...(headers['cache-control'] !== undefined && { CacheControl: headers['cache-control'] }),
    ...(headers['content-disposition'] !== undefined && { ContentDisposition: headers['content-disposition'] }),
    ...(headers['content-encoding'] !== undefined && { ContentEncoding: headers['content-encoding'] }),
    ...(headers['content-language'] !== undefined && { ContentLanguage: headers['content-language'] }),
    ...(headers['expires'] !== undefined && { Expires: expiresOf(headers['expires']) }),
    ...(headers['x-amz-website-redirect-location'] !== undefined && {
      WebsiteRedirectLocation: headers['x-amz-website-redirect-location'],
    }),
    ...(Object.keys(metadata).length > 0 && { Metadata: { ...metadata } }),
    // AWS leaves out the class that objects have by default.
    ...(storageClass !== 'STANDARD' && { StorageClass: storageClass as 'STANDARD_IA' }),
    ...(hasVersions && { VersionId: object.versionId }),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...(lock.retention && { ObjectLockMode: lock.retention.mode, ObjectLockRetainUntilDate: new Date(lock.retention.until) }),
    ...(lock.isHeld !== undefined && { ObjectLockLegalHoldStatus: lock.isHeld ? ('ON' as const) : ('OFF' as const) }),
    ...serverSideEncryption,
    partCount,
  }
}

/** A text that is no date is told as it came. */
function expiresOf(text: string): Date {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? (text as unknown as Date) : date
}

/** Everything is encrypted by the one method there is, and says so, as on AWS since 2023. */
export const serverSideEncryption = { ServerSideEncryption: 'AES256' } as const

/** S3's times have no fractions: a listing and a header say the same. */
export function lastModified(modifiedAt: number): Date {
  return new Date(Math.floor(modifiedAt / 1000) * 1000)
}

export function quotedTag(etag: string): string {
  return `"${etag}"`
}

/** The ETag in a condition, with or without quotes. */
export function plainTag(text: string): string {
  return text
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
}

export function assertVersionId(versionId: string | undefined, objects: ObjectStore): void {
  if (versionId === undefined || versionId === 'null' || objects.isVersionId(versionId)) return
  if (versionId === '') throw invalidArgument('versionId', '', 'Version id cannot be the empty string')
  throw invalidArgument('versionId', versionId.slice(0, 1_000), 'Invalid version id specified')
}

const MAX_METADATA = 2048
const storageClasses: ReadonlySet<string> = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
])
