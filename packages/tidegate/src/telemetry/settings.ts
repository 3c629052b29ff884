/**
 * Where traces go, as OpenTelemetry's environment variables say it. Without an endpoint nothing is traced.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

export interface TraceSettings {
  readonly endpoint: URL
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMilliseconds: number
  /** Between two exports, while spans come. */
  readonly delayMilliseconds: number
  /** Spans that wait; what comes when there are so many is dropped and counted. */
  readonly queueSize: number
  readonly batchSize: number
  /** Of the resource: `service.name` and whatever else tells this instance from others. */
  readonly resource: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws TraceSettingsError for what cannot be meant */
export function traceSettings(environment: Environment): TraceSettings | undefined {
  const of = (name: string): string | undefined => environment[name]?.trim() || undefined
  const own = of('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  const common = of('OTEL_EXPORTER_OTLP_ENDPOINT')
  const text = own ?? (common === undefined ? undefined : `${common.replace(/\/+$/, '')}/v1/traces`)
  const isOff = of('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || of('OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none'
  if (text === undefined || isOff) return undefined
  const protocol = of('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? of('OTEL_EXPORTER_OTLP_PROTOCOL')
  if (protocol?.startsWith('grpc')) {
    throw new TraceSettingsError(
      'traces are sent over HTTP: OTEL_EXPORTER_OTLP_PROTOCOL is `grpc`',
      'set it to http/json, and the port to 4318',
    )
  }
  const count = (name: string, fallback: number): number => wholeNumber(name, of(name), fallback)
  const headers = of('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? of('OTEL_EXPORTER_OTLP_HEADERS')
  return {
    endpoint: endpointOf(text),
    headers: pairs(headers),
    timeoutMilliseconds: count('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', count('OTEL_EXPORTER_OTLP_TIMEOUT', 10_000)),
    delayMilliseconds: count('OTEL_BSP_SCHEDULE_DELAY', 5000),
    queueSize: count('OTEL_BSP_MAX_QUEUE_SIZE', 2048),
    batchSize: count('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
    resource: { ...pairs(of('OTEL_RESOURCE_ATTRIBUTES')), 'service.name': serviceName(of) },
  }
}

export class TraceSettingsError extends Error {
  override readonly name = 'TraceSettingsError'
  /** What to do next. */
  readonly next: string

  constructor(message: string, next: string) {
    super(message)
    this.next = next
  }
}

function serviceName(of: (name: string) => string | undefined): string {
  return of('OTEL_SERVICE_NAME') ?? pairs(of('OTEL_RESOURCE_ATTRIBUTES'))['service.name'] ?? 'tidegate'
}

function endpointOf(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new TraceSettingsError(`\`${text}\` is no http or https URL to send traces to`, 'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318')
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new TraceSettingsError(`${name} is \`${text}\`, which is no whole number above 0`, `leave it out for ${fallback}`)
}

/** `key1=value1,key2=value2`, percent-encoded; what has no `=` is left out. */
function pairs(text = ''): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return rest.length === 0 || name.trim() === '' ? [] : [[name.trim(), decoded(rest.join('=').trim())]]
    }),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
