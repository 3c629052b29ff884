/** The trace of a request as the gateway tells it: what is done, in which stages, and how it ended. Never who asked, nor for what. */
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'

export type Stage = 'authenticate' | 'authorize' | 'invoke' | 'audit'

export interface RequestTrace {
  /** Ends the stage before. */
  enter(stage: Stage): void
  end(end: TracedEnd): void
}

export interface TracedEnd {
  readonly requestId: string
  /** Names from the operation table only, so that no client can make up new ones. */
  readonly service: string | undefined
  readonly operation: string | undefined
  /** `allow`, `explicit-deny`, `implicit-deny`, or `none` when the request never came to a decision. */
  readonly decision: string
  readonly status: number
  readonly errorCode: string | undefined
}

/** @param from the client's own span, if it names one */
export type StartTrace = (from: SpanReference | undefined) => RequestTrace

export interface SpanReference {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
}

/**
 * The span that a client says the request belongs to. Whoever calls can write anything there, so a trace of ours never becomes part of it:
 * it is linked to it.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function clientSpan(request: Pick<WireRequest, 'headers'>): SpanReference | undefined {
  const [, version, traceId = '', spanId = '', rest] = traceparent.exec(headerOf(request, 'traceparent') ?? '') ?? []
  const isKnown = version !== undefined && version !== 'ff' && (version !== '00' || rest === undefined)
  return isKnown && notZero.test(traceId) && notZero.test(spanId) ? { traceId, spanId } : undefined
}

// Versions after 00 may have more behind the flags.
const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/
const notZero = /[^0]/
