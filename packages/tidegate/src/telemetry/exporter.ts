/**
 * Sends spans to a collector, behind the requests that they are of: nothing here is waited for, nothing here fails a request. What the
 * collector does not take, or what comes faster than it takes, is dropped and counted.
 */
import type { Span } from './otlp-json.ts'
import { otlpJson } from './otlp-json.ts'
import type { TraceSettings } from './settings.ts'

export interface ExporterOptions extends TraceSettings {
  /** Told of the first of several failures in a row. */
  readonly onProblem: (error: unknown) => void
  readonly onDropped: (count: number) => void
}

export class Exporter {
  readonly #options: ExporterOptions
  #queue: Span[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #isFailing = false
  #isClosed = false

  constructor(options: ExporterOptions) {
    this.#options = options
  }

  add(spans: readonly Span[]): void {
    const { queueSize, batchSize, delayMilliseconds, onDropped } = this.#options
    if (this.#isClosed || this.#queue.length + spans.length > queueSize) return onDropped(spans.length)
    this.#queue.push(...spans)
    if (this.#queue.length >= batchSize && !this.#isFailing) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), delayMilliseconds).unref()
  }

  /** Sends what waits, once. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sending
    await this.#flush()
    clearTimeout(this.#timer)
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return (this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined)))
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#options.batchSize)
      const outcome = await this.#send(batch)
      if (outcome === 'later' && !this.#isClosed) {
        this.#timer ??= setTimeout(() => void this.#flush(), this.#options.delayMilliseconds).unref()
        return
      }
      this.#queue = this.#queue.slice(batch.length)
      if (outcome !== 'taken') this.#options.onDropped(batch.length)
    }
  }

  async #send(batch: readonly Span[]): Promise<'taken' | 'refused' | 'later'> {
    const { endpoint, headers, timeoutMilliseconds, resource } = this.#options
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: otlpJson(batch, resource),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMilliseconds),
      })
      await response.body?.cancel()
      if (response.ok) {
        this.#isFailing = false
        return 'taken'
      }
      this.#fail(new Error(`the collector answers with ${response.status}`))
      return retryable.has(response.status) ? 'later' : 'refused'
    } catch (error) {
      this.#fail(error)
      return 'later'
    }
  }

  #fail(error: unknown): void {
    if (!this.#isFailing) this.#options.onProblem(error)
    this.#isFailing = true
  }
}

/** @see https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504])
