/** What is kept of a bucket beside its objects. Names are one space for all accounts, so records lie under the instance's own account. */
import { collection, instanceAccount, type State, type View } from '../../kernel/state.ts'
import { s3Error } from './errors.ts'
import type { Versioning } from './object-store.ts'

export interface Bucket {
  readonly name: string
  /** Of the objects in the store: a bucket that is made again under the same name is another. */
  readonly id: string
  readonly accountId: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly versioning: Versioning
  readonly ownership?: Ownership | undefined
  readonly publicAccessBlock?: PublicAccessBlock | undefined
  /** As it was put. */
  readonly policy?: string | undefined
  /** Other sub-resources by their names in the query, each as JSON text of the SDK's shape. */
  readonly configurations: Readonly<Record<string, string>>
}

export type Ownership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter'

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean
  readonly IgnorePublicAcls: boolean
  readonly BlockPublicPolicy: boolean
  readonly RestrictPublicBuckets: boolean
}

const buckets = collection<Bucket>('s3.buckets')

export function findBucket(view: Pick<View, 'get'>, name: string): Bucket | undefined {
  return view.get(buckets, instanceAccount, name)
}

/** In the order of their names. */
export function bucketsOf(state: State, accountId: string): readonly Bucket[] {
  return state.read((view) =>
    view
      .list(buckets, instanceAccount)
      .map(({ value }) => value)
      .filter((bucket) => bucket.accountId === accountId),
  )
}

/** Of every account, those with a configuration of that name. */
export function bucketsWith(state: State, configuration: string): readonly Bucket[] {
  return state.read((view) =>
    view
      .list(buckets, instanceAccount)
      .map(({ value }) => value)
      .filter(({ configurations }) => configurations[configuration] !== undefined),
  )
}

/** Resolves to the bucket that has the name already, where there is one; then nothing is changed. */
export function addBucket(state: State, bucket: Bucket): Promise<Bucket | undefined> {
  return state.transact((tx) => {
    const other = findBucket(tx, bucket.name)
    if (other === undefined) tx.put(buckets, instanceAccount, bucket.name, bucket)
    return other
  })
}

/** INVARIANT: it is the bucket that was judged, not one that got its name since. */
export function changeBucket(state: State, judged: Bucket, change: (bucket: Bucket) => Bucket): Promise<void> {
  return state.transact((tx) => {
    const bucket = findBucket(tx, judged.name)
    if (bucket?.id !== judged.id) throw noSuchBucket(judged.name)
    tx.put(buckets, instanceAccount, bucket.name, change(bucket))
  })
}

export function removeBucket(state: State, judged: Bucket): Promise<void> {
  return state.transact((tx) => {
    if (findBucket(tx, judged.name)?.id === judged.id) tx.delete(buckets, instanceAccount, judged.name)
  })
}

export function noSuchBucket(name: string): Error {
  return s3Error('NoSuchBucket', 'The specified bucket does not exist', { members: { BucketName: name } })
}

/** Whether objects of the bucket can be locked; once they can they always can. */
export function isLockable({ configurations }: Bucket): boolean {
  return configurations['object-lock'] !== undefined
}
