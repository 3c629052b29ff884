/** Uploads in parts. */
import * as s3 from '@aws-sdk/client-s3'
import type { Given } from '../../../kernel/judged-operation.ts'
import type { StreamedBody } from '../../../kernel/streamed-body.ts'
import { assertAcl } from '../acl.ts'
import { attributesOf, plainTag, lastModified, quotedTag, serverSideEncryption } from '../attributes.ts'
import { algorithmOf, checksumMembers, declaredChecksum, partChecksums } from '../checksums.ts'
import { copySourceKey, sourceChecks, sourceOf } from '../copy-source.ts'
import { assertEncryption, customerKeys } from '../encryption.ts'
import { invalidArgument, malformedXml, s3Error } from '../errors.ts'
import { initiatorOf } from '../initiator.ts'
import { expiration } from '../lifecycle-due.ts'
import { lockOf } from '../lock.ts'
import { assertKey } from '../names.ts'
import type { ByteRange, Checksum, ObjectStore, StoredUpload } from '../object-store.ts'
import { assertCopyConditions } from '../reading.ts'
import { answered, noSuchUpload } from '../refusals.ts'
import { bucketOperation, type S3Call } from '../s3-operation.ts'
import { MAX_PUT, receive } from '../staging.ts'
import type { Bucket } from '../state.ts'
import { tagsOfHeader } from '../tags.ts'
import { writeChecks, writeConditions, writeContext } from '../writing.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
const createUpload = bucketOperation<s3.CreateMultipartUploadCommandInput, s3.CreateMultipartUploadOutput>(s3.CreateMultipartUpload$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place, { now }) => writeChecks(input, place, { ...writeContext(input, now), 's3:ObjectCreationOperation': 'false' }),
  async invoke(input, bucket, { objects, caller, now }) {
    assertKey(input.Key)
    assertEncryption(input)
    assertAcl(input, bucket)
    const checksum = wantedChecksum(input)
    const create = {
      bucketId: bucket.id,
      key: input.Key,
      attributes: attributesOf(input),
      tags: tagsOfHeader(input.Tagging),
      lock: lockOf(input, bucket, now),
      checksum,
      initiator: initiatorOf(caller),
    }
    const { uploadId } = await answered({ bucket: bucket.name }, () => objects.createUpload(create))
    return {
      Bucket: bucket.name,
      Key: input.Key,
      UploadId: uploadId,
      ...serverSideEncryption,
      ...(input.ChecksumAlgorithm !== undefined && { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
    }
  },
})

