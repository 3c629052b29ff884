import { errorsOf } from '../../kernel/aws-error.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const s3Error = errorsOf({
  AccessControlListNotSupported: { status: 400, fault: 'client' },
  AccessDenied: { status: 403, fault: 'client' },
  BadRequest: { status: 400, fault: 'client' },
  BadDigest: { status: 400, fault: 'client' },
  BucketAlreadyExists: { status: 409, fault: 'client' },
  BucketAlreadyOwnedByYou: { status: 409, fault: 'client' },
  BucketNotEmpty: { status: 409, fault: 'client' },
  ConditionalRequestConflict: { status: 409, fault: 'client' },
  EntityTooLarge: { status: 400, fault: 'client' },
  EntityTooSmall: { status: 400, fault: 'client' },
  IllegalLocationConstraintException: { status: 400, fault: 'client' },
  IncompleteBody: { status: 400, fault: 'client' },
  InternalError: { status: 500, fault: 'server' },
  InvalidArgument: { status: 400, fault: 'client' },
  InvalidBucketAclWithObjectOwnership: { status: 400, fault: 'client' },
  InvalidBucketName: { status: 400, fault: 'client' },
  InvalidBucketState: { status: 409, fault: 'client' },
  InvalidDigest: { status: 400, fault: 'client' },
  InvalidEncryptionAlgorithmError: { status: 400, fault: 'client' },
  InvalidLocationConstraint: { status: 400, fault: 'client' },
  InvalidPart: { status: 400, fault: 'client' },
  InvalidPartNumber: { status: 416, fault: 'client' },
  InvalidPartOrder: { status: 400, fault: 'client' },
  InvalidRange: { status: 416, fault: 'client' },
  InvalidRedirectLocation: { status: 400, fault: 'client' },
  InvalidRequest: { status: 400, fault: 'client' },
  InvalidRetentionPeriod: { status: 400, fault: 'client' },
  InvalidStorageClass: { status: 400, fault: 'client' },
  InvalidTag: { status: 400, fault: 'client' },
  InvalidTargetBucketForLogging: { status: 400, fault: 'client' },
  KeyTooLongError: { status: 400, fault: 'client' },
  MalformedPolicy: { status: 400, fault: 'client' },
  MalformedXML: { status: 400, fault: 'client' },
  MetadataTooLarge: { status: 400, fault: 'client' },
  MethodNotAllowed: { status: 405, fault: 'client' },
  MissingContentLength: { status: 411, fault: 'client' },
  NoSuchBucket: { status: 404, fault: 'client' },
  NoSuchBucketPolicy: { status: 404, fault: 'client' },
  NoSuchConfiguration: { status: 404, fault: 'client' },
  NoSuchCORSConfiguration: { status: 404, fault: 'client' },
  NoSuchKey: { status: 404, fault: 'client' },
  NoSuchLifecycleConfiguration: { status: 404, fault: 'client' },
  NoSuchObjectLockConfiguration: { status: 404, fault: 'client' },
  NoSuchPublicAccessBlockConfiguration: { status: 404, fault: 'client' },
  NoSuchTagSet: { status: 404, fault: 'client' },
  NoSuchUpload: { status: 404, fault: 'client' },
  NoSuchVersion: { status: 404, fault: 'client' },
  NoSuchWebsiteConfiguration: { status: 404, fault: 'client' },
  NotImplemented: { status: 501, fault: 'server' },
  NotModified: { status: 304, fault: 'client' },
  ObjectLockConfigurationNotFoundError: { status: 404, fault: 'client' },
  OwnershipControlsNotFoundError: { status: 404, fault: 'client' },
  PolicyTooLarge: { status: 400, fault: 'client' },
  PreconditionFailed: { status: 412, fault: 'client' },
  ReplicationConfigurationNotFoundError: { status: 404, fault: 'client' },
  ServerSideEncryptionConfigurationNotFoundError: { status: 404, fault: 'client' },
  SlowDown: { status: 503, fault: 'server' },
  TooManyBuckets: { status: 400, fault: 'client' },
  UserKeyMustBeSpecified: { status: 400, fault: 'client' },
})

/** A header or element that AWS has and that is not built here. It is named, and never ignored. */
export function notBuilt(header: string): Error {
  return s3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', { members: { Header: header } })
}

export function invalidArgument(name: string, value: string, message: string): Error {
  return s3Error('InvalidArgument', message, { members: { ArgumentName: name, ArgumentValue: value } })
}

export function malformedXml(detail: string): Error {
  return s3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema', { detail })
}
