/**
 * Operations on a bucket and on what is in it. Names are looked up once: what was judged is what the operation is handed, even when
 * the name belongs to another bucket by then.
 */
import type { StaticOperationSchema } from '@smithy/types'
import type { Caller } from '../../kernel/caller.ts'
import type { Given } from '../../kernel/judged-operation.ts'
import { type Call, type Check, type Operation, operation, type OperationBody } from '../../kernel/operation.ts'
import { policyOf } from './bucket-policies.ts'
import { s3Error } from './errors.ts'
import type { S3Ports } from './ports.ts'
import { type Bucket, findBucket, noSuchBucket } from './state.ts'

export type S3Call = Call & S3Ports
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>

type Rest = Omit<OperationBody<never, never, never>, 'authorize' | 'invoke'>

export interface BucketBody<Input, Output> extends Rest {
  readonly authorize: (input: Input, place: Place, call: S3Call) => readonly Check[]
  readonly invoke: (input: Input, bucket: Bucket, call: S3Call) => Output | Promise<Output>
}

export function bucketOperation<Input extends OfBucket, Output>(
  schema: StaticOperationSchema,
  { authorize, invoke, ...rest }: BucketBody<Given<Input>, Omit<Output, '$metadata'>>,
): Operation<S3Ports> {
  return operation<Given<Input>, Omit<Output, '$metadata'>, S3Ports>(schema, {
    ...rest,
    authorize(input, call) {
      const place = placeOf(input.Bucket ?? '', call, input.ExpectedBucketOwner)
      judged.set(input, place.bucket)
      return authorize(input, place, call)
    },
    invoke(input, call) {
      const bucket = judged.get(input)
      if (bucket === undefined) throw noSuchBucket(input.Bucket ?? '')
      return invoke(input, bucket, call)
    },
  })
}

interface OfBucket {
  readonly Bucket?: string | undefined
  readonly ExpectedBucketOwner?: string | undefined
}

/** A bucket as a place of resources that are judged; there may be none of that name. */
export interface Place {
  readonly name: string
  readonly bucket: Bucket | undefined
  /** A check on the bucket itself. */
  check(action: string, context?: Context): Check
  objectCheck(key: string, action: string, context?: Context): Check
}

/**
 * Who calls anonymously is told that a bucket does not exist, as everybody on AWS; others have to be allowed by their own policies first.
 */
export function placeOf(name: string, { state, caller }: S3Call, expectedOwner?: string): Place {
  const bucket = state.read((view) => findBucket(view, name))
  if (bucket === undefined && caller.principal.kind === 'anonymous') throw noSuchBucket(name)
  if (bucket !== undefined && expectedOwner !== undefined && expectedOwner !== bucket.accountId) {
    throw s3Error('AccessDenied', 'Access Denied', { detail: 'the bucket has another owner than x-amz-expected-bucket-owner' })
  }
  return placeIn(bucket, name, caller)
}

/** For whoever asks for a bucket that is to be: the policy of another's bucket of the same name has no say. */
export function placeOfNone(name: string): Place {
  return placeIn(undefined, name, undefined)
}

function placeIn(bucket: Bucket | undefined, name: string, caller: Caller | undefined): Place {
  const check = (action: string, resource: string, context: Context): Check => {
    const resourcePolicy = bucket && caller && policyOf(bucket, caller)
    return {
      action,
      resource,
      context: present({ ...context, ...(bucket && { 's3:ResourceAccount': bucket.accountId }) }),
      ...(bucket && { accountId: bucket.accountId }),
      ...(resourcePolicy && { resourcePolicy }),
    }
  }
  const arn = bucketArn(name)
  return {
    name,
    bucket,
    check: (action, context = {}) => check(action, arn, context),
    objectCheck: (key, action, context = {}) => check(action, `${arn}/${key}`, context),
  }
}

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`
}

function present(context: Context): Readonly<Record<string, string | readonly string[]>> {
  const kept: Record<string, string | readonly string[]> = {}
  for (const [key, value] of Object.entries(context)) if (value !== undefined) kept[key] = value
  return kept
}

/** The buckets of inputs under way. */
const judged = new WeakMap<object, Bucket | undefined>()
