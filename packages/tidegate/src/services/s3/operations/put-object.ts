import { PutObject$, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3'
import type { StreamedBody } from '../../../kernel/streamed-body.ts'
import { assertAcl } from '../acl.ts'
import { attributesOf, quotedTag, serverSideEncryption } from '../attributes.ts'
import { checksumMembers } from '../checksums.ts'
import { assertEncryption, customerKeys } from '../encryption.ts'
import { notBuilt } from '../errors.ts'
import { expiration } from '../lifecycle-due.ts'
import { lockOf } from '../lock.ts'
import { assertKey } from '../names.ts'
import { answered } from '../refusals.ts'
import { bucketOperation } from '../s3-operation.ts'
import { receive } from '../staging.ts'
import { tagsOfHeader } from '../tags.ts'
import { writeChecks, writeConditions, writeContext } from '../writing.ts'

type PutInput = Omit<PutObjectCommandInput, 'Body'> & { readonly Body: StreamedBody }

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject = bucketOperation<PutInput, PutObjectCommandOutput>(PutObject$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place, { now }) => writeChecks(input, place, { ...writeContext(input, now), 's3:ObjectCreationOperation': 'true' }),
  async invoke(input, bucket, { objects, now }) {
    assertKey(input.Key)
    assertEncryption(input)
    assertAcl(input, bucket)
    if (input.WriteOffsetBytes !== undefined) throw notBuilt('x-amz-write-offset-bytes')
    const put = {
      bucketId: bucket.id,
      key: input.Key,
      versioning: bucket.versioning,
      attributes: attributesOf(input),
      tags: tagsOfHeader(input.Tagging),
      lock: lockOf(input, bucket, now),
      conditions: writeConditions(input),
    }
    const { staged, checksum } = await receive(input, input.Body, objects)
    try {
      const object = await answered({ bucket: bucket.name, key: input.Key }, () => objects.putObject({ ...put, staged, checksum }))
      return {
        ETag: quotedTag(object.etag),
        ...checksumMembers(object.checksum),
        ...serverSideEncryption,
        ...expiration(bucket, object),
        ...(bucket.versioning === 'enabled' && { VersionId: object.versionId }),
      }
    } finally {
      await staged.discard()
    }
  },
})
