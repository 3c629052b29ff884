import { test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { serviceName, shortName, taskName } from './names.ts'

const arn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web'

test.for(['', '/', 'shop/', '/web', 'a/b/c', 'arn:aws:ecs:us-east-1:111122223333:task/shop/1', 'arn:aws:s3:::bucket'])(
  '`%s` names no service',
  (word, { expect }) => {
    expect(() => serviceName(word, undefined)).toThrow(UsageError)
  },
)

test('a cluster is named once', ({ expect }) => {
  expect(() => serviceName('shop/web', 'shop')).toThrow('`--cluster` has no effect')
  expect(() => serviceName(arn, 'shop')).toThrow('`--cluster` has no effect')
})

test('a service is named by its name, with its cluster, or by its ARN', ({ expect }) => {
  expect(serviceName('web', undefined)).toEqual({ cluster: 'default', name: 'web' })
  expect(serviceName('web', 'shop')).toEqual({ cluster: 'shop', name: 'web' })
  expect(serviceName('web', 'arn:aws:ecs:us-east-1:111122223333:cluster/shop')).toEqual({ cluster: 'shop', name: 'web' })
  expect(serviceName('shop/web', undefined)).toEqual({ cluster: 'shop', name: 'web' })
  expect(serviceName(arn, undefined)).toEqual({ cluster: 'shop', name: 'web' })
})

test('so is a task', ({ expect }) => {
  const name = '0123456789abcdef0123456789abcdef'
  expect(taskName(`arn:aws:ecs:us-east-1:111122223333:task/shop/${name}`, undefined)).toEqual({ cluster: 'shop', name })
  expect(taskName(name, undefined)).toEqual({ cluster: 'default', name })
  expect(() => taskName('shop/0123', undefined)).toThrow('`shop/0123` names no task')
})

test('a short name is the end of an ARN', ({ expect }) => {
  expect(['arn:aws:ecs:us-east-1:111122223333:task-definition/web:12', 'web', undefined].map(shortName)).toEqual(['web:12', 'web', '-'])
})
