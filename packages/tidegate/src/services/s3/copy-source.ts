/** The object that a copy is made of: named in a header, judged and read on its own. */
import { Buffer } from 'node:buffer'
import type { Check } from '../../kernel/operation.ts'
import { invalidArgument } from './errors.ts'
import type { StoredObject } from './object-store.ts'
import { type Context, type Place, placeOf, type S3Call } from './s3-operation.ts'
import { readChecks, seenObject, seenTags } from './seen-object.ts'
import { noSuchBucket } from './state.ts'
import { existingObjectTags, requestObjectTags } from './tags.ts'

interface CopyInput {
  readonly CopySource: string
  readonly ExpectedSourceBucketOwner?: string | undefined
}

interface Source {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string | undefined
}

interface Found {
  readonly source: Source
  readonly place: Place
}

/** Decoded exactly once; `?versionId=` stands behind the key as it was sent. */
function readCopySource(header: string): Source {
  const refuse = (): never => {
    throw invalidArgument('x-amz-copy-source', header.slice(0, 1_000), 'Invalid copy source encoding.')
  }
  // The header's characters stand for bytes; clients differ in what they escape.
  const text = Buffer.from(header, 'latin1').toString('utf8')
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?&]*))?$/s.exec(text) ?? []
  let decoded = ''
  try {
    decoded = decodeURIComponent(path)
  } catch {
    refuse()
  }
  const name = decoded.replace(/^\//, '')
  const slash = name.indexOf('/')
  if (slash <= 0 || slash === name.length - 1) {
    throw invalidArgument('x-amz-copy-source', header.slice(0, 1_000), 'Invalid copy source object key')
  }
  return { Bucket: name.slice(0, slash), Key: name.slice(slash + 1), ...(versionId !== undefined && { VersionId: versionId }) }
}

/** Checks of the source, by the policies of its own bucket. */
export function sourceChecks(input: CopyInput, call: S3Call): readonly Check[] {
  const source = readCopySource(input.CopySource)
  const place = placeOf(source.Bucket, call, input.ExpectedSourceBucketOwner)
  found.set(input, { source, place })
  return readChecks(source, place, call, [['s3:GetObject', 's3:GetObjectVersion']])
}

/** For a copy that keeps the tags of its source: they are read there, and put on the new object. Asked after `sourceChecks`. */
export function tagChecks(input: CopyInput & { readonly Key: string }, target: Place, context: Context): readonly Check[] {
  const { source, place } = judgedSource(input)
  const tags = seenTags(source)
  if (Object.keys(tags).length === 0) return []
  const read = source.VersionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'
  return [
    place.objectCheck(source.Key, read, { ...existingObjectTags(tags), 's3:versionid': source.VersionId }),
    target.objectCheck(input.Key, 's3:PutObjectTagging', { ...context, ...requestObjectTags(tags) }),
  ]
}

/** The value of condition key `s3:x-amz-copy-source`. */
export function copySourceKey(input: CopyInput): string {
  const { Bucket, Key } = readCopySource(input.CopySource)
  return `${Bucket}/${Key}`
}

/** The version that was judged. */
export function sourceOf(input: CopyInput): { readonly object: StoredObject; readonly hasVersions: boolean } {
  const { source, place } = judgedSource(input)
  const { bucket, name } = place
  if (bucket === undefined) throw noSuchBucket(name)
  const hasVersions = bucket.versioning !== 'unversioned'
  return { object: seenObject(source, hasVersions), hasVersions }
}

function judgedSource(input: CopyInput): Found {
  const known = found.get(input)
  if (known === undefined) throw new Error('a copy source was not judged')
  return known
}

const found = new WeakMap<object, Found>()
