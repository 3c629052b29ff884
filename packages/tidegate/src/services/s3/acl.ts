/**
 * Access control lists as they are where the owner of a bucket owns everything in it: who may do what is in policies alone. Two canned
 * lists say just that and are taken; whatever would grant something else is refused.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
import type { Grant } from '@aws-sdk/client-s3'
import { invalidArgument, notBuilt, s3Error } from './errors.ts'
import { ownerOf } from './owner.ts'
import type { Context } from './s3-operation.ts'
import type { Bucket } from './state.ts'

export interface AclHeaders {
  readonly ACL?: string | undefined
  readonly GrantFullControl?: string | undefined
  readonly GrantRead?: string | undefined
  readonly GrantReadACP?: string | undefined
  readonly GrantWrite?: string | undefined
  readonly GrantWriteACP?: string | undefined
}

export function hasAcl(headers: AclHeaders): boolean {
  return headers.ACL !== undefined || hasGrants(headers)
}

export function aclContext(headers: AclHeaders): Context {
  return {
    's3:x-amz-acl': headers.ACL,
    's3:x-amz-grant-full-control': headers.GrantFullControl,
    's3:x-amz-grant-read': headers.GrantRead,
    's3:x-amz-grant-read-acp': headers.GrantReadACP,
    's3:x-amz-grant-write': headers.GrantWrite,
    's3:x-amz-grant-write-acp': headers.GrantWriteACP,
  }
}

/** For whatever is put into a bucket, and for lists that are put on it. */
export function assertAcl(headers: AclHeaders, { ownership, publicAccessBlock }: Pick<Bucket, 'ownership' | 'publicAccessBlock'>): void {
  const { ACL: canned } = headers
  if (canned !== undefined && !cannedLists.has(canned)) throw invalidArgument('x-amz-acl', canned.slice(0, 100), '')
  if (canned !== undefined && hasGrants(headers)) {
    throw s3Error('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed')
  }
  if (!hasAcl(headers) || canned === 'private' || canned === 'bucket-owner-full-control') return
  if (ownership === 'BucketOwnerEnforced') throw s3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs')
  if (canned?.startsWith('public-') && publicAccessBlock?.BlockPublicAcls) throw s3Error('AccessDenied', 'Access Denied')
  throw notBuilt(canned === undefined ? 'x-amz-grant' : 'x-amz-acl')
}

export function hasGrants({ GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP }: AclHeaders): boolean {
  return [GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP].some((grant) => grant !== undefined)
}

/** What every list says: the owner of the bucket, and nobody else. */
export function ownerGrants(accountId: string): Grant[] {
  const { ID } = ownerOf(accountId)
  return [{ Grantee: { Type: 'CanonicalUser', ID }, Permission: 'FULL_CONTROL' }]
}

const cannedLists: ReadonlySet<string> = new Set([
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
])
