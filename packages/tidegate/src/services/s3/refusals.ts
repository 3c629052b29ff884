/** What the store refuses, in AWS's words. */
import { AwsError } from '../../kernel/aws-error.ts'
import { s3Error } from './errors.ts'
import { StoreRefusal } from './store-refusal.ts'

/** What a refusal is about. */
export interface About {
  readonly bucket?: string
  readonly key?: string | undefined
  readonly versionId?: string | undefined
  readonly uploadId?: string | undefined
  /** ETag or number of the part that is meant. */
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[]
}

/** The error that a client is answered with; what is no refusal is our own fault and stays what it is. */
export function refusalOf(error: unknown, about: About): unknown {
  if (!(error instanceof StoreRefusal)) return error
  const { bucket = '', key = '', versionId = '', uploadId = '' } = about
  const cause = { cause: error }
  switch (error.reason) {
    case 'no-such-bucket':
      return s3Error('NoSuchBucket', 'The specified bucket does not exist', { members: { BucketName: bucket }, ...cause })
    case 'bucket-not-empty':
      return s3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { members: { BucketName: bucket }, ...cause })
    case 'no-such-key':
      return noSuchKey(key)
    case 'no-such-version':
      return noSuchVersion(key, versionId)
    case 'is-delete-marker':
      return s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        members: { Method: 'PUT', ResourceType: 'DeleteMarker' },
      })
    case 'no-such-upload':
      return noSuchUpload(uploadId)
    case 'precondition-failed':
      return preconditionFailed('If-Match')
    case 'locked':
      return s3Error('AccessDenied', 'Access Denied because object protected by object lock.')
    case 'invalid-part': {
      const part = about.parts?.find(({ partNumber }) => partNumber === error.partNumber)
      const message =
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
      const members = { UploadId: uploadId, PartNumber: String(error.partNumber ?? ''), ETag: part?.etag ?? '' }
      return s3Error('InvalidPart', message, { members })
    }
    case 'invalid-part-order':
      return s3Error('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.', {
        members: { UploadId: uploadId },
      })
    case 'entity-too-small':
      return s3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        members: { PartNumber: String(error.partNumber ?? '') },
      })
    case 'bad-digest':
      return s3Error('BadDigest', 'The checksum you specified did not match what we calculated.')
    case 'too-large':
      return tooLarge()
    case 'disk-full':
      return s3Error('SlowDown', 'Please reduce your request rate.', { detail: 'the disk is full', ...cause })
    case 'read-only':
      return new AwsError('ServiceUnavailable', { status: 503, fault: 'server' }, 'Please reduce your request rate.', {
        detail: 'the disk failed: the store is read-only',
        ...cause,
      })
    case 'damaged':
      return s3Error('InternalError', 'We encountered an internal error. Please try again.', { detail: 'bytes are damaged', ...cause })
  }
}

/** Runs work on the store and turns what it refuses into the answer of S3. */
export async function answered<T>(about: About, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw refusalOf(error, about)
  }
}

export function noSuchKey(key: string, headers: Readonly<Record<string, string>> = {}): Error {
  return s3Error('NoSuchKey', 'The specified key does not exist.', { members: { Key: key }, headers })
}

export function noSuchVersion(key: string, versionId: string): Error {
  return s3Error('NoSuchVersion', 'The specified version does not exist.', { members: { Key: key, VersionId: versionId } })
}

export function noSuchUpload(uploadId: string): Error {
  const message = 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
  return s3Error('NoSuchUpload', message, { members: { UploadId: uploadId.slice(0, 200) } })
}

export function preconditionFailed(condition: string): Error {
  return s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    members: { Condition: condition },
  })
}

export function tooLarge(): Error {
  return s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
}
