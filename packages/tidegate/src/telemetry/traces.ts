/** Traces of requests as spans: one for the request, of kind server, and one for each of its stages. */
import { randomFillSync } from 'node:crypto'
import type { RequestTrace, SpanReference, Stage, StartTrace, TracedEnd } from '../gateway/tracing.ts'
import type { Span } from './otlp-json.ts'

export function traces(add: (spans: readonly Span[]) => void): StartTrace {
  return (from) => new Trace(from, add)
}

class Trace implements RequestTrace {
  readonly #link: SpanReference | undefined
  readonly #add: (spans: readonly Span[]) => void
  readonly #start = now()
  readonly #stages: { readonly stage: Stage; readonly start: number }[] = []

  constructor(link: SpanReference | undefined, add: (spans: readonly Span[]) => void) {
    this.#link = link
    this.#add = add
  }

  enter(stage: Stage): void {
    this.#stages.push({ stage, start: now() })
  }

  end({ requestId, service, operation, decision, status, errorCode }: TracedEnd): void {
    const end = now()
    const traceId = randomHex(16)
    const spanId = randomHex(8)
    const isError = status >= 500
    const stages = this.#stages.map(({ stage, start }, i): Span => {
      const until = this.#stages[i + 1]?.start ?? end
      const own = { traceId, spanId: randomHex(8), parentSpanId: spanId, name: stage, start, end: until }
      return { ...own, isServer: false, attributes: {}, isError: false, link: undefined }
    })
    const whole: Span = {
      traceId,
      spanId,
      parentSpanId: undefined,
      name: service === undefined || operation === undefined ? 'unknown operation' : `${service}.${operation}`,
      isServer: true,
      start: this.#start,
      end,
      attributes: {
        'rpc.system': 'aws-api',
        ...(service !== undefined && { 'rpc.service': service }),
        ...(operation !== undefined && { 'rpc.method': operation }),
        'aws.request_id': requestId,
        'http.response.status_code': status,
        'tidegate.decision': decision,
        ...(errorCode !== undefined && { 'error.type': errorCode }),
      },
      isError,
      link: this.#link,
    }
    this.#add([whole, ...stages])
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}

/** Never all zeros, which means no trace. */
function randomHex(bytes: number): string {
  if (position + bytes > pool.length) {
    randomFillSync(pool)
    position = 0
  }
  const text = pool.toString('hex', position, position + bytes)
  position += bytes
  return /[^0]/.test(text) ? text : randomHex(bytes)
}

const pool = Buffer.alloc(2048)
let position = pool.length
