/**
 * The way of a request: which operation, who asks, what exactly, may they, do it, record it, answer.
 *
 * Every line needs the result of the line before, so the order cannot be got wrong. The input that was judged is the input that is
 * executed; whatever goes wrong on the way is a refusal.
 */
import { type AwsError, commonError } from '../kernel/aws-error.ts'
import type { Caller } from '../kernel/caller.ts'
import type { Call, Operation, Service } from '../kernel/operation.ts'
import type { WireRequest, WireResponse } from '../kernel/wire-request.ts'
import { s3Ids } from '../wire/error-body.ts'
import { bodyLimitBytes } from '../wire/protocol.ts'
import { wholeBody } from '../wire/sigv4/verified-body.ts'
import { authenticate, type AuthenticationDeps } from './authenticate.ts'
import type { AuditSink } from './audit-sink.ts'
import { accessDenied, type Authorization, authorizeCall, type Guardrails, isAllowed, sealedTrace } from './authorize.ts'
import { preflightHeaders, withCrossOrigin } from './cross-origin.ts'
import { awsErrorOf, Exchange, type Outcome } from './exchange.ts'
import { requestKeys, timeKeys } from './request-keys.ts'
import { resolveOperation } from './resolve-operation.ts'
import { understandRest } from './rest-call.ts'
import { clientSpan, type StartTrace } from './tracing.ts'

/** All that serving needs; main.ts puts it together. */
export interface Plane {
  readonly services: readonly Service[]
  readonly authentication: AuthenticationDeps
  readonly guardrails: Guardrails
  /** Region of requests whose signature names none. */
  readonly defaultRegion: string
  readonly audit: AuditSink
  /** Ties what operations change to the record of the request, so that no crash leaves a change without one. */
  readonly intents: {
    within<T>(exchange: Exchange, work: () => Promise<T>): Promise<T>
    recorded(exchange: Exchange): Promise<void>
  }
  /** Seals the explanation of a denial for `sts:DecodeAuthorizationMessage`: the denied caller carries it and cannot read it. */
  readonly sealMessage: (text: string, accountId: string) => string
  readonly observe: (outcome: Outcome) => void
  /** Absent where nothing is traced. */
  readonly startTrace?: StartTrace | undefined
  /** Told of what went wrong on our side; the client gets the request id. */
  readonly report: (error: unknown, requestId: string) => void
}

export async function serve(request: WireRequest, plane: Plane): Promise<WireResponse> {
  const exchange = new Exchange(request, plane.authentication.clock(), plane.defaultRegion, plane.startTrace?.(clientSpan(request)))
  if (request.method === 'OPTIONS') return preflight(exchange, plane)
  const end = await settle(exchange, plane).then(
    (done) => ({ output: done.output, operation: done.operation }),
    (error: unknown) => ({ error: awsErrorOf(error) }),
  )
  const response = await conclude(exchange, end, plane)
  const outcome = exchange.outcome(response.status)
  plane.observe(outcome)
  exchange.endTrace(outcome, 'error' in end ? end.error : undefined)
  return withCrossOrigin(response, request, plane)
}

/** Nothing is done and nobody is asked who they are, so there is nothing to record. */
function preflight(exchange: Exchange, plane: Plane): WireResponse {
  try {
    return { status: 200, headers: { ...preflightHeaders(exchange.request, plane), ...s3Ids(exchange.requestId) }, body: '' }
  } catch (error) {
    return exchange.fail(awsErrorOf(error))
  }
}

async function settle(exchange: Exchange, plane: Plane): Promise<{ readonly operation: Operation; readonly output: unknown }> {
  const understood = await (exchange.looksLike === 'rest-xml' ? understandRest(exchange, plane) : understand(exchange, plane))
  return { operation: understood.operation, output: await perform(understood, plane) }
}

/** JSON and query bodies are read to the end before anything else, since the operation's name may be in them; S3's are streamed. */
async function understand(exchange: Exchange, plane: Plane): Promise<Understood> {
  const bytes = await exchange.request.body.bytes(bodyLimitBytes[exchange.looksLike])
  const request = { ...exchange.request, body: wholeBody(bytes) }
  const { service, operation } = resolveOperation(request, bytes, plane.services)
  const protocol = exchange.isFor(service, operation)
  const called = { service: service.name, protocol: service.protocol, isUnsignedAllowed: operation.isUnsigned }
  exchange.trace?.enter('authenticate')
  const { caller, verified, context } = await authenticate(request, called, plane.authentication)
  exchange.caller = caller
  exchange.region = ('facts' in verified ? verified.facts.region : undefined) ?? plane.defaultRegion
  const input = protocol.parseInput(operation.schema, request, bytes)
  const keys = { ...context, ...requestKeys(request, exchange.region, exchange.now) }
  return { exchange, service, operation, caller, input, keys }
}

