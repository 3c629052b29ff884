import { test } from 'vitest'
import { HealthRecord } from './health.ts'

const check = { command: ['true'], intervalMilliseconds: 1, timeoutMilliseconds: 1, retries: 3, startPeriodMilliseconds: 100 } as const

test.for([
  [
    'failures in the start period do not count',
    [
      [false, 1],
      [false, 50],
      [false, 99],
      [false, 101],
      [false, 102],
    ],
    'starting',
  ],
  [
    'so many failures in a row make it unhealthy',
    [
      [false, 101],
      [false, 102],
      [false, 103],
    ],
    'unhealthy',
  ],
  [
    'a success ends the start period',
    [
      [true, 1],
      [false, 2],
      [false, 3],
      [false, 4],
    ],
    'unhealthy',
  ],
  [
    'a success in between begins the count again',
    [
      [true, 101],
      [false, 102],
      [false, 103],
      [true, 104],
      [false, 105],
    ],
    'healthy',
  ],
  [
    'one success makes it healthy again',
    [
      [false, 101],
      [false, 102],
      [false, 103],
      [true, 104],
    ],
    'healthy',
  ],
] as const)('%s', ([, probes, last], { expect }) => {
  const record = new HealthRecord()
  const told = probes.map(([isGood, elapsed]) => record.probed(isGood, elapsed, check))
  expect(told.at(-1)).toBe(last)
})
