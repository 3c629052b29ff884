import fc from 'fast-check'
import { test } from 'vitest'
import { conditionOperator } from './condition-operator.ts'
import { flat, intern, internConditions, internElement, InternTable } from './intern.ts'

test('a table never grows past twice its bound', ({ expect }) => {
  const table = new InternTable<number>(10)
  for (let i = 0; i < 1000; i++) table.set(`k${i}`, i)
  expect(table.size).toBeLessThanOrEqual(20)
})

test('what is asked for again survives, what is not is dropped', ({ expect }) => {
  const table = new InternTable<string>(2)
  table.set('kept', 'kept')
  for (let i = 0; i < 50; i++) {
    table.set(`k${i}`, `k${i}`)
    expect(table.get('kept')).toBe('kept')
  }
  expect(table.get('k0')).toBeUndefined()
})

test('equal elements are one object, and it cannot be changed', ({ expect }) => {
  const element = internElement(false, ['ecs:RunTask', 'ecs:StopTask'])
  expect(internElement(false, ['ecs:RunTask', 'ecs:StopTask'])).toBe(element)
  expect(Object.isFrozen(element) && Object.isFrozen(element.patterns)).toBe(true)
})

test('elements that only look alike as a key stay apart', ({ expect }) => {
  expect(internElement(false, ['a b'])).toEqual({ not: false, patterns: ['a b'] })
  expect(internElement(false, ['a', 'b'])).toEqual({ not: false, patterns: ['a', 'b'] })
  expect(internElement(true, ['a'])).toEqual({ not: true, patterns: ['a'] })
  expect(internElement(false, ['!a'])).toEqual({ not: false, patterns: ['!a'] })
})

test('equal conditions are one list, and it cannot be changed', ({ expect }) => {
  const conditions = (values: string[], name = 'StringEquals', key = 'aws:username'): Parameters<typeof internConditions>[0] => {
    const operator = conditionOperator(name)
    return operator === undefined ? [] : [{ operator, key, values }]
  }
  const list = internConditions(conditions(['a', 'b']))
  expect(internConditions(conditions(['a', 'b']))).toBe(list)
  expect(list).toEqual(conditions(['a', 'b']))
  expect(Object.isFrozen(list) && Object.isFrozen(list[0]) && Object.isFrozen(list[0]?.values)).toBe(true)
  for (const other of [
    conditions(['a b']),
    conditions(['a', 'b'], 'StringEqualsIfExists'),
    conditions(['a', 'b'], 'StringEquals', 'aws:userid'),
    [...conditions(['a']), ...conditions(['b'])],
    conditions(['a\nStringEquals aws:username b']),
  ])
    expect(internConditions(other)).toEqual(other)
})

test('law: interning is invisible', ({ expect }) => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), fc.boolean(), (text, patterns, not) => {
      expect(intern(text)).toBe(text)
      expect(flat(text)).toBe(text)
      expect(internElement(not, patterns)).toEqual({ not, patterns })
    }),
  )
})