/** A request that is understood, and by whom it is made. */
export interface Understood {
  readonly exchange: Exchange
  readonly service: Service
  readonly operation: Operation
  readonly caller: Caller
  /** The same caller by now; throws when it has lost its credential. Absent where a body is read before anything is judged. */
  readonly callerNow?: () => Caller
  readonly input: unknown
  /** Condition keys of every check. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>
}

/** Judges it, and does it. Throws what it is refused with. */
export async function perform(understood: Understood, plane: Plane): Promise<unknown> {
  const { exchange, operation, caller, callerNow, input, keys } = understood
  exchange.input = input
  const { requestId, region } = exchange
  const now = timeOf(exchange, plane)
  const asked = await identified({ caller, requestId, region, now, sourceIp: exchange.request.remoteAddress }, operation, input)
  exchange.caller = asked.caller
  const call: Call = { ...asked, mayAlso: (check) => isAllowed(authorizeCall([check], asked, keys, plane.guardrails)) }
  exchange.trace?.enter('authorize')
  const { refusedItems } = await judge(understood, call, plane)
  if (callerNow !== undefined) {
    exchange.recheck = async () => {
      if (plane.authentication.clock() - now >= SOON_MS) await judge(understood, { ...call, caller: callerNow() }, plane)
    }
  }
  if (!operation.isReadOnly) plane.audit.assertWritable()
  exchange.trace?.enter('invoke')
  return plane.intents.within(exchange, async () => operation.invoke(input, { ...call, refusedItems }))
}

/** When the call is judged: when the request was made, but for one whose body has taken its time. Milliseconds since 1970. */
function timeOf(exchange: Exchange, { authentication }: Plane): number {
  const now = authentication.clock()
  return now - exchange.now < SOON_MS ? exchange.now : now
}

/** Throws what the call is refused with. */
async function judge({ exchange, service, operation, input, keys }: Understood, call: Call, plane: Plane): Promise<Authorization> {
  const checks = await operation.authorize(input, call)
  const now = timeOf(exchange, plane)
  const present = now === exchange.now ? keys : { ...keys, ...timeKeys(now) }
  const authorization = authorizeCall(checks, call, present, plane.guardrails)
  exchange.authorization = authorization
  if (authorization.decisive !== undefined && authorization.decisive.decision.effect !== 'allow') {
    exchange.sealedTrace = sealedTrace(
      authorization,
      ({ length }) => length <= MOST_SEALED,
      (text) => plane.sealMessage(text, call.caller.accountId),
    )
  }
  if (!isAllowed(authorization)) throw accessDenied(authorization, call, service.protocol)
  return authorization
}

/** The call of whom the input proves to be the caller, where the operation has such a proof instead of a signature. */
async function identified(call: Call, { identify }: Operation, input: unknown): Promise<Call> {
  if (identify === undefined || typeof input !== 'object' || input === null) return call
  return { ...call, caller: await identify(input, call) }
}

type End = { readonly operation: Operation; readonly output: unknown } | { readonly error: AwsError }

/** Writes the record, then the answer. What cannot be recorded is not answered with success. */
async function conclude(exchange: Exchange, end: End, plane: Plane): Promise<WireResponse> {
  if ('error' in end && end.error.fault === 'server' && end.error.code !== 'NotImplemented')
    plane.report(end.error.cause ?? end.error, exchange.requestId)
  try {
    const response = 'error' in end ? exchange.fail(end.error) : exchange.succeed(end.operation, end.output)
    await record(exchange, end, plane)
    return response
  } catch (error) {
    plane.report(error, exchange.requestId)
    return exchange.fail(commonError('ServiceUnavailable', 'The request could not be recorded.', { cause: error }))
  }
}

/** Resolves when the record is durable. */
export async function record(exchange: Exchange, end: End, plane: Plane): Promise<void> {
  exchange.trace?.enter('audit')
  await plane.audit.append(exchange.record(end))
  plane.intents.recorded(exchange).catch((error: unknown) => plane.report(error, exchange.requestId))
}

/** A body that took no longer is not judged again: within this time a revocation takes effect anyway. */
const SOON_MS = 1_000
/** Characters; a record keeps 28 KiB of additional data. */
const MOST_SEALED = 20_000
