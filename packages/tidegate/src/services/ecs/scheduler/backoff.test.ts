import { test } from 'vitest'
import { Backoff } from './backoff.ts'

test('rounds that fail wait twice as long each time, a new deployment does not wait', ({ expect }) => {
  const backoff = new Backoff()
  backoff.failed('one', 0)
  expect([backoff.waits('one', 999), backoff.waits('one', 1_000)]).toEqual([true, false])
  backoff.failed('one', 1_000)
  expect([backoff.waits('one', 2_999), backoff.waits('one', 3_000)]).toEqual([true, false])
  expect(backoff.waits('two', 2_999)).toBe(false)
})

test('a clock that is set back makes nobody wait for it', ({ expect }) => {
  const backoff = new Backoff()
  backoff.failed('one', 3_600_000)
  expect(backoff.waits('one', 0)).toBe(false)
})
