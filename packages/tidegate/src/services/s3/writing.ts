/** Conditions, context and checks of a write: what PutObject, CopyObject and the upload in parts have in common. */
import type { Check } from '../../kernel/operation.ts'
import { aclContext, type AclHeaders, hasAcl } from './acl.ts'
import { plainTag } from './attributes.ts'
import { encryptionContext, type EncryptionInput } from './encryption.ts'
import { s3Error } from './errors.ts'
import { lockContext, type LockInput } from './lock.ts'
import type { WriteConditions } from './object-store.ts'
import type { Context, Place } from './s3-operation.ts'
import { requestObjectTags, tagsOfHeader } from './tags.ts'

export interface WriteInput extends AclHeaders, EncryptionInput, LockInput, ConditionInput {
  readonly Key: string
  readonly Tagging?: string | undefined
  readonly StorageClass?: string | undefined
  readonly WebsiteRedirectLocation?: string | undefined
}

interface ConditionInput {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
}

/** Condition keys are those of what was sent; what a bucket adds by default is in none of them. */
export function writeContext(input: WriteInput, now: number): Context {
  return {
    ...aclContext(input),
    ...encryptionContext(input),
    ...lockContext(input, now),
    ...requestObjectTags(tagsOfHeader(input.Tagging)),
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-website-redirect-location': input.WebsiteRedirectLocation,
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
  }
}

/** The object itself, and whatever headers put on it. */
export function writeChecks(input: WriteInput, place: Place, context: Context): Check[] {
  const check = (action: string): Check => place.objectCheck(input.Key, action, context)
  const checks = [check('s3:PutObject')]
  if (hasAcl(input)) checks.push(check('s3:PutObjectAcl'))
  if (input.Tagging !== undefined) checks.push(check('s3:PutObjectTagging'))
  if ((input.ObjectLockMode ?? input.ObjectLockRetainUntilDate) !== undefined) checks.push(check('s3:PutObjectRetention'))
  if (input.ObjectLockLegalHoldStatus !== undefined) checks.push(check('s3:PutObjectLegalHold'))
  return checks
}

/**
 * `If-None-Match` takes only `*`, `If-Match` only an ETag, and not both.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function writeConditions({ IfMatch, IfNoneMatch }: ConditionInput): WriteConditions {
  const refuse = (header: string): never => {
    throw s3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', { members: { Header: header } })
  }
  if (IfNoneMatch !== undefined && (IfNoneMatch.trim() !== '*' || IfMatch !== undefined)) refuse('If-None-Match')
  if (IfMatch?.trim() === '*') refuse('If-Match')
  return { ...(IfNoneMatch !== undefined && { ifAbsent: true }), ...(IfMatch !== undefined && { ifMatch: plainTag(IfMatch) }) }
}
