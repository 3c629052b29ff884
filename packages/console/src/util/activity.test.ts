import fc from 'fast-check'
import { test } from 'vitest'
import { activityFilter, filterOf, queryOf } from './activity-filter.ts'
import { heatMapOf } from './heat.ts'

const group = (Who: string, Action: string, Denied: number, PolicyTypes: readonly string[] = ['identity']) => ({
  Who,
  WhoType: 'human',
  Principal: `arn:aws:iam::111122223333:role/${Who}`,
  Action,
  Count: Denied + 1,
  Denied,
  PolicyTypes,
  FirstTime: '',
  LastTime: '',
  LastEventId: '',
})

test('what an address says wrongly is as if it were not there', ({ expect }) => {
  expect(filterOf(new URLSearchParams('period=constructor&denied=1&actor=%20&x=y'))).toEqual({
    texts: {},
    isDeniedOnly: false,
    isChangesOnly: false,
    period: '24h',
  })
})

test('a filter and its address say the same, whatever is typed', ({ expect }) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.boolean(), fc.constantFrom('1h', '24h', '7d', 'all'), (actor, resource, isDenied, period) => {
      const query = new URLSearchParams({ actor, resource, period, ...(isDenied && { denied: 'yes' }) })
      const filter = filterOf(query)
      expect(filterOf(new URLSearchParams(queryOf(filter)))).toEqual(filter)
      expect(filter.texts.actor ?? '').toBe(actor.trim())
    }),
  )
})

test('a period is counted back from now', ({ expect }) => {
  const filter = filterOf(new URLSearchParams('action=ecs:StopTask&denied=yes&period=1h'))
  expect(activityFilter(filter, Date.UTC(2026, 10, 20, 12))).toMatchObject({
    Action: 'ecs:StopTask',
    DeniedOnly: true,
    StartTime: '2026-11-20T11:00:00.000Z',
  })
  expect(activityFilter(filterOf(new URLSearchParams('period=all')), 0)).not.toHaveProperty('StartTime')
})

test('denials are rows and columns, the most frequent first', ({ expect }) => {
  const map = heatMapOf([group('bob', 'ecs:StopTask', 1), group('alice', 'ecs:StopTask', 3, ['scp']), group('alice', 's3:GetObject', 70)], {
    rows: 9,
    columns: 9,
  })
  expect(map.columns).toEqual(['s3:GetObject', 'ecs:StopTask'])
  expect(map.rows.map(({ who, cells }) => [who, ...cells.map(({ count }) => count)])).toEqual([
    ['alice', 70, 3],
    ['bob', 0, 1],
  ])
  expect(map.rows[0]?.cells.map(({ level, causes }) => [level, ...causes])).toEqual([
    [4, 'identity'],
    [1, 'scp'],
  ])
  expect(map).toMatchObject({ total: 74, leftOut: 0 })
})

test('what finds no place is counted, and what was not denied is not', ({ expect }) => {
  const map = heatMapOf([group('a', 'x:A', 5), group('a', 'x:B', 2), group('b', 'x:A', 1), group('c', 'x:A', 0)], { rows: 1, columns: 1 })
  expect(map).toMatchObject({ columns: ['x:A'], total: 8, leftOut: 3 })
  expect(map.rows).toHaveLength(1)
})
