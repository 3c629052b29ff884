/** Buckets themselves. */
import {
  CreateBucket$,
  type CreateBucketCommandInput,
  type CreateBucketCommandOutput,
  DeleteBucket$,
  type DeleteBucketCommandInput,
  type DeleteBucketCommandOutput,
  GetBucketLocation$,
  type GetBucketLocationCommandInput,
  type GetBucketLocationCommandOutput,
  HeadBucket$,
  type HeadBucketCommandInput,
  type HeadBucketCommandOutput,
  ListBuckets$,
  type ListBucketsCommandInput,
  type ListBucketsCommandOutput,
} from '@aws-sdk/client-s3'
import { type Check, type Operation, operation } from '../../../kernel/operation.ts'
import type { Given } from '../../../kernel/judged-operation.ts'
import { aclContext, hasGrants } from '../acl.ts'
import { invalidArgument, notBuilt, s3Error } from '../errors.ts'
import { assertBucketName } from '../names.ts'
import { ownerOf } from '../owner.ts'
import type { S3Ports } from '../ports.ts'
import { refusalOf } from '../refusals.ts'
import { bucketArn, bucketOperation, type Context, placeOfNone, type S3Call } from '../s3-operation.ts'
import { addBucket, type Bucket, bucketsOf, type Ownership, removeBucket } from '../state.ts'
import { assertBucketTags, requestTags } from '../tags.ts'
import { readPageToken, writePageToken } from '../pages.ts'

type CreateInput = Given<CreateBucketCommandInput>

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
const createBucket: Operation<S3Ports> = operation<CreateInput, Omit<CreateBucketCommandOutput, '$metadata'>, S3Ports>(CreateBucket$, {
  authorize(input) {
    const place = placeOfNone(input.Bucket)
    const check = (action: string, context: Context): Check => place.check(action, context)
    const context = createContext(input)
    const tags = input.CreateBucketConfiguration?.Tags ?? []
    const checks = [check('s3:CreateBucket', context)]
    if (hasGrants(input) || (input.ACL !== undefined && input.ACL !== 'private')) checks.push(check('s3:PutBucketAcl', context))
    if (input.ObjectOwnership !== undefined) checks.push(check('s3:PutBucketOwnershipControls', context))
    if (input.ObjectLockEnabledForBucket) {
      checks.push(check('s3:PutBucketObjectLockConfiguration', context), check('s3:PutBucketVersioning', context))
    }
    if (tags.length > 0) checks.push(check('s3:TagResource', context))
    return checks
  },
  async invoke(input, call) {
    const { caller, state, objects, newBucketId } = call
    assertBucketName(input.Bucket)
    const bucket = newBucket(input, call, newBucketId())
    await objects.createBucket(bucket.id)
    const other = await addBucket(state, bucket)
    if (other === undefined) return { Location: `/${bucket.name}`, BucketArn: bucketArn(bucket.name) }
    await objects.deleteBucket(bucket.id)
    if (other.accountId !== caller.accountId) {
      const message =
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.'
      throw s3Error('BucketAlreadyExists', message, { members: { BucketName: bucket.name } })
    }
    // As ever in the oldest region, and only there.
    if (call.region === 'us-east-1' && other.region === 'us-east-1')
      return { Location: `/${bucket.name}`, BucketArn: bucketArn(bucket.name) }
    throw s3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', {
      members: { BucketName: bucket.name },
    })
  },
})

function createContext(input: CreateInput): Context {
  return {
    ...aclContext(input),
    ...requestTags(input.CreateBucketConfiguration?.Tags ?? []),
    's3:locationconstraint': input.CreateBucketConfiguration?.LocationConstraint,
    's3:x-amz-object-ownership': input.ObjectOwnership,
  }
}

