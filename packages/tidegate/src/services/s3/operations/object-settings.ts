/** What is kept of an object beside its bytes and can be changed later: tags, locks, and the list that says who owns it. */
import * as s3 from '@aws-sdk/client-s3'
import type { Given } from '../../../kernel/judged-operation.ts'
import { aclContext, assertAcl, ownerGrants } from '../acl.ts'
import { assertOneOf } from '../configured.ts'
import { malformedXml, s3Error } from '../errors.ts'
import { assertFuture, lockContext, modeOf, noLock } from '../lock.ts'
import type { AmendObject, StoredObject } from '../object-store.ts'
import { ownerOf } from '../owner.ts'
import { answered } from '../refusals.ts'
import { bucketOperation, type S3Call } from '../s3-operation.ts'
import { readChecks, seenObject } from '../seen-object.ts'
import { type Bucket, isLockable } from '../state.ts'
import { objectTags, requestObjectTags, tagSet, tagsOfSet } from '../tags.ts'
import { assertOwnersList } from './bucket-access.ts'

interface OfObject {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string | undefined
}

function hasVersions({ versioning }: Bucket): boolean {
  return versioning !== 'unversioned'
}

function versionOf(object: StoredObject, bucket: Bucket): { readonly VersionId?: string } {
  return hasVersions(bucket) ? { VersionId: object.versionId } : {}
}

