import { test } from 'vitest'
import { rowsBetween, sql, textOf } from './statement.ts'

const dollar = (n: number): string => `$${n}`

test('values never become text', ({ expect }) => {
  const statement = sql`update meta set version = ${1} where id = ${"1'; drop table meta"}`
  expect(textOf(statement, dollar)).toBe('update meta set version = $1 where id = $2')
  expect(textOf(statement, () => '?')).toBe('update meta set version = ? where id = ?')
  expect(statement.values).toEqual([1, "1'; drop table meta"])
})

test('rows stand one behind the other, with a place for each value', ({ expect }) => {
  const rows = [
    ['a', 1],
    ['b', null],
  ]
  const statement = rowsBetween('insert into things values', rows, 'on conflict do nothing')
  expect(textOf(statement, dollar)).toBe('insert into things values ($1, $2), ($3, $4) on conflict do nothing')
  expect(statement.values).toEqual(['a', 1, 'b', null])
})