/** SHA checksums are of the parts' checksums, CRC64NVME is of the whole object, the rest may be either. */
function wantedChecksum(input: Given<s3.CreateMultipartUploadCommandInput>): Pick<Checksum, 'algorithm' | 'type'> {
  const algorithm = algorithmOf(input.ChecksumAlgorithm)
  const type = input.ChecksumType
  if (algorithm === undefined) {
    if (type !== undefined)
      throw s3Error('InvalidRequest', 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.')
    return { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' }
  }
  if (type !== undefined && type !== 'COMPOSITE' && type !== 'FULL_OBJECT') {
    throw s3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.')
  }
  const isWhole = (type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')) === 'FULL_OBJECT'
  if (isWhole ? algorithm.startsWith('SHA') : algorithm === 'CRC64NVME') {
    const message = `The ${isWhole ? 'FULL_OBJECT' : 'COMPOSITE'} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`
    throw s3Error('InvalidRequest', message)
  }
  return { algorithm, type: isWhole ? 'FULL_OBJECT' : 'COMPOSITE' }
}

type PartInput = Omit<s3.UploadPartCommandInput, 'Body'> & { readonly Body: StreamedBody }

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
const uploadPart = bucketOperation<PartInput, s3.UploadPartOutput>(s3.UploadPart$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place) => [place.objectCheck(input.Key, 's3:PutObject', { 's3:ObjectCreationOperation': 'false' })],
  async invoke(input, bucket, call) {
    const { objects } = call
    assertPartNumber(input.PartNumber)
    assertEncryption(input)
    const upload = uploadOf(input, bucket, call)
    const declared = declaredChecksum(input)?.algorithm ?? input.Body.trailerAlgorithm
    assertPartAlgorithm(upload, declared)
    const { staged, checksum } = await receive(input, input.Body, objects, upload.checksum?.algorithm)
    const place = { bucketId: bucket.id, key: input.Key, uploadId: input.UploadId, partNumber: input.PartNumber }
    try {
      const part = await answered({ bucket: bucket.name, uploadId: input.UploadId }, () => objects.putPart({ ...place, staged }))
      const told = declared === undefined ? {} : partChecksums({ [declared]: checksum.value })
      return { ETag: quotedTag(part.etag), ...serverSideEncryption, ...told }
    } finally {
      await staged.discard()
    }
  },
})

/** An upload that was begun for one algorithm takes no part with another. */
function assertPartAlgorithm({ checksum }: StoredUpload, declared: string | undefined): void {
  if (declared === undefined || checksum === undefined || checksum.algorithm === declared) return
  if (checksum.algorithm === 'CRC64NVME') return
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${checksum.algorithm.toLowerCase()}, actual checksum Type: ${declared.toLowerCase()}`
  throw s3Error('InvalidRequest', message)
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
const uploadPartCopy = bucketOperation<s3.UploadPartCopyCommandInput, s3.UploadPartCopyOutput>(s3.UploadPartCopy$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place, call) => [
    ...sourceChecks(input, call),
    place.objectCheck(input.Key, 's3:PutObject', { 's3:ObjectCreationOperation': 'false', 's3:x-amz-copy-source': copySourceKey(input) }),
  ],
  async invoke(input, bucket, call) {
    const { objects } = call
    assertPartNumber(input.PartNumber)
    assertEncryption(input)
    assertEncryption({ SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm, SSECustomerKey: input.CopySourceSSECustomerKey })
    const upload = uploadOf(input, bucket, call)
    const { object: source, hasVersions } = sourceOf(input)
    assertCopyConditions(source, {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    })
    const range = copyRange(input.CopySourceRange, source.size)
    if (range.end - range.start > MAX_PUT)
      throw s3Error('InvalidRequest', 'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120')
    const place = { bucketId: bucket.id, key: input.Key, uploadId: input.UploadId, partNumber: input.PartNumber }
    const algorithms = upload.checksum === undefined ? [] : [upload.checksum.algorithm]
    const part = await answered({ bucket: bucket.name, key: source.key, versionId: source.versionId, uploadId: input.UploadId }, () =>
      objects.copyPart({ ...place, source, range, algorithms }),
    )
    return {
      CopyPartResult: { ETag: quotedTag(part.etag), LastModified: lastModified(part.modifiedAt), ...partChecksums(part.checksums) },
      ...serverSideEncryption,
      ...(hasVersions && { CopySourceVersionId: source.versionId }),
    }
  },
})

function copyRange(header: string | undefined, size: number): ByteRange {
  if (header === undefined) return { start: 0, end: size }
  const [, first, last] = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header) ?? []
  const refuse = (message: string): Error => invalidArgument('x-amz-copy-source-range', header.slice(0, 200), message)
  if (first === undefined || last === undefined || Number(last) < Number(first)) {
    throw refuse(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    )
  }
  if (Number(last) >= size) throw refuse(`Range specified is not valid for source object of size: ${size}`)
  return { start: Number(first), end: Number(last) + 1 }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
const completeUpload = bucketOperation<s3.CompleteMultipartUploadCommandInput, s3.CompleteMultipartUploadOutput>(
  s3.CompleteMultipartUpload$,
  {
    isDataEvent: true,
    secretInputs: customerKeys,
    authorize: (input, place) => [
      place.objectCheck(input.Key, 's3:PutObject', {
        's3:ObjectCreationOperation': 'true',
        's3:if-match': input.IfMatch,
        's3:if-none-match': input.IfNoneMatch,
      }),
    ],
    async invoke(input, bucket, { objects }) {
      const { Parts = [] } = input.MultipartUpload ?? {}
      if (Parts.length === 0) throw malformedXml('there is no part')
      const parts = Parts.map((part) => {
        if (part.PartNumber === undefined || part.ETag === undefined) throw malformedXml('a part has a number and an ETag')
        assertPartNumber(part.PartNumber)
        const declared = declaredChecksum(part)
        return {
          partNumber: part.PartNumber,
          etag: plainTag(part.ETag),
          ...(declared && { checksums: { [declared.algorithm]: declared.value } }),
        }
      })
      const about = { bucket: bucket.name, key: input.Key, uploadId: input.UploadId, parts }
      if (input.MpuObjectSize !== undefined) assertSize(input.MpuObjectSize, sizeOf(input.UploadId, parts, objects))
      const object = await answered(about, () =>
        objects.completeUpload({
          bucketId: bucket.id,
          key: input.Key,
          uploadId: input.UploadId,
          versioning: bucket.versioning,
          parts,
          conditions: writeConditions(input),
          expectedChecksum: declaredChecksum(input)?.value,
          minPartSize: MIN_PART,
        }),
      )
      return {
        Location: `/${bucket.name}/${encodeURIComponent(input.Key).replaceAll('%2F', '/')}`,
        Bucket: bucket.name,
        Key: input.Key,
        ETag: quotedTag(object.etag),
        ...checksumMembers(object.checksum),
        ...serverSideEncryption,
        ...expiration(bucket, object),
        ...(bucket.versioning === 'enabled' && { VersionId: object.versionId }),
      }
    },
  },
)

function assertSize(declared: number, actual: number): void {
  if (declared === actual) return
  throw s3Error('InvalidRequest', "The provided 'x-amz-mp-object-size' header value does not match what was computed.", {
    members: { ProvidedSize: String(declared), ActualSize: String(actual) },
  })
}

/** Of the parts that the object is to have. */
function sizeOf(uploadId: string, parts: readonly { readonly partNumber: number }[], objects: ObjectStore): number {
  const wanted = new Set(parts.map(({ partNumber }) => partNumber))
  const { parts: found } = objects.listParts(uploadId, { after: 0, limit: 10_000 })
  return found.reduce((sum, { partNumber, size }) => sum + (wanted.has(partNumber) ? size : 0), 0)
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
const abortUpload = bucketOperation<s3.AbortMultipartUploadCommandInput, s3.AbortMultipartUploadOutput>(s3.AbortMultipartUpload$, {
  isDataEvent: true,
  authorize: (input, place) => [place.objectCheck(input.Key, 's3:AbortMultipartUpload')],
  async invoke(input, bucket, { objects }) {
    await answered({ bucket: bucket.name, uploadId: input.UploadId }, () => objects.abortUpload(bucket.id, input.Key, input.UploadId))
    return {}
  },
})

export function uploadOf({ Key, UploadId }: { Key: string; UploadId: string }, bucket: Bucket, { objects }: S3Call): StoredUpload {
  const upload = objects.findUpload(bucket.id, Key, UploadId)
  if (upload === undefined) throw noSuchUpload(UploadId)
  return upload
}

function assertPartNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return
  throw invalidArgument('partNumber', String(number), 'Part number must be an integer between 1 and 10000, inclusive')
}

export const multipartOperations = [createUpload, uploadPart, uploadPartCopy, completeUpload, abortUpload]
/** 5 MiB, of every part but the last. */
const MIN_PART = 5_242_880
