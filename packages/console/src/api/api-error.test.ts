import { test } from 'vitest'
import { apiErrorOf, xmlText } from './api-error.ts'

const answer = (status: number) => ({ status, headers: new Headers({ 'x-amzn-requestid': '7f3c' }) })

test('a JSON error has its code without the namespace', ({ expect }) => {
  const error = apiErrorOf(answer(400), '{"__type":"com.amazonaws.ecs#AccessDeniedException","Message":"no"}')
  expect(error).toMatchObject({ code: 'AccessDeniedException', message: 'no', requestId: '7f3c', isDenied: true })
})

test('an XML error is read as well', ({ expect }) => {
  const error = apiErrorOf(
    answer(403),
    '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>a &lt; b</Message></Error></ErrorResponse>',
  )
  expect(error).toMatchObject({ code: 'ExpiredToken', message: 'a < b', isExpired: true, isDenied: false })
})

test('what is neither keeps its status', ({ expect }) => {
  expect(apiErrorOf(answer(502), 'Bad Gateway')).toMatchObject({ code: 'HTTP 502' })
  expect(apiErrorOf(answer(500), 'null')).toMatchObject({ code: 'HTTP 500' })
})

test('entities of XML become text, once', ({ expect }) => {
  expect(xmlText('<A>&amp;lt;&#x41;&#66;&quot;&unknown;&#x110000;</A>', 'A')).toBe('&lt;AB"&unknown;&#x110000;')
})
