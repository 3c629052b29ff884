import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test as base } from 'vitest'
import { Exporter, type ExporterOptions } from './exporter.ts'
import type { Span } from './otlp-json.ts'
import { traceSettings } from './settings.ts'

interface Collector {
  readonly url: string
  /** Bodies of the requests, in order. */
  readonly received: string[]
  /** What the next requests are answered with; 200 behind the end. */
  readonly statuses: number[]
}

const test = base.extend<{ collector: Collector }>({
  // oxlint-disable-next-line no-empty-pattern
  collector: async ({}, use) => {
    const received: string[] = []
    const statuses: number[] = []
    const server: Server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        received.push(body)
        response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await use({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, statuses })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  },
})

test('what waits is sent when it closes, in batches', async ({ collector, expect }) => {
  const { exporter, dropped } = exporterTo(collector.url, { batchSize: 2, delayMilliseconds: 60_000 })
  exporter.add([span('a')])
  exporter.add([span('b'), span('c')])
  await exporter.close()
  expect(collector.received.map(namesIn)).toEqual([['a', 'b'], ['c']])
  expect(dropped).toEqual([])
})

test('what a collector cannot take now is sent again, in its order', async ({ collector, expect }) => {
  collector.statuses.push(503)
  const { exporter, problems } = exporterTo(collector.url, { delayMilliseconds: 5 })
  exporter.add([span('a')])
  await until(() => collector.received.length === 2)
  await exporter.close()
  expect(collector.received.map(namesIn)).toEqual([['a'], ['a']])
  expect(problems).toEqual(['the collector answers with 503'])
})

test('what a collector refuses is dropped and counted', async ({ collector, expect }) => {
  collector.statuses.push(400)
  const { exporter, dropped } = exporterTo(collector.url, { batchSize: 1, delayMilliseconds: 60_000 })
  exporter.add([span('a')])
  exporter.add([span('b')])
  await exporter.close()
  expect(collector.received.map(namesIn)).toEqual([['a'], ['b']])
  expect(dropped).toEqual([1])
})

test('without a collector nothing fails: spans wait up to a bound, then they are dropped', async ({ expect }) => {
  const { exporter, dropped, problems } = exporterTo('http://127.0.0.1:9', { queueSize: 4, batchSize: 2, delayMilliseconds: 1 })
  for (let i = 0; i < 5; i++) exporter.add([span(`${i}`), span('stage')])
  expect(dropped).toEqual([2, 2, 2])
  await exporter.close()
  exporter.add([span('too late')])
  expect(dropped).toEqual([2, 2, 2, 2, 2, 1])
  expect(problems).toHaveLength(1)
})

function exporterTo(url: string, options: Partial<ExporterOptions>) {
  const settings = traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  if (settings === undefined) throw new Error('no settings')
  const dropped: number[] = []
  const problems: string[] = []
  const onProblem = (error: unknown) => void problems.push(error instanceof Error ? error.message : String(error))
  const exporter = new Exporter({ ...settings, ...options, onProblem, onDropped: (count) => void dropped.push(count) })
  return { exporter, dropped, problems }
}

function span(name: string): Span {
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentSpanId: undefined }
  return {
    ...ids,
    name,
    isServer: true,
    start: 1_763_800_000_000.25,
    end: 1_763_800_000_001.5,
    attributes: {},
    isError: false,
    link: undefined,
  }
}

function namesIn(body: string): string[] {
  const { resourceSpans } = JSON.parse(body) as {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[] }[]
  }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)))
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}
