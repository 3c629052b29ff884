/** The port between the gateway and the wire: typed inputs and outputs on one side, bytes on the other. */
import type { StaticOperationSchema } from '@smithy/types'
import type { AwsError } from '../kernel/aws-error.ts'
import type { Protocol } from '../kernel/operation.ts'
import type { WireRequest, WireResponse } from '../kernel/wire-request.ts'

/** What an answer takes from its request. */
export interface Exchange {
  readonly requestId: string
  readonly request: Pick<WireRequest, 'method' | 'path' | 'headers'>
}

export interface WireProtocol {
  /**
   * The input of an operation as the SDK's types have it: timestamps are `Date`, blobs are `Uint8Array`, maps have no prototype.
   * Unknown members are ignored; a missing required member, a wrong type or a malformed body throws an `AwsError`.
   * @param labels what routing found in the path and in the host, where it did
   */
  parseInput(operation: StaticOperationSchema, request: WireRequest, bytes: Uint8Array, labels?: ReadonlyMap<string, string>): object
  /** Only what the schema names is written. An output that does not fit its schema throws a plain `Error`. */
  writeOutput(operation: StaticOperationSchema, output: unknown, exchange: Exchange): WireResponse
  writeError(error: AwsError, exchange: Exchange): WireResponse
}

/** How many bytes of a body are read before the request is refused with `RequestEntityTooLarge`. */
export const bodyLimitBytes: Readonly<Record<Protocol, number>> = {
  'aws-json': 4_194_304, // PutLogEvents: 1 MiB of text, whose quotes and line feeds take two bytes each
  'aws-query': 1_048_576,
  'rest-xml': 4_194_304, // DeleteObjects: 1,000 keys of 1,024 bytes, each in its own element
}