/** Changes the version that was judged. */
async function amend(input: OfObject, bucket: Bucket, { objects }: S3Call, change: Partial<AmendObject>): Promise<StoredObject> {
  const { key, versionId } = seenObject(input, hasVersions(bucket))
  return answered({ bucket: bucket.name, key, versionId }, () => objects.amendObject({ bucketId: bucket.id, key, versionId, ...change }))
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
const getTagging = bucketOperation<s3.GetObjectTaggingCommandInput, s3.GetObjectTaggingOutput>(s3.GetObjectTagging$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:GetObjectTagging', 's3:GetObjectVersionTagging']]),
  invoke(input, bucket) {
    const object = seenObject(input, hasVersions(bucket))
    return { TagSet: tagSet(object.tags), ...versionOf(object, bucket) }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
const putTagging = bucketOperation<s3.PutObjectTaggingCommandInput, s3.PutObjectTaggingOutput>(s3.PutObjectTagging$, {
  isDataEvent: true,
  authorize: (input, place, call) => {
    const context = requestObjectTags(tagsOfSet(input.Tagging.TagSet ?? []))
    return readChecks(input, place, call, [['s3:PutObjectTagging', 's3:PutObjectVersionTagging']], context)
  },
  async invoke(input, bucket, call) {
    const tags = objectTags(input.Tagging.TagSet ?? [])
    return versionOf(await amend(input, bucket, call, { tags }), bucket)
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
const deleteTagging = bucketOperation<s3.DeleteObjectTaggingCommandInput, s3.DeleteObjectTaggingOutput>(s3.DeleteObjectTagging$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging']]),
  async invoke(input, bucket, call) {
    return versionOf(await amend(input, bucket, call, { tags: {} }), bucket)
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html */
const getAcl = bucketOperation<s3.GetObjectAclCommandInput, s3.GetObjectAclOutput>(s3.GetObjectAcl$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:GetObjectAcl', 's3:GetObjectVersionAcl']]),
  invoke(input, bucket) {
    seenObject(input, hasVersions(bucket))
    return { Owner: ownerOf(bucket.accountId), Grants: ownerGrants(bucket.accountId) }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
const putAcl = bucketOperation<s3.PutObjectAclCommandInput, object>(s3.PutObjectAcl$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:PutObjectAcl', 's3:PutObjectVersionAcl']], aclContext(input)),
  invoke(input, bucket) {
    seenObject(input, hasVersions(bucket))
    assertAcl(input, bucket)
    assertOwnersList(input.AccessControlPolicy, bucket)
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html */
const getRetention = bucketOperation<s3.GetObjectRetentionCommandInput, s3.GetObjectRetentionOutput>(s3.GetObjectRetention$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:GetObjectRetention', 's3:GetObjectRetention']]),
  invoke(input, bucket) {
    if (!isLockable(bucket)) throw noLock()
    const { retention } = seenObject(input, hasVersions(bucket)).lock
    if (retention === undefined) throw noConfiguration()
    return { Retention: { Mode: retention.mode, RetainUntilDate: new Date(retention.until) } }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html */
const putRetention = bucketOperation<s3.PutObjectRetentionCommandInput, object>(s3.PutObjectRetention$, {
  isDataEvent: true,
  authorize(input, place, call) {
    const context = retentionContext(input, call.now)
    const checks = readChecks(input, place, call, [['s3:PutObjectRetention', 's3:PutObjectRetention']], context)
    return input.BypassGovernanceRetention === true
      ? [...checks, place.objectCheck(input.Key, 's3:BypassGovernanceRetention', context)]
      : checks
  },
  async invoke(input, bucket, call) {
    if (!isLockable(bucket)) throw noLock()
    const { Mode, RetainUntilDate } = input.Retention ?? {}
    const bypassesGovernance = input.BypassGovernanceRetention === true
    if (Mode === undefined && RetainUntilDate === undefined) {
      await amend(input, bucket, call, { retention: null, bypassesGovernance })
      return {}
    }
    if (Mode === undefined || RetainUntilDate === undefined) throw malformedXml('a retention has a mode and a date')
    assertOneOf(Mode, ['GOVERNANCE', 'COMPLIANCE'])
    assertFuture(RetainUntilDate, call.now)
    const { retention: current } = seenObject(input, hasVersions(bucket)).lock
    // Governance can be lifted, compliance never: going from one to the other is giving something up.
    if (current?.mode === 'GOVERNANCE' && current.until > call.now && Mode === 'COMPLIANCE' && !bypassesGovernance) {
      throw s3Error('AccessDenied', 'Access Denied because object protected by object lock.')
    }
    await amend(input, bucket, call, { retention: { mode: modeOf(Mode), until: RetainUntilDate.getTime() }, bypassesGovernance })
    return {}
  },
})

function retentionContext({ Retention }: Given<s3.PutObjectRetentionCommandInput>, now: number) {
  return lockContext({ ObjectLockMode: Retention?.Mode, ObjectLockRetainUntilDate: Retention?.RetainUntilDate }, now)
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html */
const getLegalHold = bucketOperation<s3.GetObjectLegalHoldCommandInput, s3.GetObjectLegalHoldOutput>(s3.GetObjectLegalHold$, {
  isDataEvent: true,
  authorize: (input, place, call) => readChecks(input, place, call, [['s3:GetObjectLegalHold', 's3:GetObjectLegalHold']]),
  invoke(input, bucket) {
    if (!isLockable(bucket)) throw noLock()
    const { isHeld } = seenObject(input, hasVersions(bucket)).lock
    if (isHeld === undefined) throw noConfiguration()
    return { LegalHold: { Status: isHeld ? 'ON' : 'OFF' } }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
const putLegalHold = bucketOperation<s3.PutObjectLegalHoldCommandInput, object>(s3.PutObjectLegalHold$, {
  isDataEvent: true,
  authorize: (input, place, call) =>
    readChecks(input, place, call, [['s3:PutObjectLegalHold', 's3:PutObjectLegalHold']], {
      's3:object-lock-legal-hold': input.LegalHold?.Status,
    }),
  async invoke(input, bucket, call) {
    if (!isLockable(bucket)) throw noLock()
    assertOneOf(input.LegalHold?.Status, ['ON', 'OFF'])
    await amend(input, bucket, call, { isHeld: input.LegalHold?.Status === 'ON' })
    return {}
  },
})

function noConfiguration(): Error {
  return s3Error('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration')
}

export const settingOperations = [
  getTagging,
  putTagging,
  deleteTagging,
  getAcl,
  putAcl,
  getRetention,
  putRetention,
  getLegalHold,
  putLegalHold,
]
