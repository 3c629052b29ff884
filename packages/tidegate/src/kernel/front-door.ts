/**
 * Calls from one part of an instance to a service of it. They pass the same checks as a client's and leave the same record; only the
 * wire is missing. So a task that may not write its log is told so by the policy that says so.
 */
import { AwsError } from './aws-error.ts'
import type { Actor } from './caller.ts'

export interface FrontDoor {
  /**
   * Resolves to the output of the operation, as the SDK's types have it. Rejects with `RefusedCall` for whatever a client would be refused.
   * @example
   * await frontDoor.call({ service: 'logs', operation: 'CreateLogStream', input: { logGroupName, logStreamName }, region, as })
   */
  call(call: InnerCall): Promise<unknown>
}

export interface InnerCall {
  /** Signing name, for example `sts`. */
  readonly service: string
  readonly operation: string
  /** As the wire would have parsed it. */
  readonly input: object
  readonly region: string
  readonly as: InnerCaller
}

export type InnerCaller =
  /** A service that acts for an account, for example `ecs-tasks.amazonaws.com`, because of something that `actorChain` is behind. */
  | {
      readonly kind: 'service'
      readonly name: string
      readonly accountId: string
      /** ARN of what the service acts for: `aws:SourceArn`. */
      readonly sourceArn: string
      /** Nearest first. */
      readonly actorChain: readonly Actor[]
    }
  /** A session that was handed out before. It has to be good at the time of the call. */
  | {
      readonly kind: 'credentials'
      readonly accessKeyId: string
      readonly sessionToken: string
      /** The service that uses them, for example `ecs.amazonaws.com`: the record's source address and user agent. */
      readonly through: string
    }

/** A call that was refused, and the id under which that is recorded. */
export class RefusedCall extends AwsError {
  readonly requestId: string

  constructor(error: AwsError, requestId: string) {
    const { code, message, detail, members } = error
    super(code, error, message, { cause: error, members, ...(detail !== undefined && { detail }) })
    this.requestId = requestId
  }
}
