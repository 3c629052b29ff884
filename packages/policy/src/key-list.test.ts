import { test } from 'vitest'
import { KeyList } from './key-list.ts'

test('requests with the same names share a list', ({ expect }) => {
  expect(KeyList.of(['aws:SourceIp', 'aws:username'])).toBe(KeyList.of(['aws:SourceIp', 'aws:username']))
  expect(KeyList.of(['aws:username', 'aws:SourceIp'])).not.toBe(KeyList.of(['aws:SourceIp', 'aws:username']))
})

test('lists that only look alike when joined stay apart', ({ expect }) => {
  const two = KeyList.of(['a', 'b'])
  const one = KeyList.of(['a\nb'])
  expect([two.placeOf('a'), two.placeOf('b'), two.placeOf('a\nb')]).toEqual([0, 1, undefined])
  expect([one.placeOf('a'), one.placeOf('b'), one.placeOf('a\nb')]).toEqual([undefined, undefined, 0])
})

test('names that differ only in case have one place', ({ expect }) => {
  const list = KeyList.of(['aws:UserName', 'x', 'aws:username', 'y'])
  expect(list.hasOnePlaceEach).toBe(false)
  expect([...list.keys()]).toEqual(['aws:username', 'x', 'y'])
  expect([list.placeOf('aws:username'), list.placeOf('x'), list.placeOf('y')]).toEqual([0, 1, 2])
  expect(KeyList.of(['x', 'y']).hasOnePlaceEach).toBe(true)
})

test('a list of very many names is not shared', ({ expect }) => {
  const names = Array.from({ length: 2000 }, (_, n) => `aws:RequestTag/${n}`)
  expect(KeyList.of(names)).not.toBe(KeyList.of(names))
  expect(KeyList.of(names).placeOf('aws:requesttag/1999')).toBe(1999)
})

test('names without end do not fill the memory: older lists are forgotten and stay right', ({ expect }) => {
  const kept = KeyList.of(['aws:SourceIp', 'aws:username'])
  expect(KeyList.of(['aws:SourceIp', 'aws:username'])).toBe(kept)
  for (let n = 0; n < 10_000; n++) KeyList.of([`aws:RequestTag/${n}`])
  expect(KeyList.of(['aws:SourceIp', 'aws:username'])).not.toBe(kept)
  expect(kept.placeOf('aws:username')).toBe(1)
})
