import { test } from 'vitest'
import { clientSpan } from './tracing.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test.for([`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-00`, `cc-${traceId}-${spanId}-01-what-will-come`])(
  '%s names a span',
  (value, { expect }) => {
    expect(clientSpan({ headers: [['traceparent', value]] })).toEqual({ traceId, spanId })
  },
)

test.for([
  '',
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}`,
])('`%s` names none', (value, { expect }) => {
  expect(clientSpan({ headers: [['traceparent', value]] })).toBeUndefined()
})

test('two headers name none', ({ expect }) => {
  const header = ['traceparent', `00-${traceId}-${spanId}-01`] as const
  expect(clientSpan({ headers: [header, header] })).toBeUndefined()
  expect(clientSpan({ headers: [] })).toBeUndefined()
})
