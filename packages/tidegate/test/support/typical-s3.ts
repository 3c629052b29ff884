/** Inputs of S3's operations. Nothing has the names in them. */
const Bucket = 'nobody'
const Key = 'nobody'
const rule = { ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }

export const s3Inputs: Readonly<Record<string, Record<string, unknown>>> = {
  CompleteMultipartUpload: { Bucket, Key, UploadId: 'nobody', MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'e' }] } },
  CopyObject: { Bucket, Key, CopySource: 'somebody/else' },
  CreateBucket: {
    Bucket: 'nobody..here',
    ObjectLockEnabledForBucket: true,
    CreateBucketConfiguration: { Tags: [{ Key: 'k', Value: 'v' }] },
  },
  DeleteObjects: { Bucket, Delete: { Objects: [{ Key }, { Key, VersionId: 'null' }] } },
  GetObjectAttributes: { Bucket, Key, ObjectAttributes: ['ETag'] },
  ListBuckets: {},
  PutBucketAccelerateConfiguration: { Bucket, AccelerateConfiguration: { Status: 'Enabled' } },
  PutBucketAcl: { Bucket, ACL: 'private' },
  PutBucketCors: { Bucket, CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] } },
  PutBucketEncryption: {
    Bucket,
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
  },
  PutBucketLifecycleConfiguration: { Bucket, LifecycleConfiguration: { Rules: [rule] } },
  PutBucketLogging: { Bucket, BucketLoggingStatus: {} },
  PutBucketNotificationConfiguration: { Bucket, NotificationConfiguration: {} },
  PutBucketOwnershipControls: { Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
  PutBucketPolicy: { Bucket, Policy: '{}' },
  PutBucketRequestPayment: { Bucket, RequestPaymentConfiguration: { Payer: 'BucketOwner' } },
  PutBucketTagging: { Bucket, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } },
  PutBucketVersioning: { Bucket, VersioningConfiguration: { Status: 'Enabled' } },
  PutBucketWebsite: { Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } },
  PutObject: { Bucket, Key, Body: 'x', ACL: 'private', Tagging: 'k=v' },
  PutObjectAcl: { Bucket, Key, ACL: 'private' },
  PutObjectLegalHold: { Bucket, Key, LegalHold: { Status: 'ON' } },
  PutObjectLockConfiguration: { Bucket, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } },
  PutObjectRetention: { Bucket, Key, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2999-01-01') } },
  PutObjectTagging: { Bucket, Key, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } },
  PutPublicAccessBlock: { Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: true } },
  UploadPart: { Bucket, Key, UploadId: 'nobody', PartNumber: 1, Body: 'x' },
  UploadPartCopy: { Bucket, Key, UploadId: 'nobody', PartNumber: 1, CopySource: 'somebody/else' },
}
