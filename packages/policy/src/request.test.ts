import { test } from 'vitest'
import { RequestContext } from './request.ts'

test('keys are found whatever the case of their names, absent ones are not', ({ expect }) => {
  const context = new RequestContext({ 'aws:SourceIp': '10.0.0.1', 'aws:TagKeys': ['a'], empty: '', none: [] })
  expect(context.get('aws:sourceip')).toBe('10.0.0.1')
  expect(context.get('aws:tagkeys')).toEqual(['a'])
  expect(context.get('empty')).toBe('')
  expect(context.get('none')).toBeUndefined()
  expect(context.get('constructor')).toBeUndefined()
  expect([...context.keys()]).toEqual(['aws:sourceip', 'aws:tagkeys', 'empty'])
})

test('keys that differ only in case are one key with the values of both', ({ expect }) => {
  const context = new RequestContext({ a: '1', X: 'x', A: ['2', '3'], y: 'y' })
  expect(context.get('a')).toEqual(['1', '2', '3'])
  expect(context.get('x')).toBe('x')
  expect(context.get('y')).toBe('y')
  expect([...context.keys()]).toEqual(['a', 'x', 'y'])
})

test('a context has values of its own, though it shares its keys', ({ expect }) => {
  const one = new RequestContext({ 'aws:username': 'alice', 'aws:userid': 'A' })
  const two = new RequestContext({ 'aws:username': 'bob', 'aws:userid': 'B' })
  expect([one.get('aws:username'), two.get('aws:username')]).toEqual(['alice', 'bob'])
})
