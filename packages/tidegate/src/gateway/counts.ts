/** What the gateway counts: requests, decisions and how long they took, by labels that have few values and name nobody. */
import { policyTypes } from '@tidegate/policy'
import type { Outcome } from './exchange.ts'
import { Metrics } from './metrics.ts'

export interface Counts {
  observe(outcome: Outcome): void
  /** Spans that no collector got. */
  spansDropped(count: number): void
  /** In Prometheus' text format. */
  text(): string
}

/** @param services names of the services that are served */
export function counts(services: readonly string[]): Counts {
  const metrics = new Metrics()
  const requests = metrics.counter('tidegate_requests_total', 'Requests by service and class of the HTTP status.', {
    service: services,
    status: ['2xx', '3xx', '4xx', '5xx'],
  })
  const decisions = metrics.counter('tidegate_decisions_total', 'Decisions by service, effect and the policy type that decided a denial.', {
    service: services,
    effect: ['allow', 'explicit-deny', 'implicit-deny'],
    cause: [...policyTypes, 'session-type', 'none'],
  })
  const seconds = metrics.histogram('tidegate_request_seconds', 'Time from the request to its answer.', { service: services })
  const spans = metrics.counter('tidegate_spans_dropped_total', 'Spans that no collector got.', {})
  return {
    spansDropped: (count) => spans.add({}, count),
    observe({ service, effect, cause, status, seconds: taken }) {
      requests.add({ service, status: `${Math.floor(status / 100)}xx` })
      if (effect !== 'none') decisions.add({ service, effect, cause })
      seconds.observe({ service }, taken)
    },
    text: () => metrics.render(),
  }
}
