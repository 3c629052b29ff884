/**
 * The version that a request is about, looked up once: the tags that a decision is made by are those of the bytes that are sent.
 */
import type { Check } from '../../kernel/operation.ts'
import { assertVersionId } from './attributes.ts'
import { s3Error } from './errors.ts'
import type { StoredObject, StoredVersion } from './object-store.ts'
import { noSuchKey, noSuchVersion } from './refusals.ts'
import type { Context, Place, S3Call } from './s3-operation.ts'
import { existingObjectTags, type Tags } from './tags.ts'

interface OfObject {
  readonly Key: string
  readonly VersionId?: string | undefined
}

/**
 * Checks for reading something of an object. Where there is none, whoever may not list the bucket is not told so: that is one more check.
 * @param actions without a version id and with one
 */
export function readChecks(
  input: OfObject,
  place: Place,
  { objects }: S3Call,
  actions: readonly (readonly [plain: string, versioned: string])[],
  context: Context = {},
): readonly Check[] {
  assertVersionId(input.VersionId, objects)
  const { Key: key, VersionId: versionId } = input
  const version = place.bucket && objects.find(place.bucket.id, key, versionId)
  seen.set(input, version)
  const tags = version?.kind === 'object' ? existingObjectTags(version.tags) : {}
  const all = { ...context, ...tags, 's3:versionid': versionId }
  const checks = actions.map(([plain, versioned]) => place.objectCheck(key, versionId === undefined ? plain : versioned, all))
  const isMissing = place.bucket !== undefined && (version === undefined || (version.kind === 'delete-marker' && versionId === undefined))
  return isMissing ? [...checks, place.check('s3:ListBucket')] : checks
}

/** The version that was judged. Throws what S3 answers for one that is not there, or is a delete marker. */
export function seenObject(input: OfObject, hasVersions: boolean): StoredObject {
  const version = seen.get(input)
  const { Key: key, VersionId: versionId } = input
  if (version === undefined)
    throw versionId === undefined || (versionId === 'null' && !hasVersions) ? noSuchKey(key) : noSuchVersion(key, versionId)
  if (version.kind === 'object') return version
  const marker = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId }
  if (versionId === undefined) throw noSuchKey(key, marker)
  throw s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    members: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: { ...marker, allow: 'DELETE', 'last-modified': new Date(version.modifiedAt).toUTCString() },
  })
}

/** Tags of the version that was judged. */
export function seenTags(input: OfObject): Tags {
  const version = seen.get(input)
  return version?.kind === 'object' ? (version.tags ?? {}) : {}
}

const seen = new WeakMap<object, StoredVersion | undefined>()
