import type { Service } from '@aws-sdk/client-ecs'
import { test } from 'vitest'
import { scaleVerdict } from './rollout.ts'
import { watch, type Watched } from './watching.ts'

/** Watches a service that is as `looks` say, one after the other, in a time in which only pauses pass. */
async function watched(looks: readonly Service[], timeout: number): Promise<{ readonly ended: Watched; readonly told: readonly string[] }> {
  let now = 0
  let at = 0
  const told: string[] = []
  const ended = await watch({
    look: () => Promise.resolve(looks[Math.min(at++, looks.length - 1)] ?? {}),
    verdict: scaleVerdict(2),
    knownEvents: new Set(['old']),
    timeout,
    tell: (line) => told.push(line),
    time: {
      clock: () => now,
      pause: (milliseconds) => {
        now += milliseconds
        return Promise.resolve()
      },
    },
  })
  return { ended, told }
}

const createdAt = new Date(Date.UTC(2026, 10, 25, 12))
const at = (runningCount: number, events: Service['events'] = []): Service => ({
  status: 'ACTIVE',
  desiredCount: 2,
  pendingCount: 0,
  runningCount,
  deployments: [],
  events: [...events, { id: 'old', createdAt, message: 'no news' }],
})

test('what is not done in time goes on', async ({ expect }) => {
  const { ended } = await watched([at(0)], 3_000)
  expect(ended).toEqual({ state: 'timed-out', reason: 'it goes on: 0 of 2 running' })
})

test('each event and each step of progress is told once, the older first', async ({ expect }) => {
  const first = { id: '1', createdAt, message: '(service web) has started 1 tasks: (task a).' }
  const second = { id: '2', createdAt, message: '(service web) has reached a steady state.' }
  const { ended, told } = await watched([at(0), at(0), at(1, [first]), at(2, [second, first])], 60_000)
  expect(ended).toEqual({ state: 'completed' })
  expect(told).toEqual([
    'progress: 0 of 2 running',
    '2026-11-25T12:00:00Z  (service web) has started 1 tasks: (task a).',
    'progress: 1 of 2 running',
    '2026-11-25T12:00:00Z  (service web) has reached a steady state.',
    'progress: 2 of 2 running',
  ])
})
