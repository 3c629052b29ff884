import { test } from 'vitest'
import { Metrics } from './metrics.ts'

test('counters, gauges and histograms are written as Prometheus reads them', ({ expect }) => {
  const metrics = new Metrics()
  const calls = metrics.counter('calls_total', 'Calls.\nAll of \\ them.', { service: ['sts', 'a"b\\c\nd'] })
  const open = metrics.gauge('open', 'Open connections.')
  const seconds = metrics.histogram('seconds', 'Time.', { service: ['sts'] }, [0.1, 1])
  calls.add({ service: 'sts' })
  calls.add({ service: 'sts' }, 2)
  calls.add({ service: 'a"b\\c\nd' })
  open.set(3)
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe({ service: 'sts' }, value)
  expect(metrics.render()).toBe(`# HELP calls_total Calls.\\nAll of \\\\ them.
# TYPE calls_total counter
calls_total{service="sts"} 3
calls_total{service="a\\"b\\\\c\\nd"} 1
# HELP open Open connections.
# TYPE open gauge
open 3
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{service="sts",le="0.1"} 2
seconds_bucket{service="sts",le="1"} 3
seconds_bucket{service="sts",le="+Inf"} 4
seconds_sum{service="sts"} 7.65
seconds_count{service="sts"} 4
`)
})

test('T-87 labels that nobody listed are counted together', ({ expect }) => {
  const metrics = new Metrics()
  const calls = metrics.counter('calls_total', 'Calls.', { service: ['sts'], effect: ['allow'] })
  for (let i = 0; i < 1000; i++) calls.add({ service: `alice-${i}`, effect: '__proto__' })
  calls.add({ service: 'sts', effect: 'constructor' })
  expect(metrics.render().split('\n').slice(2)).toEqual([
    'calls_total{service="other",effect="other"} 1000',
    'calls_total{service="sts",effect="other"} 1',
    '',
  ])
})

test('a metric without labels has no braces', ({ expect }) => {
  const metrics = new Metrics()
  metrics.histogram('seconds', 'Time.', {}).observe({}, 0.002)
  expect(metrics.render()).toContain('seconds_count 1\n')
  expect(metrics.render()).toContain('seconds_bucket{le="0.0025"} 1\n')
})

test('a name is taken once', ({ expect }) => {
  const metrics = new Metrics()
  metrics.gauge('a', 'A.')
  expect(() => metrics.gauge('a', 'A.')).toThrow('exists')
})
