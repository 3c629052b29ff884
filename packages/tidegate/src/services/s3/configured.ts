/** Sub-resources of a bucket that are put whole, told again as they were put, and deleted. */
import type { StaticOperationSchema } from '@smithy/types'
import type { Given } from '../../kernel/judged-operation.ts'
import type { Operation } from '../../kernel/operation.ts'
import { malformedXml } from './errors.ts'
import type { S3Ports } from './ports.ts'
import { bucketOperation, type S3Call } from './s3-operation.ts'
import { type Bucket, changeBucket } from './state.ts'

interface OfBucket {
  readonly Bucket: string | undefined
}

export interface Configured<Put extends OfBucket, Got, Value extends object> {
  /** Name of the sub-resource in the query, under which it is kept. */
  readonly name: string
  /** `s3:Get…` and `s3:Put…`; deleting asks for the latter too. */
  readonly actions: { readonly get: string; readonly put: string }
  readonly get: StaticOperationSchema
  readonly put?: StaticOperationSchema
  readonly delete?: StaticOperationSchema
  /** What is to be kept; throws for what AWS does not take. Plain JSON but for dates. */
  readonly accept?: (input: Given<Put>, bucket: Bucket, call: S3Call) => Value
  /** What a put answers. */
  readonly answer?: (input: Given<Put>) => object
  readonly show: (value: Value) => Got
  /** Throws, or answers what stands for none. */
  readonly missing: (bucket: Bucket) => Got
}

export function configured<Put extends OfBucket, Got extends object, Value extends object>(
  spec: Configured<Put, Got, Value>,
): readonly Operation<S3Ports>[] {
  const { name, actions, accept } = spec
  const operations = [
    bucketOperation<OfBucket, Got>(spec.get, {
      authorize: (_input, place) => [place.check(actions.get)],
      invoke: (_input, bucket) => {
        const value = configurationOf<Value>(bucket, name)
        return value === undefined ? spec.missing(bucket) : spec.show(value)
      },
    }),
  ]
  if (spec.put !== undefined && accept !== undefined) {
    operations.push(
      bucketOperation<Put, object>(spec.put, {
        authorize: (_input, place) => [place.check(actions.put)],
        async invoke(input, bucket, call) {
          const text = JSON.stringify(accept(input, bucket, call))
          await changeBucket(call.state, bucket, (each) => ({ ...each, configurations: { ...each.configurations, [name]: text } }))
          return spec.answer?.(input) ?? {}
        },
      }),
    )
  }
  if (spec.delete !== undefined) {
    operations.push(
      bucketOperation<OfBucket, object>(spec.delete, {
        authorize: (_input, place) => [place.check(actions.put)],
        async invoke(_input, bucket, { state }) {
          if (bucket.configurations[name] === undefined) return {}
          await changeBucket(state, bucket, (each) => {
            const { [name]: _gone, ...configurations } = each.configurations
            return { ...each, configurations }
          })
          return {}
        },
      }),
    )
  }
  return operations
}

/** As it was put: dates are dates again. */
export function configurationOf<Value>({ configurations }: Bucket, name: string): Value | undefined {
  const text = configurations[name]
  if (text === undefined) return undefined
  return JSON.parse(text, (key, value: unknown) => (key === 'Date' && typeof value === 'string' ? new Date(value) : value)) as Value
}

/** Throws where a value is none of those that the schema of the element lists. */
export function assertOneOf(value: string | undefined, values: readonly string[]): void {
  if (value === undefined || !values.includes(value)) throw malformedXml(`a value is none of ${values.join(', ')}`)
}
