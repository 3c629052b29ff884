/** Who may reach a bucket: its policy, what is public, who owns what is put into it, its list. And its versioning. */
import * as s3 from '@aws-sdk/client-s3'
import { aclContext, assertAcl, ownerGrants } from '../acl.ts'
import { acceptBucketPolicy, hasPublicPolicy } from '../bucket-policies.ts'
import { assertOneOf } from '../configured.ts'
import { malformedXml, notBuilt, s3Error } from '../errors.ts'
import { ownerOf } from '../owner.ts'
import { isPublicPolicy } from '../public-policy.ts'
import { bucketOperation } from '../s3-operation.ts'
import { type Bucket, changeBucket, isLockable, type Ownership } from '../state.ts'

function noPolicy({ name }: Bucket): Error {
  return s3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', { members: { BucketName: name } })
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
const getBucketPolicy = bucketOperation<s3.GetBucketPolicyCommandInput, s3.GetBucketPolicyOutput>(s3.GetBucketPolicy$, {
  authorize: (_input, place) => [place.check('s3:GetBucketPolicy')],
  invoke(_input, bucket) {
    if (bucket.policy === undefined) throw noPolicy(bucket)
    return { Policy: bucket.policy }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
const putBucketPolicy = bucketOperation<s3.PutBucketPolicyCommandInput, object>(s3.PutBucketPolicy$, {
  authorize: (_input, place) => [place.check('s3:PutBucketPolicy')],
  async invoke({ Policy }, bucket, { state }) {
    const document = acceptBucketPolicy(Policy, bucket.name)
    if (isPublicPolicy(document) && bucket.publicAccessBlock?.BlockPublicPolicy) {
      throw s3Error('AccessDenied', 'Access Denied', {
        detail: 'public policies are prevented by the BlockPublicPolicy setting of the bucket',
      })
    }
    await changeBucket(state, bucket, (each) => ({ ...each, policy: Policy }))
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
const deleteBucketPolicy = bucketOperation<s3.DeleteBucketPolicyCommandInput, object>(s3.DeleteBucketPolicy$, {
  authorize: (_input, place) => [place.check('s3:DeleteBucketPolicy')],
  async invoke(_input, bucket, { state }) {
    await changeBucket(state, bucket, ({ policy: _gone, ...rest }) => rest)
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
const getBucketPolicyStatus = bucketOperation<s3.GetBucketPolicyStatusCommandInput, s3.GetBucketPolicyStatusOutput>(
  s3.GetBucketPolicyStatus$,
  {
    authorize: (_input, place) => [place.check('s3:GetBucketPolicyStatus')],
    invoke(_input, bucket) {
      if (bucket.policy === undefined) throw noPolicy(bucket)
      return { PolicyStatus: { IsPublic: hasPublicPolicy(bucket) } }
    },
  },
)

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
const getPublicAccessBlock = bucketOperation<s3.GetPublicAccessBlockCommandInput, s3.GetPublicAccessBlockOutput>(s3.GetPublicAccessBlock$, {
  authorize: (_input, place) => [place.check('s3:GetBucketPublicAccessBlock')],
  invoke(_input, { publicAccessBlock, name }) {
    if (publicAccessBlock !== undefined) return { PublicAccessBlockConfiguration: publicAccessBlock }
    throw s3Error('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', {
      members: { BucketName: name },
    })
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
const putPublicAccessBlock = bucketOperation<s3.PutPublicAccessBlockCommandInput, object>(s3.PutPublicAccessBlock$, {
  authorize: (_input, place) => [place.check('s3:PutBucketPublicAccessBlock')],
  async invoke({ PublicAccessBlockConfiguration: given }, bucket, { state }) {
    const { BlockPublicAcls = false, IgnorePublicAcls = false, BlockPublicPolicy = false, RestrictPublicBuckets = false } = given
    const publicAccessBlock = { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets }
    await changeBucket(state, bucket, (each) => ({ ...each, publicAccessBlock }))
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html */
const deletePublicAccessBlock = bucketOperation<s3.DeletePublicAccessBlockCommandInput, object>(s3.DeletePublicAccessBlock$, {
  authorize: (_input, place) => [place.check('s3:PutBucketPublicAccessBlock')],
  async invoke(_input, bucket, { state }) {
    await changeBucket(state, bucket, ({ publicAccessBlock: _gone, ...rest }) => rest)
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
const getOwnership = bucketOperation<s3.GetBucketOwnershipControlsCommandInput, s3.GetBucketOwnershipControlsOutput>(
  s3.GetBucketOwnershipControls$,
  {
    authorize: (_input, place) => [place.check('s3:GetBucketOwnershipControls')],
    invoke(_input, { ownership, name }) {
      if (ownership !== undefined) return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } }
      throw s3Error('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', { members: { BucketName: name } })
    },
  },
)

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
const putOwnership = bucketOperation<s3.PutBucketOwnershipControlsCommandInput, object>(s3.PutBucketOwnershipControls$, {
  authorize: (_input, place) => [place.check('s3:PutBucketOwnershipControls')],
  async invoke({ OwnershipControls: { Rules = [] } }, bucket, { state }) {
    const [rule] = Rules
    if (rule === undefined || Rules.length > 1) throw malformedXml('there is one rule')
    assertOneOf(rule.ObjectOwnership, ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'])
    await changeBucket(state, bucket, (each) => ({ ...each, ownership: rule.ObjectOwnership as Ownership }))
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html */
const deleteOwnership = bucketOperation<s3.DeleteBucketOwnershipControlsCommandInput, object>(s3.DeleteBucketOwnershipControls$, {
  authorize: (_input, place) => [place.check('s3:PutBucketOwnershipControls')],
  async invoke(_input, bucket, { state }) {
    await changeBucket(state, bucket, ({ ownership: _gone, ...rest }) => rest)
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html */
const getBucketAcl = bucketOperation<s3.GetBucketAclCommandInput, s3.GetBucketAclOutput>(s3.GetBucketAcl$, {
  authorize: (_input, place) => [place.check('s3:GetBucketAcl')],
  invoke: (_input, { accountId }) => ({ Owner: ownerOf(accountId), Grants: ownerGrants(accountId) }),
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html */
const putBucketAcl = bucketOperation<s3.PutBucketAclCommandInput, object>(s3.PutBucketAcl$, {
  authorize: (input, place) => [place.check('s3:PutBucketAcl', aclContext(input))],
  invoke(input, bucket) {
    assertAcl(input, bucket)
    assertOwnersList(input.AccessControlPolicy, bucket)
    return {}
  },
})

/** A list in a body: the one that there is already changes nothing, any other is refused. */
export function assertOwnersList(policy: s3.AccessControlPolicy | undefined, { accountId, ownership }: Bucket): void {
  if (policy === undefined) return
  const { ID } = ownerOf(accountId)
  const { Owner, Grants = [] } = policy
  if (Owner?.ID === undefined) throw malformedXml('the list has no owner')
  const isOwners = Grants.every(({ Grantee, Permission }) => Grantee?.ID === ID && Permission === 'FULL_CONTROL')
  if (isOwners && Grants.length === 1 && Owner.ID === ID) return
  if (ownership === 'BucketOwnerEnforced') throw s3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs')
  throw notBuilt('AccessControlPolicy')
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
const getVersioning = bucketOperation<s3.GetBucketVersioningCommandInput, s3.GetBucketVersioningOutput>(s3.GetBucketVersioning$, {
  authorize: (_input, place) => [place.check('s3:GetBucketVersioning')],
  invoke: (_input, { versioning }) => (versioning === 'unversioned' ? {} : { Status: versioning === 'enabled' ? 'Enabled' : 'Suspended' }),
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
const putVersioning = bucketOperation<s3.PutBucketVersioningCommandInput, object>(s3.PutBucketVersioning$, {
  authorize: (_input, place) => [place.check('s3:PutBucketVersioning')],
  async invoke({ VersioningConfiguration: { Status, MFADelete }, MFA }, bucket, { state }) {
    assertOneOf(Status, ['Enabled', 'Suspended'])
    if (MFADelete === 'Enabled' || MFA !== undefined) throw notBuilt('x-amz-mfa')
    if (Status === 'Suspended' && isLockable(bucket)) {
      throw s3Error(
        'InvalidBucketState',
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
      )
    }
    await changeBucket(state, bucket, (each) => ({ ...each, versioning: Status === 'Enabled' ? 'enabled' : 'suspended' }))
    return {}
  },
})

export const accessOperations = [
  getBucketPolicy,
  putBucketPolicy,
  deleteBucketPolicy,
  getBucketPolicyStatus,
  getPublicAccessBlock,
  putPublicAccessBlock,
  deletePublicAccessBlock,
  getOwnership,
  putOwnership,
  deleteOwnership,
  getBucketAcl,
  putBucketAcl,
  getVersioning,
  putVersioning,
]
