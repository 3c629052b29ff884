/** One request and its answer, and what is found out about it on the way: what the audit record and the metrics are made of. */
import { eventIdAt } from '../audit/event-id.ts'
import { type AuditRecord, type AuditResource, auditRecord } from '../audit/record.ts'
import { AwsError, commonError } from '../kernel/aws-error.ts'
import type { Actor, Caller } from '../kernel/caller.ts'
import type { Operation, Protocol, Service } from '../kernel/operation.ts'
import { headerOf, type WireRequest, type WireResponse } from '../kernel/wire-request.ts'
import type { WireProtocol } from '../wire/protocol.ts'
import { plainProtocols, protocolOf, wireProtocol } from '../wire/protocols.ts'
import type { Authorization } from './authorize.ts'
import type { RequestTrace } from './tracing.ts'
import { recordedInput, recordedOutput } from './recorded.ts'

/** How a request ended, in words that have few values. */
export interface Outcome {
  readonly service: string
  /** `allow`, `explicit-deny`, `implicit-deny`, or `none` when the request never came to a decision. */
  readonly effect: string
  /** Policy type that denied or was missing; `none` otherwise. */
  readonly cause: string
  readonly status: number
  readonly seconds: number
}

export class Exchange {
  /** Says when the request was made, so that its record is found without an index. */
  readonly requestId: string
  /** Of its audit record. */
  readonly eventId: string
  readonly request: WireRequest
  readonly trace: RequestTrace | undefined
  readonly now: number
  /** The protocol that the request looks like, before its service is known. */
  readonly looksLike: Protocol
  service: Service | undefined
  operation: Operation | undefined
  caller: Caller | undefined
  region: string
  input: unknown
  authorization: Authorization | undefined
  /** Why it was denied, sealed for the account of the caller: for the record and, where there is room, for the answer. */
  sealedTrace: string | undefined
  /** Where no caller is behind it: what the service changes by itself, and why. */
  ownAccord: { readonly resource: string; readonly because: Readonly<Record<string, string>> } | undefined
  /** Asks again whether the call may go ahead, before what took its time to arrive counts. Rejects with the refusal. */
  recheck: (() => Promise<void>) | undefined
  /** What becomes of the answer to a form that a browser posted. */
  answer: ((response: WireResponse) => WireResponse) | undefined
  #protocol: WireProtocol
  readonly #startedAt = performance.now()

  constructor(request: WireRequest, now: number, defaultRegion: string, trace?: RequestTrace) {
    this.request = request
    this.trace = trace
    this.now = now
    this.requestId = eventIdAt(now)
    this.eventId = eventIdAt(now)
    this.region = defaultRegion
    this.looksLike = protocolOf(request)
    this.#protocol = plainProtocols[this.looksLike]
  }

  /** From here on the request is known to be for this operation. */
  isFor(service: Service, operation: Operation): WireProtocol {
    this.service = service
    this.operation = operation
    this.#protocol = protocolFor(service)
    return this.#protocol
  }

  succeed(operation: Operation, output: unknown): WireResponse {
    const written = this.#protocol.writeOutput(operation.schema, output, this)
    const response = this.#withDecision(this.answer?.(written) ?? written)
    if (!operation.tellsActorChain) return response
    return { ...response, headers: { ...response.headers, 'x-tidegate-actor-chain': chainText(this.caller?.actorChain ?? noChain) } }
  }

  fail(error: AwsError): WireResponse {
    return this.#withDecision(this.#protocol.writeError(error, this))
  }

