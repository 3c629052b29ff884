/** Sub-resources that are kept and told again. What each of them brings about here, or does not, is in docs/fidelity.md. */
import * as s3 from '@aws-sdk/client-s3'
import { assertCorsRules } from '../cors.ts'
import { assertOneOf, configured } from '../configured.ts'
import { malformedXml, notBuilt, s3Error } from '../errors.ts'
import { assertLifecycleRules, withRuleIds } from '../lifecycle.ts'
import { assertLockRule } from '../lock.ts'
import { findBucket } from '../state.ts'
import { assertBucketTags } from '../tags.ts'

const cors = configured<s3.PutBucketCorsCommandInput, s3.GetBucketCorsOutput, s3.CORSConfiguration>({
  name: 'cors',
  actions: { get: 's3:GetBucketCORS', put: 's3:PutBucketCORS' },
  get: s3.GetBucketCors$,
  put: s3.PutBucketCors$,
  delete: s3.DeleteBucketCors$,
  accept({ CORSConfiguration: { CORSRules = [] } }) {
    assertCorsRules(CORSRules)
    return { CORSRules }
  },
  show: ({ CORSRules }) => ({ CORSRules }),
  missing({ name }) {
    throw s3Error('NoSuchCORSConfiguration', 'The CORS configuration does not exist', { members: { BucketName: name } })
  },
})

type MinimumSize = s3.TransitionDefaultMinimumObjectSize
interface Lifecycle {
  readonly Rules: s3.LifecycleRule[]
  readonly TransitionDefaultMinimumObjectSize: MinimumSize
}

const lifecycle = configured<s3.PutBucketLifecycleConfigurationCommandInput, s3.GetBucketLifecycleConfigurationOutput, Lifecycle>({
  name: 'lifecycle',
  actions: { get: 's3:GetLifecycleConfiguration', put: 's3:PutLifecycleConfiguration' },
  get: s3.GetBucketLifecycleConfiguration$,
  put: s3.PutBucketLifecycleConfiguration$,
  delete: s3.DeleteBucketLifecycle$,
  accept({ LifecycleConfiguration, TransitionDefaultMinimumObjectSize: size = 'all_storage_classes_128K' }) {
    const Rules = withRuleIds(LifecycleConfiguration?.Rules ?? [])
    assertLifecycleRules(Rules)
    assertOneOf(size, ['all_storage_classes_128K', 'varies_by_storage_class'])
    return { Rules, TransitionDefaultMinimumObjectSize: size }
  },
  answer: ({ TransitionDefaultMinimumObjectSize: size = 'all_storage_classes_128K' }) => ({ TransitionDefaultMinimumObjectSize: size }),
  show: (value) => value,
  missing({ name }) {
    throw s3Error('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', { members: { BucketName: name } })
  },
})

const tagging = configured<s3.PutBucketTaggingCommandInput, s3.GetBucketTaggingOutput, s3.Tagging>({
  name: 'tagging',
  actions: { get: 's3:GetBucketTagging', put: 's3:PutBucketTagging' },
  get: s3.GetBucketTagging$,
  put: s3.PutBucketTagging$,
  delete: s3.DeleteBucketTagging$,
  accept({ Tagging: { TagSet = [] } }) {
    assertBucketTags(TagSet)
    return { TagSet }
  },
  show: ({ TagSet }) => ({ TagSet }),
  missing({ name }) {
    throw s3Error('NoSuchTagSet', 'The TagSet does not exist', { members: { BucketName: name } })
  },
})

const encryption = configured<s3.PutBucketEncryptionCommandInput, s3.GetBucketEncryptionOutput, s3.ServerSideEncryptionConfiguration>({
  name: 'encryption',
  actions: { get: 's3:GetEncryptionConfiguration', put: 's3:PutEncryptionConfiguration' },
  get: s3.GetBucketEncryption$,
  put: s3.PutBucketEncryption$,
  delete: s3.DeleteBucketEncryption$,
  accept({ ServerSideEncryptionConfiguration: { Rules = [] } }) {
    if (Rules.length !== 1) throw malformedXml('there is one rule')
    for (const { ApplyServerSideEncryptionByDefault: method } of Rules) {
      if (method?.SSEAlgorithm?.startsWith('aws:')) throw notBuilt('x-amz-server-side-encryption')
      if (method !== undefined) assertOneOf(method.SSEAlgorithm, ['AES256'])
      if (method?.KMSMasterKeyID !== undefined) {
        throw s3Error('InvalidArgument', 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse')
      }
    }
    return { Rules }
  },
  show: (value) => ({ ServerSideEncryptionConfiguration: value }),
  // Every bucket has it from the start.
  missing: () => ({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
    },
  }),
})

const website = configured<s3.PutBucketWebsiteCommandInput, s3.GetBucketWebsiteOutput, s3.WebsiteConfiguration>({
  name: 'website',
  actions: { get: 's3:GetBucketWebsite', put: 's3:PutBucketWebsite' },
  get: s3.GetBucketWebsite$,
  put: s3.PutBucketWebsite$,
  accept({ WebsiteConfiguration: value }) {
    if (value.RedirectAllRequestsTo === undefined && !value.IndexDocument?.Suffix)
      throw malformedXml('there is neither an index nor a redirection')
    return value
  },
  show: (value) => value,
  missing({ name }) {
    throw s3Error('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration', {
      members: { BucketName: name },
    })
  },
})

