import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'vitest'
import { traceSettings } from '../src/telemetry/settings.ts'
import { testInstance } from './support/instance.ts'

interface SpanJson {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, string>> }[]
  readonly links?: readonly object[]
  readonly status: object
}

test('T-87 a request is a trace of its own with its stages: a span of the client is linked to, baggage is ignored, nobody is named', async ({
  expect,
}) => {
  const bodies: string[] = []
  const collector = createServer((request, response) => {
    expect([
      request.method,
      request.url,
      request.headers['content-type'],
      request.headers['baggage'],
      request.headers['traceparent'],
    ]).toEqual(['POST', '/v1/traces', 'application/json', undefined, undefined])
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      bodies.push(body)
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  const traces = traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'door' })
  const instance = await testInstance({}, { traces })
  const key = instance.rootKey()
  const sts = new STSClient({ region: 'us-east-1', endpoint: instance.url, credentials: key })
  const clientTrace = '0af7651916cd43dd8448eb211c80319c'
  sts.middlewareStack.add(
    (next) => (args) => {
      Object.assign(Reflect.get(args.request as object, 'headers') as object, {
        traceparent: `00-${clientTrace}-b7ad6b7169203331-01`,
        baggage: 'enduser.id=mallory',
      })
      return next(args)
    },
    { step: 'build', name: 'traceparent' },
  )
  await sts.send(new GetCallerIdentityCommand({}))
  await fetch(instance.url, { method: 'POST', headers: { 'x-amz-target': 'Nothing.Mallory' } })
  await instance.close()
  await new Promise((resolve) => collector.close(resolve))

  const text = bodies.join('')
  expect(text).not.toContain('mallory')
  expect(text).not.toContain('Mallory')
  expect(text).not.toContain(key.accessKeyId)
  expect(text).not.toContain(key.accountId)
  expect(text).toContain('{"key":"service.name","value":{"stringValue":"door"}}')
  const spans = bodies.flatMap(spansIn)
  const [whole, ...others] = spans
  if (whole === undefined) throw new Error('no span')
  expect(whole).toMatchObject({
    name: 'sts.GetCallerIdentity',
    kind: 2,
    status: {},
    links: [{ traceId: clientTrace, spanId: 'b7ad6b7169203331' }],
  })
  expect(whole.traceId).not.toBe(clientTrace)
  expect(whole.parentSpanId).toBeUndefined()
  expect(Object.fromEntries(whole.attributes.map(({ key: name, value }) => [name, Object.values(value)[0]]))).toEqual({
    'rpc.system': 'aws-api',
    'rpc.service': 'sts',
    'rpc.method': 'GetCallerIdentity',
    'aws.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'http.response.status_code': '200',
    'tidegate.decision': 'allow',
  })
  const stages = others.filter(({ parentSpanId }) => parentSpanId === whole.spanId)
  expect(stages.map(({ name, traceId, kind }) => [name, traceId, kind])).toEqual(
    ['authenticate', 'authorize', 'invoke', 'audit'].map((name) => [name, whole.traceId, 1]),
  )
  const times = stages.flatMap(({ startTimeUnixNano, endTimeUnixNano }) => [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)])
  expect([BigInt(whole.startTimeUnixNano), ...times, BigInt(whole.endTimeUnixNano)]).toEqual(
    [BigInt(whole.startTimeUnixNano), ...times, BigInt(whole.endTimeUnixNano)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  )
  const unknown = spans.find(({ name }) => name === 'unknown operation')
  expect(unknown?.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'UnknownOperationException' } })
})

function spansIn(body: string): readonly SpanJson[] {
  const { resourceSpans } = JSON.parse(body) as {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SpanJson[] }[] }[]
  }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}