function newBucket(input: CreateInput, { caller, region, now }: S3Call, id: string): Bucket {
  const { ACL, ObjectOwnership = 'BucketOwnerEnforced', CreateBucketConfiguration, ObjectLockEnabledForBucket: isLocked } = input
  const { Bucket: bucketType, Location, LocationConstraint, Tags = [] } = CreateBucketConfiguration ?? {}
  if (bucketType !== undefined || Location !== undefined) throw notBuilt('CreateBucketConfiguration.Bucket')
  if (!isOwnership(ObjectOwnership))
    throw invalidArgument('x-amz-object-ownership', ObjectOwnership, 'Invalid x-amz-object-ownership header')
  if (LocationConstraint !== undefined && !/^(?:EU|[a-z]{2}(?:-[a-z]+)+-\d)$/.test(LocationConstraint)) {
    throw s3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      members: { LocationConstraint: String(LocationConstraint).slice(0, 100) },
    })
  }
  if ((ACL !== undefined && ACL !== 'private') || hasGrants(input)) {
    if (ObjectOwnership === 'BucketOwnerEnforced') {
      const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
      throw s3Error('InvalidBucketAclWithObjectOwnership', message)
    }
    throw s3Error('AccessDenied', 'Access Denied', {
      detail: 'public access is blocked for every new bucket, and other lists are not built',
    })
  }
  assertBucketTags(Tags)
  return {
    name: input.Bucket,
    id,
    accountId: caller.accountId,
    region: LocationConstraint === 'EU' ? 'eu-west-1' : (LocationConstraint ?? region),
    createdAt: Math.floor(now / 1000) * 1000,
    versioning: isLocked ? 'enabled' : 'unversioned',
    ownership: ObjectOwnership,
    publicAccessBlock: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
    configurations: {
      ...(Tags.length > 0 && { tagging: JSON.stringify({ TagSet: Tags }) }),
      ...(isLocked && { 'object-lock': JSON.stringify({ ObjectLockEnabled: 'Enabled' }) }),
    },
  }
}

function isOwnership(text: string): text is Ownership {
  return text === 'BucketOwnerEnforced' || text === 'BucketOwnerPreferred' || text === 'ObjectWriter'
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
const deleteBucket = bucketOperation<DeleteBucketCommandInput, DeleteBucketCommandOutput>(DeleteBucket$, {
  authorize: (_input, place) => [place.check('s3:DeleteBucket')],
  async invoke(_input, bucket, { objects, state }) {
    await objects.deleteBucket(bucket.id).catch((error: unknown) => {
      throw refusalOf(error, { bucket: bucket.name })
    })
    await removeBucket(state, bucket)
    return {}
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
const headBucket = bucketOperation<HeadBucketCommandInput, HeadBucketCommandOutput>(HeadBucket$, {
  authorize: (_input, place) => [place.check('s3:ListBucket')],
  invoke: (_input, { name, region }) => ({ BucketRegion: region, BucketArn: bucketArn(name), AccessPointAlias: false }),
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
const getBucketLocation = bucketOperation<GetBucketLocationCommandInput, GetBucketLocationCommandOutput>(GetBucketLocation$, {
  authorize: (_input, place) => [place.check('s3:GetBucketLocation')],
  // Absent for the oldest region, as on AWS. Any region may be named, also one that the SDK does not know.
  invoke: (_input, { region }) => ({
    LocationConstraint: (region === 'us-east-1' ? '' : region) as GetBucketLocationCommandOutput['LocationConstraint'],
  }),
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
const listBuckets: Operation<S3Ports> = operation<Given<ListBucketsCommandInput>, Omit<ListBucketsCommandOutput, '$metadata'>, S3Ports>(
  ListBuckets$,
  {
    authorize: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
    invoke({ MaxBuckets, ContinuationToken, Prefix, BucketRegion }, { caller, state }) {
      if (MaxBuckets !== undefined && (MaxBuckets < 1 || MaxBuckets > 10_000)) {
        throw invalidArgument('max-buckets', String(MaxBuckets), 'Argument max-buckets must be an integer between 1 and 10000')
      }
      const after = ContinuationToken === undefined ? '' : readPageToken(ContinuationToken)
      const wanted = bucketsOf(state, caller.accountId).filter(({ name, region }) => {
        return name > after && name.startsWith(Prefix ?? '') && (BucketRegion ?? region) === region
      })
      const page = wanted.slice(0, MaxBuckets ?? wanted.length)
      const last = page.at(-1)
      return {
        Owner: ownerOf(caller.accountId),
        Buckets: page.map(({ name, createdAt, region }) => ({
          Name: name,
          CreationDate: new Date(createdAt),
          BucketArn: bucketArn(name),
          ...((MaxBuckets !== undefined || BucketRegion !== undefined) && { BucketRegion: region }),
        })),
        ...(Prefix !== undefined && { Prefix }),
        ...(page.length < wanted.length && last && { ContinuationToken: writePageToken(last.name) }),
      }
    },
  },
)

export const bucketOperations = [createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets]
