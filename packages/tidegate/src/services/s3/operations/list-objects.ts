/** Listings of objects and of their versions, a page at a time. */
import {
  ListObjects$,
  type ListObjectsCommandInput,
  type ListObjectsCommandOutput,
  ListObjectsV2$,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  ListObjectVersions$,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type ObjectStorageClass,
  type Owner,
} from '@aws-sdk/client-s3'
import { lastModified, quotedTag } from '../attributes.ts'
import { invalidArgument } from '../errors.ts'
import type { ListedObject } from '../object-store.ts'
import { ownerOf } from '../owner.ts'
import { nameWriter, pageSize, readPageToken, writePageToken } from '../pages.ts'
import { answered } from '../refusals.ts'
import { bucketOperation, type Context } from '../s3-operation.ts'

interface ListInput {
  readonly Prefix?: string | undefined
  readonly Delimiter?: string | undefined
  readonly MaxKeys?: number | undefined
}

/** Only what was sent: a condition on a key that is absent is another thing than one on an empty value. */
function listContext({ Prefix, Delimiter, MaxKeys }: ListInput): Context {
  return { 's3:prefix': Prefix, 's3:delimiter': Delimiter, 's3:max-keys': MaxKeys === undefined ? undefined : String(MaxKeys) }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const listObjectsV2 = bucketOperation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(ListObjectsV2$, {
  authorize: (input, place) => [place.check('s3:ListBucket', listContext(input))],
  invoke(input, bucket, { objects }) {
    const { Prefix = '', Delimiter = '', StartAfter, ContinuationToken, FetchOwner, EncodingType } = input
    const limit = pageSize('max-keys', input.MaxKeys)
    const written = nameWriter(EncodingType)
    const after = ContinuationToken === undefined || ContinuationToken === '' ? StartAfter : readPageToken(ContinuationToken)
    const page = objects.listObjects({ bucketId: bucket.id, prefix: Prefix, delimiter: Delimiter, after, limit })
    const owner = FetchOwner === true ? ownerOf(bucket.accountId) : undefined
    return {
      Name: bucket.name,
      Prefix: written(Prefix),
      ...(Delimiter !== '' && { Delimiter: written(Delimiter) }),
      MaxKeys: limit,
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.isTruncated,
      ...(EncodingType !== undefined && { EncodingType }),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
      ...(StartAfter !== undefined && { StartAfter: written(StartAfter) }),
      ...(page.next !== undefined && { NextContinuationToken: writePageToken(page.next) }),
      Contents: page.objects.map((object) => listed(object, written, owner)),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: written(prefix) })),
    }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
const listObjects = bucketOperation<ListObjectsCommandInput, ListObjectsCommandOutput>(ListObjects$, {
  authorize: (input, place) => [place.check('s3:ListBucket', listContext(input))],
  invoke(input, bucket, { objects }) {
    const { Prefix = '', Delimiter = '', Marker = '', EncodingType } = input
    const limit = pageSize('max-keys', input.MaxKeys)
    const written = nameWriter(EncodingType)
    const page = objects.listObjects({ bucketId: bucket.id, prefix: Prefix, delimiter: Delimiter, after: Marker, limit })
    const owner = ownerOf(bucket.accountId)
    return {
      Name: bucket.name,
      Prefix, // as it is: in this listing alone, no client decodes it
      Marker: written(Marker),
      MaxKeys: limit,
      IsTruncated: page.isTruncated,
      ...(Delimiter !== '' && { Delimiter: written(Delimiter) }),
      ...(EncodingType !== undefined && { EncodingType }),
      // Without a delimiter the last key is the next marker, and is not told twice.
      ...(page.next !== undefined && Delimiter !== '' && { NextMarker: written(page.next) }),
      Contents: page.objects.map((object) => listed(object, written, owner)),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: written(prefix) })),
    }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
const listObjectVersions = bucketOperation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(ListObjectVersions$, {
  authorize: (input, place) => [place.check('s3:ListBucketVersions', listContext(input))],
  async invoke(input, bucket, { objects }) {
    const { Prefix = '', Delimiter = '', KeyMarker = '', VersionIdMarker, EncodingType } = input
    const limit = pageSize('max-keys', input.MaxKeys)
    const written = nameWriter(EncodingType)
    if (VersionIdMarker !== undefined && KeyMarker === '') {
      throw invalidArgument('version-id-marker', VersionIdMarker, 'A version-id marker cannot be specified without a key marker.')
    }
    if (VersionIdMarker === '') throw invalidArgument('version-id-marker', '', 'A version-id marker cannot be empty.')
    const query = { bucketId: bucket.id, prefix: Prefix, delimiter: Delimiter, after: KeyMarker, afterVersionId: VersionIdMarker, limit }
    const page = await answered({ bucket: bucket.name, key: KeyMarker, versionId: VersionIdMarker }, async () =>
      objects.listVersions(query),
    )
    const owner = ownerOf(bucket.accountId)
    return {
      Name: bucket.name,
      Prefix: written(Prefix),
      KeyMarker: written(KeyMarker),
      VersionIdMarker: VersionIdMarker ?? '',
      MaxKeys: limit,
      IsTruncated: page.isTruncated,
      ...(Delimiter !== '' && { Delimiter: written(Delimiter) }),
      ...(EncodingType !== undefined && { EncodingType }),
      ...(page.next && { NextKeyMarker: written(page.next.key) }),
      ...(page.next?.versionId !== undefined && { NextVersionIdMarker: page.next.versionId }),
      Versions: page.versions.flatMap((version) =>
        version.kind === 'object'
          ? [
              {
                ...listed(version, written, owner),
                StorageClass: 'STANDARD' as const,
                VersionId: version.versionId,
                IsLatest: version.isLatest,
              },
            ]
          : [],
      ),
      DeleteMarkers: page.versions.flatMap((version) =>
        version.kind === 'object'
          ? []
          : [
              {
                Key: written(version.key),
                VersionId: version.versionId,
                IsLatest: version.isLatest,
                LastModified: lastModified(version.modifiedAt),
                Owner: owner,
              },
            ],
      ),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: written(prefix) })),
    }
  },
})

function listed(
  { key, modifiedAt, size, etag, storageClass, checksum }: ListedObject,
  written: (name: string) => string,
  owner: Owner | undefined,
) {
  return {
    Key: written(key),
    LastModified: lastModified(modifiedAt),
    ETag: quotedTag(etag),
    Size: size,
    StorageClass: storageClass as ObjectStorageClass,
    ...(checksum && { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type }),
    ...(owner && { Owner: owner }),
  }
}

export const listOperations = [listObjects, listObjectsV2, listObjectVersions]