/** The action for deleting it has a name of its own. */
const websiteRemoval = configured<s3.PutBucketWebsiteCommandInput, object, object>({
  name: 'website',
  actions: { get: 's3:GetBucketWebsite', put: 's3:DeleteBucketWebsite' },
  get: s3.GetBucketWebsite$,
  delete: s3.DeleteBucketWebsite$,
  show: (value) => value,
  missing: () => ({}),
}).slice(1)

const logging = configured<s3.PutBucketLoggingCommandInput, s3.GetBucketLoggingOutput, s3.BucketLoggingStatus>({
  name: 'logging',
  actions: { get: 's3:GetBucketLogging', put: 's3:PutBucketLogging' },
  get: s3.GetBucketLogging$,
  put: s3.PutBucketLogging$,
  accept({ BucketLoggingStatus: { LoggingEnabled } }, { accountId }, { state }) {
    const target = LoggingEnabled && state.read((view) => findBucket(view, LoggingEnabled.TargetBucket ?? ''))
    if (LoggingEnabled && target?.accountId !== accountId) {
      throw s3Error('InvalidTargetBucketForLogging', 'The target bucket for logging does not exist', {
        members: { TargetBucket: LoggingEnabled.TargetBucket },
      })
    }
    return { ...(LoggingEnabled && { LoggingEnabled }) }
  },
  show: (value) => value,
  missing: () => ({}),
})

const notification = configured<
  s3.PutBucketNotificationConfigurationCommandInput,
  s3.NotificationConfiguration,
  s3.NotificationConfiguration
>({
  name: 'notification',
  actions: { get: 's3:GetBucketNotification', put: 's3:PutBucketNotification' },
  get: s3.GetBucketNotificationConfiguration$,
  put: s3.PutBucketNotificationConfiguration$,
  accept({ NotificationConfiguration: { EventBridgeConfiguration, ...destinations } }) {
    if (Object.values(destinations).some((list) => Array.isArray(list) && list.length > 0)) {
      throw s3Error('InvalidArgument', 'Unable to validate the following destination configurations')
    }
    return { ...(EventBridgeConfiguration && { EventBridgeConfiguration }) }
  },
  show: (value) => value,
  missing: () => ({}),
})

const replication = configured<s3.PutBucketReplicationCommandInput, s3.GetBucketReplicationOutput, s3.ReplicationConfiguration>({
  name: 'replication',
  actions: { get: 's3:GetReplicationConfiguration', put: 's3:PutReplicationConfiguration' },
  get: s3.GetBucketReplication$,
  delete: s3.DeleteBucketReplication$,
  show: (value) => ({ ReplicationConfiguration: value }),
  missing({ name }) {
    throw s3Error('ReplicationConfigurationNotFoundError', 'The replication configuration was not found', { members: { BucketName: name } })
  },
})

const accelerate = configured<
  s3.PutBucketAccelerateConfigurationCommandInput,
  s3.GetBucketAccelerateConfigurationOutput,
  s3.AccelerateConfiguration
>({
  name: 'accelerate',
  actions: { get: 's3:GetAccelerateConfiguration', put: 's3:PutAccelerateConfiguration' },
  get: s3.GetBucketAccelerateConfiguration$,
  put: s3.PutBucketAccelerateConfiguration$,
  accept({ AccelerateConfiguration: { Status } }, { name }) {
    assertOneOf(Status, ['Enabled', 'Suspended'])
    if (name.includes('.'))
      throw s3Error('InvalidRequest', 'S3 Transfer Acceleration is not supported for buckets with periods (.) in their names')
    return { Status }
  },
  show: (value) => value,
  missing: () => ({}),
})

const requestPayment = configured<s3.PutBucketRequestPaymentCommandInput, s3.GetBucketRequestPaymentOutput, s3.RequestPaymentConfiguration>(
  {
    name: 'requestPayment',
    actions: { get: 's3:GetBucketRequestPayment', put: 's3:PutBucketRequestPayment' },
    get: s3.GetBucketRequestPayment$,
    put: s3.PutBucketRequestPayment$,
    accept({ RequestPaymentConfiguration: { Payer } }) {
      assertOneOf(Payer, ['BucketOwner', 'Requester'])
      if (Payer === 'Requester') throw notBuilt('RequestPaymentConfiguration.Payer')
      return { Payer }
    },
    show: (value) => value,
    missing: () => ({ Payer: 'BucketOwner' }),
  },
)

const objectLock = configured<s3.PutObjectLockConfigurationCommandInput, s3.GetObjectLockConfigurationOutput, s3.ObjectLockConfiguration>({
  name: 'object-lock',
  actions: { get: 's3:GetBucketObjectLockConfiguration', put: 's3:PutBucketObjectLockConfiguration' },
  get: s3.GetObjectLockConfiguration$,
  put: s3.PutObjectLockConfiguration$,
  accept({ ObjectLockConfiguration: { ObjectLockEnabled, Rule } = {} }, { versioning }) {
    assertOneOf(ObjectLockEnabled, ['Enabled'])
    if (Rule !== undefined) assertLockRule(Rule)
    if (versioning !== 'enabled') {
      throw s3Error('InvalidBucketState', "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    }
    return { ObjectLockEnabled, Rule }
  },
  show: (value) => ({ ObjectLockConfiguration: value }),
  missing({ name }) {
    throw s3Error('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket', {
      members: { BucketName: name },
    })
  },
})

export const configurationOperations = [
  cors,
  lifecycle,
  tagging,
  encryption,
  website,
  websiteRemoval,
  logging,
  notification,
  replication,
  accelerate,
  requestPayment,
  objectLock,
].flat()
