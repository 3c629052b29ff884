import { CopyObject$, type CopyObjectCommandInput, type CopyObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Given } from '../../../kernel/judged-operation.ts'
import { assertAcl } from '../acl.ts'
import { attributesOf, lastModified, quotedTag, serverSideEncryption } from '../attributes.ts'
import { algorithmOf, checksumMembers } from '../checksums.ts'
import { copySourceKey, sourceChecks, sourceOf, tagChecks } from '../copy-source.ts'
import { assertEncryption, customerKeys } from '../encryption.ts'
import { invalidArgument, notBuilt, s3Error } from '../errors.ts'
import { expiration } from '../lifecycle-due.ts'
import { lockOf } from '../lock.ts'
import { assertKey } from '../names.ts'
import type { Checksum, ObjectAttributes, ObjectStore, StoredObject } from '../object-store.ts'
import { assertCopyConditions } from '../reading.ts'
import { answered } from '../refusals.ts'
import { bucketOperation } from '../s3-operation.ts'
import { MAX_PUT } from '../staging.ts'
import type { Bucket } from '../state.ts'
import { tagsOfHeader } from '../tags.ts'
import { writeChecks, writeConditions, writeContext } from '../writing.ts'

type CopyInput = Given<CopyObjectCommandInput>

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject = bucketOperation<CopyObjectCommandInput, CopyObjectCommandOutput>(CopyObject$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize(input, place, call) {
    const context = {
      ...writeContext(input, call.now),
      's3:ObjectCreationOperation': 'true',
      's3:x-amz-copy-source': copySourceKey(input),
      's3:x-amz-metadata-directive': input.MetadataDirective,
    }
    const checks = [...sourceChecks(input, call), ...writeChecks(input, place, context)]
    return input.TaggingDirective === 'REPLACE' ? checks : [...checks, ...tagChecks(input, place, context)]
  },
  async invoke(input, bucket, { objects, now }) {
    assertKey(input.Key)
    assertEncryption(input)
    assertEncryption({ SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm, SSECustomerKey: input.CopySourceSSECustomerKey })
    assertAcl(input, bucket)
    const { object: source, hasVersions: sourceHasVersions } = sourceOf(input)
    assertCopyConditions(source, {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    })
    if (source.size > MAX_PUT) {
      throw s3Error('InvalidRequest', 'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120')
    }
    assertChange(input, source, bucket)
    if (input.AnnotationDirective !== undefined) throw notBuilt('x-amz-object-annotation-directive')
    const copy = {
      bucketId: bucket.id,
      key: input.Key,
      versioning: bucket.versioning,
      attributes: attributes(input, source),
      tags: directive('x-amz-tagging-directive', input.TaggingDirective) === 'REPLACE' ? tagsOfHeader(input.Tagging) : source.tags,
      lock: lockOf(input, bucket, now),
      conditions: writeConditions(input),
      source,
    }
    const checksum = await checksumOf(input, source, objects)
    const about = { bucket: bucket.name, key: source.key, versionId: source.versionId }
    const object = await answered(about, () => objects.copyObject({ ...copy, ...(checksum && { checksum }) }))
    return {
      CopyObjectResult: {
        ETag: quotedTag(object.etag),
        LastModified: lastModified(object.modifiedAt),
        ...checksumMembers(object.checksum),
      },
      ...(sourceHasVersions && { CopySourceVersionId: source.versionId }),
      ...(bucket.versioning === 'enabled' && { VersionId: object.versionId }),
      ...serverSideEncryption,
      ...expiration(bucket, object),
    }
  },
})

/** A copy onto itself has to change something. */
function assertChange(input: CopyInput, source: StoredObject, bucket: Bucket): void {
  const isSame = source.bucketId === bucket.id && source.key === input.Key && source.isLatest
  const changes = [input.StorageClass, input.WebsiteRedirectLocation, input.ServerSideEncryption, input.ChecksumAlgorithm]
  if (!isSame || directive('x-amz-metadata-directive', input.MetadataDirective) === 'REPLACE' || changes.some((each) => each !== undefined))
    return
  const message =
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
  throw s3Error('InvalidRequest', message)
}

function attributes(input: CopyInput, source: StoredObject): ObjectAttributes {
  if (directive('x-amz-metadata-directive', input.MetadataDirective) === 'REPLACE') return attributesOf(input)
  const { StorageClass, WebsiteRedirectLocation } = input
  const { storageClass, headers } = attributesOf({ StorageClass, WebsiteRedirectLocation })
  const { 'x-amz-website-redirect-location': _own, ...kept } = source.attributes.headers
  return { ...source.attributes, headers: { ...kept, ...headers }, storageClass }
}

function directive(name: string, given: string | undefined): 'COPY' | 'REPLACE' {
  if (given === undefined || given === 'COPY' || given === 'REPLACE') return given ?? 'COPY'
  throw invalidArgument(
    name,
    given.slice(0, 100),
    name === 'x-amz-metadata-directive' ? 'Unknown metadata directive.' : 'Unknown tagging directive.',
  )
}

/** Of another algorithm than the source's it is computed of the bytes; of parts it becomes one of the whole object. */
async function checksumOf(input: CopyInput, source: StoredObject, objects: ObjectStore): Promise<Checksum | undefined> {
  const algorithm = algorithmOf(input.ChecksumAlgorithm) ?? source.checksum?.algorithm ?? 'CRC64NVME'
  if (algorithm === source.checksum?.algorithm && source.checksum.type === 'FULL_OBJECT') return undefined
  const { checksums } = await objects.digest(source, undefined, [algorithm])
  const value = checksums[algorithm]
  return value === undefined ? undefined : { algorithm, value, type: 'FULL_OBJECT' }
}
