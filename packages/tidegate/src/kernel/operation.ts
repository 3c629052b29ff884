/**
 * An operation of a service: its schema, what it authorizes and what it does. A service is a list of these with the ports that they use;
 * it knows neither HTTP nor protocols nor where its state lies.
 */
import type { StaticOperationSchema } from '@smithy/types'
import type { PolicySet } from '@tidegate/policy'
import type { Caller } from './caller.ts'

/** One (action, resource) pair that a call needs; the call may go ahead only when all its checks are allowed. */
export interface Check {
  readonly action: string
  /** ARN, or `*` for actions without resource-level permissions. */
  readonly resource: string
  /** Other ARNs that policies may speak of it by: a Deny on any of them denies, an Allow on any of them allows. */
  readonly otherResources?: readonly string[]
  /** Account that owns the resource; the caller's own where absent. */
  readonly accountId?: string
  /** Condition keys of this check, beside those that every request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  /** The policy of the resource, where it has one. */
  readonly resourcePolicy?: PolicySet
  /** Of a batch: the item that the check is for. A denial refuses the item, not the call, and `invoke` finds it in `refusedItems`. */
  readonly item?: string
}

/** A request on its way through an operation. */
export interface Call {
  readonly caller: Caller
  readonly requestId: string
  readonly region: string
  /** Milliseconds since 1970, the same for the whole request. */
  readonly now: number
  /** IP address of the client. */
  readonly sourceIp: string
  /**
   * Whether the caller may do something beyond what the operation asks for: whoever may see more is shown more. Judged as the
   * operation's own checks are. Absent where nobody judges; then nothing more is shown.
   */
  readonly mayAlso?: (check: Check) => boolean
  /** Items whose own checks were denied: known when the operation is invoked. */
  readonly refusedItems?: ReadonlySet<string>
}

export interface Operation<Ports = unknown> {
  readonly schema: StaticOperationSchema
  /** Name as the API writes it, for example `AssumeRole`. */
  readonly name: string
  /** Whether it changes nothing: goes to CloudTrail's `readOnly`. */
  readonly isReadOnly: boolean
  /** Whether its answer tells the caller who is behind them, in a header. */
  readonly tellsActorChain: boolean
  /** Whether it may be called without a signature, as AssumeRoleWithWebIdentity is. */
  readonly isUnsigned: boolean
  /** Whether it is about the data in a resource, such as an object, which CloudTrail tells from calls that manage. */
  readonly isDataEvent: boolean
  /** Input members that hold secrets, as dotted paths; audit records show them as `HIDDEN_DUE_TO_SECURITY_REASONS`. */
  readonly secretInputs: readonly string[]
  /** Output members that CloudTrail records; nothing where absent. */
  readonly recordedOutputs: readonly string[]
  /**
   * Of an unsigned operation whose input says who calls: the caller that it proves, in place of the anonymous one. Asked before
   * `authorize`; throws what is wrong with the proof.
   */
  readonly identify?: (input: object, call: Call & Ports) => Promise<Caller>
  readonly authorize: (input: unknown, call: Call & Ports) => readonly Check[] | Promise<readonly Check[]>
  readonly invoke: (input: unknown, call: Call & Ports) => unknown
}

/** What the author of an operation writes; see docs/adding-an-operation.md. */
export interface OperationBody<Input, Output, Ports> {
  readonly isReadOnly?: boolean
  readonly tellsActorChain?: boolean
  readonly isUnsigned?: boolean
  readonly isDataEvent?: boolean
  readonly secretInputs?: readonly string[]
  readonly recordedOutputs?: readonly string[]
  /** Never empty, unless the operation needs no permission: then `noPermission`. */
  readonly authorize: ((input: Input, call: Call & Ports) => readonly Check[] | Promise<readonly Check[]>) | typeof noPermission
  readonly invoke: (input: Input, call: Call & Ports) => Output | Promise<Output>
}

/** Says on purpose that an operation needs no permission. */
export const noPermission = 'no permission needed'

export function operation<Input, Output, Ports>(
  schema: StaticOperationSchema,
  { authorize, invoke, ...rest }: OperationBody<Input, Output, Ports>,
): Operation<Ports> {
  const name = schema[2]
  return {
    schema,
    name,
    isReadOnly: rest.isReadOnly ?? /^(?:Get|List|Describe|Head|Simulate|Lookup|Decode)/.test(name),
    tellsActorChain: rest.tellsActorChain ?? false,
    isUnsigned: rest.isUnsigned ?? false,
    isDataEvent: rest.isDataEvent ?? false,
    secretInputs: rest.secretInputs ?? [],
    recordedOutputs: rest.recordedOutputs ?? [],
    // The schema says what the input is: parsing by it is what makes these two casts true.
    authorize: authorize === noPermission ? () => [] : (input, call) => authorize(input as Input, call),
    invoke: (input, call) => invoke(input as Input, call),
  }
}

/** What a web page of another origin asks for, or asks whether it may ask for. */
export interface CrossOriginRequest {
  readonly bucket: string
  readonly origin: string
  readonly method: string
  /** Names of headers that the page wants to send. */
  readonly headers: readonly string[]
  readonly isPreflight: boolean
}

export type Protocol = 'aws-json' | 'aws-query' | 'rest-xml'

export interface Service<Ports = unknown> {
  /** Service prefix of its actions and signing name, for example `sts`. */
  readonly name: string
  readonly protocol: Protocol
  /** `X-Amz-Target` prefixes of an aws-json service; `Version` of an aws-query one. */
  readonly targets?: readonly string[]
  readonly version?: string
  /** CloudTrail's `eventSource`, for example `sts.amazonaws.com`. */
  readonly eventSource: string
  readonly operations: readonly Operation<Ports>[]
  /** Every operation that AWS has, so that one that is not built names itself. */
  readonly knownOperations: readonly string[]
  readonly ports: Ports
  /** Headers of an answer that a page of another origin may see; undefined where it may not. */
  readonly crossOrigin?: (request: CrossOriginRequest) => Readonly<Record<string, string>> | undefined
}

/** The service with its ports handed to every operation, so that whoever serves it need not know them. */
export function withPorts<Ports extends object>({ operations, ports, ...service }: Service<Ports>): Service {
  return {
    ...service,
    ports: undefined,
    operations: operations.map(({ identify, ...each }) => ({
      ...each,
      ...(identify && { identify: (input, call) => identify(input, { ...call, ...ports }) }),
      authorize: (input, call) => each.authorize(input, { ...call, ...ports }),
      invoke: (input, call) => each.invoke(input, { ...call, ...ports }),
    })),
  }
}
