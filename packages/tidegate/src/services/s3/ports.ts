import type { State } from '../../kernel/state.ts'
import type { ObjectStore } from './object-store.ts'

export interface S3Ports {
  readonly state: State
  readonly objects: ObjectStore
  /** Of a bucket, inside of the store; never the same twice. */
  readonly newBucketId: () => string
}