  outcome(status: number): Outcome {
    const decision = this.authorization?.decisive?.decision
    return {
      service: this.service?.name ?? 'unknown',
      effect: decision?.effect ?? 'none',
      cause: decision?.effect === 'explicit-deny' ? decision.policyType : decision?.effect === 'implicit-deny' ? decision.missing : 'none',
      status,
      seconds: (performance.now() - this.#startedAt) / 1000,
    }
  }

  /** Tells its trace how it ended. */
  endTrace({ effect, status }: Outcome, error: AwsError | undefined): void {
    const { requestId, service, operation } = this
    this.trace?.end({ requestId, service: service?.name, operation: operation?.name, decision: effect, status, errorCode: error?.code })
  }

  record(end: { readonly output: unknown } | { readonly error: AwsError }): AuditRecord {
    const { operation, service, caller, request } = this
    const failed = 'error' in end
    const last = this.authorization?.checks.at(-1)?.request
    return auditRecord({
      now: this.now,
      userIdentity: caller?.userIdentity ?? { type: 'Unknown' },
      actorChain: caller?.actorChain ?? [],
      eventSource: service?.eventSource ?? 'tidegate',
      eventName: operation?.name ?? 'UnknownOperation',
      region: this.region,
      sourceIp: request.remoteAddress,
      userAgent: headerOf(request, 'user-agent'),
      requestId: this.requestId,
      eventId: this.eventId,
      ...(this.authorization && { decisionId: this.requestId }),
      isReadOnly: operation?.isReadOnly ?? true,
      isDataEvent: operation?.isDataEvent ?? false,
      ...(operation && { input: recordedInput(operation.schema, this.input), secretInputs: operation.secretInputs }),
      ...(operation && !failed && { output: recordedOutput(operation.schema, end.output, operation.recordedOutputs) }),
      ...(failed && { error: { code: end.error.code, message: end.error.detail ?? end.error.message } }),
      resources: this.#resources(),
      recipientAccountId: last?.resourceAccount || caller?.accountId || '',
      additional: this.ownAccord?.because ?? this.#decisionFacts(),
      ...(this.ownAccord && { eventType: 'AwsServiceEvent' }),
    })
  }

  #resources(): readonly AuditResource[] {
    const { ownAccord, caller, authorization } = this
    if (ownAccord !== undefined) return [{ ARN: ownAccord.resource, accountId: caller?.accountId ?? '' }]
    return (authorization?.checks ?? [])
      .filter((check) => check.request.resource !== '*')
      .map((check) => ({ ARN: check.request.resource, accountId: check.request.resourceAccount }))
  }

  /** What decided, for whoever looks at the record later: statements by name, never their text. */
  #decisionFacts(): Record<string, unknown> {
    const decision = this.authorization?.decisive?.decision
    if (decision === undefined) return {}
    return { decision, ...(this.sealedTrace !== undefined && { sealedTrace: this.sealedTrace }) }
  }

  /** Nothing for callers of no account, for whom nobody could decode it, and where it would not fit a header. */
  #authorizationMessage(): Record<string, string> {
    const { sealedTrace, caller } = this
    if (sealedTrace === undefined || !caller?.accountId || sealedTrace.length > LONGEST_HEADER) return {}
    return { 'x-tidegate-authorization-message': sealedTrace }
  }

  #withDecision(response: WireResponse): WireResponse {
    if (this.authorization === undefined) return response
    const decision = { 'x-tidegate-decision': this.requestId, ...this.#authorizationMessage() }
    return { ...response, headers: { ...response.headers, ...decision } }
  }
}

/** Our own mistakes and those of the machine tell the client nothing; the record keeps what happened. */
export function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return commonError('InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.', {
    detail,
    cause: error,
  })
}

/** Labels may be of any letters, headers not. */
function chainText(chain: readonly Actor[]): string {
  let text = chainTexts.get(chain)
  if (text === undefined) {
    const told = chain.map(({ type, issuer, subject, label }) => ({ type, issuer, subject, label }))
    chainTexts.set(chain, (text = Buffer.from(JSON.stringify(told)).toString('base64url')))
  }
  return text
}

function protocolFor(service: Service): WireProtocol {
  let protocol = protocols.get(service)
  if (protocol === undefined) protocols.set(service, (protocol = wireProtocol(service)))
  return protocol
}

const protocols = new WeakMap<Service, WireProtocol>()
/** A caller makes many calls with one chain. */
const chainTexts = new WeakMap<readonly Actor[], string>()
const noChain: readonly Actor[] = []
const LONGEST_HEADER = 6_000
