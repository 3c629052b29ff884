import { test } from 'vitest'
import { traceSettings } from './settings.ts'

test('without an endpoint nothing is traced', ({ expect }) => {
  expect(traceSettings({})).toBeUndefined()
  expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeUndefined()
})

test.for([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])('%j turns it off', (off, { expect }) => {
  expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', ...off })).toBeUndefined()
})

test('the common endpoint gets a path, the one for traces is taken as it is', ({ expect }) => {
  expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' })?.endpoint.href).toBe('http://collector:4318/v1/traces')
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in' }
  expect(traceSettings(own)?.endpoint.href).toBe('https://traces.example/in')
})

test('headers, name and resource are read, percent-encoded', ({ expect }) => {
  const settings = traceSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi, x-tenant=a=b,nothing',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=prod%2Ceu,broken=%zz',
    OTEL_SERVICE_NAME: 'door',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  })
  expect(settings?.headers).toEqual({ authorization: 'Basic YTpi', 'x-tenant': 'a=b' })
  expect(settings?.resource).toEqual({ 'service.name': 'door', 'deployment.environment.name': 'prod,eu', broken: '%zz' })
  expect(settings?.delayMilliseconds).toBe(100)
})

test.for([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4318' }, 'is no http or https URL'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://a/' }, 'is no http or https URL'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_BSP_MAX_QUEUE_SIZE: '-1' }, 'OTEL_BSP_MAX_QUEUE_SIZE is `-1`'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'over HTTP'],
] as const)('%j is refused', ([environment, message], { expect }) => {
  expect(() => traceSettings(environment)).toThrow(message)
})
