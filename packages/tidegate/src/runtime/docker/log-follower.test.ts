import { test } from 'vitest'
import { nanosecondsOf } from './log-follower.ts'

test.for([
  ['1970-01-01T00:00:00Z', 0n],
  ['1970-01-01T00:00:01.5Z', 1_500_000_000n],
  ['2026-11-25T16:26:31.123456789Z', 1_795_623_991_123_456_789n],
] as const)('%s is %s nanoseconds', ([text, nanoseconds], { expect }) => {
  expect(nanosecondsOf(text)).toBe(nanoseconds)
})
