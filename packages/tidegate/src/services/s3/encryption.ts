/** Headers about encryption at rest. There is one method, S3's own, whatever a bucket or a request says of it. */
import { invalidArgument, notBuilt, s3Error } from './errors.ts'
import type { Context } from './s3-operation.ts'

export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined
  readonly SSEKMSKeyId?: string | undefined
  readonly SSEKMSEncryptionContext?: string | undefined
  readonly BucketKeyEnabled?: boolean | undefined
  readonly SSECustomerAlgorithm?: string | undefined
  readonly SSECustomerKey?: string | undefined
  readonly SSECustomerKeyMD5?: string | undefined
}

/** Throws for what would have to be encrypted with a key that is not S3's own: nothing is kept in clear that was asked to be kept otherwise. */
export function assertEncryption(input: EncryptionInput): void {
  const { ServerSideEncryption: method, SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 } = input
  if ((SSECustomerAlgorithm ?? SSECustomerKey ?? SSECustomerKeyMD5) !== undefined) {
    throw notBuilt('x-amz-server-side-encryption-customer-algorithm')
  }
  if (method === 'aws:kms' || method === 'aws:kms:dsse' || method === 'aws:fsx') throw notBuilt('x-amz-server-side-encryption')
  if (method !== undefined && method !== 'AES256') {
    const message = 'The encryption method specified is not supported'
    throw invalidArgument('x-amz-server-side-encryption', method.slice(0, 100), message)
  }
  if ((input.SSEKMSKeyId ?? input.SSEKMSEncryptionContext) !== undefined) {
    const message = 'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
    throw s3Error('InvalidArgument', message, {
      members: { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: method ?? 'null' },
    })
  }
}

export function encryptionContext(input: EncryptionInput): Context {
  return {
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-server-side-encryption-customer-algorithm': input.SSECustomerAlgorithm,
  }
}

/** Members that hold a customer's key. */
export const customerKeys = ['SSECustomerKey', 'CopySourceSSECustomerKey'] as const
