/**
 * Spans in the JSON encoding of OTLP.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly isServer: boolean
  /** Milliseconds since 1970, with fractions. */
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, string | number>>
  readonly isError: boolean
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined
}

export function otlpJson(spans: readonly Span[], resource: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    resourceSpans: [
      { resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope: { name: 'tidegate' }, spans: spans.map(spanJson) }] },
    ],
  })
}

function spanJson({ traceId, spanId, parentSpanId, name, isServer, start, end, attributes, isError, link }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: isServer ? SERVER : INTERNAL,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf(attributes),
    ...(link && { links: [link] }),
    status: isError ? { code: ERROR } : {},
  }
}

/** 64-bit numbers are text in this encoding. */
function attributesOf(attributes: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }))
}

/** Nanoseconds since 1970 are more than a double holds. */
function nanoseconds(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000)
  return `${microseconds}000`
}

const INTERNAL = 1
const SERVER = 2
const ERROR = 2
