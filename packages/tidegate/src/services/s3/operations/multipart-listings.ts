/** What is known of uploads in parts, before and after they become objects. */
import * as s3 from '@aws-sdk/client-s3'
import { lastModified, quotedTag } from '../attributes.ts'
import { checksumMembers, partChecksums } from '../checksums.ts'
import { assertEncryption, customerKeys } from '../encryption.ts'
import { invalidArgument, s3Error } from '../errors.ts'
import { ownerOf } from '../owner.ts'
import { nameWriter, pageSize } from '../pages.ts'
import { bucketOperation } from '../s3-operation.ts'
import { readChecks, seenObject } from '../seen-object.ts'
import { uploadOf } from './multipart.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
const listUploads = bucketOperation<s3.ListMultipartUploadsCommandInput, s3.ListMultipartUploadsOutput>(s3.ListMultipartUploads$, {
  authorize: (input, place) => [
    place.check('s3:ListBucketMultipartUploads', { 's3:prefix': input.Prefix, 's3:delimiter': input.Delimiter }),
  ],
  invoke(input, bucket, { objects }) {
    const { Prefix = '', Delimiter = '', KeyMarker = '', UploadIdMarker = '', EncodingType } = input
    const limit = pageSize('max-uploads', input.MaxUploads)
    const written = nameWriter(EncodingType)
    // AWS takes the upload id only together with a key.
    const afterUploadId = KeyMarker === '' || UploadIdMarker === '' ? undefined : UploadIdMarker
    const page = objects.listUploads({ bucketId: bucket.id, prefix: Prefix, delimiter: Delimiter, after: KeyMarker, afterUploadId, limit })
    const owner = ownerOf(bucket.accountId)
    return {
      Bucket: bucket.name,
      KeyMarker: written(KeyMarker),
      UploadIdMarker: afterUploadId ?? '',
      Prefix: written(Prefix),
      MaxUploads: limit,
      IsTruncated: page.isTruncated,
      ...(Delimiter !== '' && { Delimiter: written(Delimiter) }),
      ...(EncodingType !== undefined && { EncodingType }),
      NextKeyMarker: page.next === undefined ? '' : written(page.next.key),
      NextUploadIdMarker: page.next?.uploadId ?? '',
      Uploads: page.uploads.map(({ key, uploadId, initiatedAt, initiator, attributes, checksum }) => ({
        Key: written(key),
        UploadId: uploadId,
        Initiated: lastModified(initiatedAt),
        StorageClass: attributes.storageClass as s3.StorageClass,
        Owner: owner,
        Initiator: { ID: initiator.id, DisplayName: initiator.displayName },
        ...(checksum && { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
      })),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: written(prefix) })),
    }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
const listParts = bucketOperation<s3.ListPartsCommandInput, s3.ListPartsOutput>(s3.ListParts$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place) => [place.objectCheck(input.Key, 's3:ListMultipartUploadParts')],
  invoke(input, bucket, call) {
    const upload = uploadOf(input, bucket, call)
    const limit = pageSize('max-parts', input.MaxParts)
    const after = markerOf(input.PartNumberMarker)
    const { parts, isTruncated } = call.objects.listParts(upload.uploadId, { after, limit })
    const { initiator, attributes, checksum } = upload
    return {
      Bucket: bucket.name,
      Key: input.Key,
      UploadId: input.UploadId,
      PartNumberMarker: String(after),
      NextPartNumberMarker: String(parts.at(-1)?.partNumber ?? 0),
      MaxParts: limit,
      IsTruncated: isTruncated,
      Initiator: { ID: initiator.id, DisplayName: initiator.displayName },
      Owner: ownerOf(bucket.accountId),
      StorageClass: attributes.storageClass as s3.StorageClass,
      ...(checksum && { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
      Parts: parts.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: lastModified(part.modifiedAt),
        ETag: quotedTag(part.etag),
        Size: part.size,
        ...partChecksums(part.checksums),
      })),
    }
  },
})

function markerOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw invalidArgument('part-number-marker', text.slice(0, 100), 'Provided part-number-marker not an integer or within integer range')
}

const attributeNames = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
const getObjectAttributes = bucketOperation<s3.GetObjectAttributesCommandInput, s3.GetObjectAttributesOutput>(s3.GetObjectAttributes$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: (input, place, call) =>
    readChecks(input, place, call, [
      ['s3:GetObject', 's3:GetObjectVersion'],
      ['s3:GetObjectAttributes', 's3:GetObjectVersionAttributes'],
    ]),
  invoke(input, bucket, { objects }) {
    assertEncryption(input)
    const wanted: ReadonlySet<string> = new Set(input.ObjectAttributes)
    const wrong = [...wanted].find((each) => !attributeNames.includes(each))
    if (wrong !== undefined) throw invalidArgument('x-amz-object-attributes', wrong.slice(0, 100), 'Invalid attribute name specified.')
    if (wanted.size === 0) throw s3Error('InvalidArgument', 'Invalid attribute name specified.')
    const hasVersions = bucket.versioning !== 'unversioned'
    const object = seenObject(input, hasVersions)
    const { checksum, partCount } = object
    return {
      LastModified: lastModified(object.modifiedAt),
      ...(hasVersions && { VersionId: object.versionId }),
      ...(wanted.has('ETag') && { ETag: object.etag }),
      ...(wanted.has('Checksum') && checksum && { Checksum: checksumMembers(checksum) }),
      ...(wanted.has('ObjectParts') && partCount !== undefined && { ObjectParts: partsPage(partCount) }),
      ...(wanted.has('StorageClass') && { StorageClass: object.attributes.storageClass as s3.StorageClass }),
      ...(wanted.has('ObjectSize') && { ObjectSize: object.size }),
    }

    function partsPage(total: number): s3.GetObjectAttributesParts {
      // AWS tells the parts one by one only of objects that have a checksum.
      if (checksum === undefined) return { TotalPartsCount: total }
      const limit = pageSize('x-amz-max-parts', input.MaxParts)
      const after = markerOf(input.PartNumberMarker)
      const found = objects.partsOf(object, { after, limit: limit + 1 })
      const page = found.slice(0, limit)
      return {
        TotalPartsCount: total,
        PartNumberMarker: String(after),
        NextPartNumberMarker: String(page.at(-1)?.partNumber ?? 0),
        MaxParts: limit,
        IsTruncated: found.length > page.length,
        Parts: page.map(({ partNumber, size, checksums }) => ({ PartNumber: partNumber, Size: size, ...partChecksums(checksums) })),
      }
    }
  },
})

export const multipartListings = [listUploads, listParts, getObjectAttributes]
