import { test } from 'vitest'
import { type Action, actionOf } from './action.ts'
import { ActionIndex } from './action-index.ts'
import { type ActionTable, emptyTable, indexIn, withIndex } from './action-table.ts'

const actions = Array.from({ length: 300 }, (_, n) => actionOf(`table-test:Action${n}`))

function tableOf(some: readonly Action[]): { table: ActionTable; pairs: (readonly [Action, ActionIndex])[] } {
  const pairs = some.map((action) => [action, new ActionIndex([])] as const)
  let table = emptyTable
  for (const [action, index] of pairs) table = withIndex(table, action, index)
  return { table, pairs }
}

test('an action that is not in the table has no index', ({ expect }) => {
  const never = actionOf('table-test:Never')
  for (const count of [0, 1, 2, 3, 4, 7, 8, 300]) expect(indexIn(tableOf(actions.slice(0, count)).table, never)).toBeUndefined()
})

test('each action finds its own index, however many there are, in whatever order they came', ({ expect }) => {
  for (const count of [1, 2, 3, 4, 7, 8, 300]) {
    const { table, pairs } = tableOf(actions.slice(0, count).toReversed())
    for (const [action, index] of pairs) expect(indexIn(table, action)).toBe(index)
  }
})

test('actions whose numbers fall on one place do not take it from each other', ({ expect }) => {
  const { table, pairs } = tableOf(actions.filter(({ number }) => number % 64 === (actions[0]?.number ?? 0) % 64))
  expect(pairs.length).toBeGreaterThan(2)
  for (const [action, index] of pairs) expect(indexIn(table, action)).toBe(index)
})

test('at least half of the places stay free, so that a search ends', ({ expect }) => {
  for (let count = 0; count <= 20; count++) {
    const { table } = tableOf(actions.slice(0, count))
    expect(table.filter((cell) => cell !== undefined).length).toBeLessThanOrEqual(table.length / 2)
  }
})

test('the empty table stays empty', ({ expect }) => {
  tableOf(actions)
  expect(emptyTable).toEqual([undefined, undefined])
})
