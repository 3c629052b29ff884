/** Deleting one object, or many with a decision for each. */
import {
  DeleteObject$,
  type DeleteObjectCommandInput,
  type DeleteObjectCommandOutput,
  DeleteObjects$,
  type DeleteObjectsCommandInput,
  type DeleteObjectsCommandOutput,
  type DeletedObject,
  type _Error as ItemError,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3'
import { AwsError } from '../../../kernel/aws-error.ts'
import type { Check } from '../../../kernel/operation.ts'
import { assertVersionId, plainTag } from '../attributes.ts'
import { malformedXml, notBuilt, s3Error } from '../errors.ts'
import type { Deleted } from '../object-store.ts'
import { assertKey } from '../names.ts'
import { answered } from '../refusals.ts'
import { bucketOperation, type Context, type Place, type S3Call } from '../s3-operation.ts'
import type { Bucket } from '../state.ts'
import { existingObjectTags } from '../tags.ts'

interface Target {
  readonly key: string
  readonly versionId?: string | undefined
  readonly ifMatch?: string | undefined
  readonly bypassesGovernance: boolean
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
const deleteObject = bucketOperation<DeleteObjectCommandInput, DeleteObjectCommandOutput>(DeleteObject$, {
  isDataEvent: true,
  authorize(input, place, call) {
    assertVersionId(input.VersionId, call.objects)
    return deleteChecks(targetOf(input), place, call, { 's3:if-match': input.IfMatch })
  },
  async invoke(input, bucket, call) {
    for (const name of ['IfMatchLastModifiedTime', 'IfMatchSize'] as const) {
      if (input[name] !== undefined) throw notBuilt(name === 'IfMatchSize' ? 'x-amz-if-match-size' : 'x-amz-if-match-last-modified-time')
    }
    const { versionId, isDeleteMarker } = await removed(targetOf(input), bucket, call)
    return { ...(isDeleteMarker && { DeleteMarker: true }), ...(versionId !== undefined && { VersionId: versionId }) }
  },
})

function targetOf({ Key, VersionId, IfMatch, BypassGovernanceRetention = false }: DeleteObjectCommandInput): Target {
  return { key: Key ?? '', versionId: VersionId, ifMatch: IfMatch, bypassesGovernance: BypassGovernanceRetention }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const deleteObjects = bucketOperation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(DeleteObjects$, {
  isDataEvent: true,
  authorize(input, place, call) {
    const items = itemsOf(input)
    return items.flatMap((item, i) => deleteChecks(item, place, call).map((check) => ({ ...check, item: String(i) })))
  },
  async invoke(input, bucket, call) {
    const { refusedItems = new Set() } = call
    const done: DeletedObject[] = []
    const failed: ItemError[] = []
    const outcomes = await Promise.all(itemsOf(input).map((item, i) => attempt(item, refusedItems.has(String(i)), bucket, call)))
    for (const outcome of outcomes) {
      if ('Code' in outcome) failed.push(outcome)
      else done.push(outcome)
    }
    return { ...(input.Delete?.Quiet !== true && { Deleted: done }), Errors: failed }
  },
})

function itemsOf({ Delete: given, BypassGovernanceRetention = false }: DeleteObjectsCommandInput): readonly Target[] {
  const { Objects = [] } = given ?? {}
  if (Objects.length === 0 || Objects.length > MAX_ITEMS) throw malformedXml(`there are ${Objects.length} objects`)
  return Objects.map(({ Key, VersionId, ETag, LastModifiedTime, Size }: ObjectIdentifier) => {
    if (LastModifiedTime !== undefined || Size !== undefined) throw notBuilt('Delete.Object.Size')
    if (Key === undefined || Key === '') throw s3Error('UserKeyMustBeSpecified', 'You must provide a key for each object.')
    return { key: Key, versionId: VersionId === '' ? undefined : VersionId, ifMatch: ETag, bypassesGovernance: BypassGovernanceRetention }
  })
}

async function attempt(item: Target, isRefused: boolean, bucket: Bucket, call: S3Call): Promise<DeletedObject | ItemError> {
  const named = { Key: item.key, ...(item.versionId !== undefined && { VersionId: item.versionId }) }
  try {
    if (isRefused) throw s3Error('AccessDenied', 'Access Denied')
    const { versionId, isDeleteMarker } = await removed(item, bucket, call)
    const marker = isDeleteMarker && { DeleteMarker: true, ...(versionId !== undefined && { DeleteMarkerVersionId: versionId }) }
    return { ...named, ...marker }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { ...named, Code: error.code, Message: error.message }
  }
}

function deleteChecks({ key, versionId, bypassesGovernance }: Target, place: Place, { objects }: S3Call, context: Context = {}): Check[] {
  const isKnown = versionId === undefined || versionId === 'null' || objects.isVersionId(versionId)
  const version = place.bucket && isKnown ? objects.find(place.bucket.id, key, versionId) : undefined
  const tags = version?.kind === 'object' ? existingObjectTags(version.tags) : {}
  const all = { ...context, ...tags, 's3:versionid': versionId }
  const checks = [place.objectCheck(key, versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', all)]
  const isGoverned = version?.kind === 'object' && version.lock.retention?.mode === 'GOVERNANCE'
  if (bypassesGovernance && isGoverned) checks.push(place.objectCheck(key, 's3:BypassGovernanceRetention', all))
  return checks
}

function removed({ key, versionId, ifMatch, bypassesGovernance }: Target, bucket: Bucket, { objects }: S3Call): Promise<Deleted> {
  assertKey(key)
  assertVersionId(versionId, objects)
  return answered({ bucket: bucket.name, key, versionId }, () =>
    objects.deleteObject({
      bucketId: bucket.id,
      key,
      versioning: bucket.versioning,
      versionId,
      bypassesGovernance,
      ...(ifMatch !== undefined && { ifMatch: plainTag(ifMatch) }),
    }),
  )
}

export const deleteOperations = [deleteObject, deleteObjects]
const MAX_ITEMS = 1000
