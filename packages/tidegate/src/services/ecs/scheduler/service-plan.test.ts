import fc from 'fast-check'
import { describe, test } from 'vitest'
import { type Counts, planService, type Situation } from './service-plan.ts'

const none: Counts = { pending: 0, settling: 0, healthy: 0 }
const situation = (changes: Partial<Situation>): Situation => ({
  desired: 4,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  primary: none,
  old: none,
  stopping: 0,
  mayStart: true,
  ...changes,
})

describe('a plan', () => {
  const cases: readonly [string, Partial<Situation>, { start?: number; stopOld?: number; stopPrimary?: number }][] = [
    ['starts what is missing', {}, { start: 4 }],
    ['starts nothing while it waits', { mayStart: false }, {}],
    ['stops what is too much', { desired: 1, primary: { ...none, healthy: 3 } }, { stopPrimary: 2 }],
    ['leaves old tasks alone until new ones are healthy', { old: { ...none, healthy: 4 }, primary: { ...none, settling: 4 } }, {}],
    [
      'stops old tasks as new ones are healthy',
      { old: { ...none, healthy: 4 }, primary: { ...none, healthy: 3 } },
      { start: 1, stopOld: 3 },
    ],
    [
      'makes room by stopping old tasks, as many as may be missed',
      { maximumPercent: 100, minimumHealthyPercent: 50, old: { ...none, healthy: 4 } },
      { stopOld: 2 },
    ],
    [
      'does not start where those that are stopping take the room',
      { maximumPercent: 100, minimumHealthyPercent: 0, stopping: 3 },
      { start: 1 },
    ],
    [
      'stops all when none is wanted',
      { desired: 0, old: { ...none, healthy: 2 }, primary: { ...none, pending: 1 } },
      { stopOld: 2, stopPrimary: 1 },
    ],
    ['does not take what works away from a deployment that failed', { mayStart: false, old: { ...none, healthy: 4 }, primary: none }, {}],
  ]
  test.for(cases)('%s', ([, given, wanted], { expect }) => {
    expect(planService(situation(given))).toMatchObject({ start: 0, stopOld: 0, stopPrimary: 0, ...wanted })
  })
})

const counts = fc.record({ pending: fc.nat(6), settling: fc.nat(6), healthy: fc.nat(6) })
const situations = fc.record({
  desired: fc.nat(8),
  minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
  maximumPercent: fc.integer({ min: 100, max: 300 }),
  primary: counts,
  old: counts,
  stopping: fc.nat(4),
  mayStart: fc.boolean(),
})
const all = ({ pending, settling, healthy }: Counts): number => pending + settling + healthy

test('no plan takes more tasks than the maximum, or starts and stops the same deployment', ({ expect }) => {
  fc.assert(
    fc.property(situations, (given) => {
      const { start, stopPrimary } = planService(given)
      const most = Math.floor((given.desired * given.maximumPercent) / 100)
      if (start > 0) expect(all(given.primary) + all(given.old) + given.stopping + start).toBeLessThanOrEqual(most)
      expect(start === 0 || stopPrimary === 0).toBe(true)
    }),
  )
})

test('no plan stops healthy old tasks below the minimum', ({ expect }) => {
  fc.assert(
    fc.property(situations, (given) => {
      const { stopOld } = planService(given)
      const fewest = Math.ceil((given.desired * given.minimumHealthyPercent) / 100)
      // Those that are not healthy go first.
      const healthyStopped = Math.max(0, stopOld - given.old.pending - given.old.settling)
      const isAllowed = given.desired === 0 || healthyStopped === 0 || given.primary.healthy + given.old.healthy - healthyStopped >= fewest
      expect(isAllowed).toBe(true)
    }),
  )
})
