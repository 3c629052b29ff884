import { test } from 'vitest'
import { RequestContext } from '../request.ts'
import { outside, ResourcePattern, resourceParts } from './resource.ts'

const context = new RequestContext({ 'aws:username': 'alice' })

function matches(text: string, resource: string, hasVariables = true): boolean {
  const pattern = new ResourcePattern(resourceParts(text, hasVariables))
  const isMatch = pattern.matches(resource, context)
  if (isMatch && !resource.startsWith(pattern.prefix)) throw new Error('the index would not find it')
  return isMatch
}

test.for([
  ['arn:aws:s3:::bucket/key', 'arn:aws:s3:::bucket/Key'],
  ['arn:aws:s3:::bucket/key', 'arn:aws:s3:::bucket/key2'],
  ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket'],
  ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::packet/x'],
  ['arn:aws:s3:::a?', 'arn:aws:s3:::abc'],
  ['arn:aws:s3:::a*b', 'arn:aws:s3:::abc'],
  ['a*', 'ba'],
  ['arn:aws:ecs:*:111122223333:cluster/*', '*'],
  ['arn:aws:s3:::${aws:username}', 'arn:aws:s3:::bob'],
  ['arn:aws:s3:::${aws:nobody}', 'arn:aws:s3:::'],
  ['arn:aws:s3:::${aws:username', 'arn:aws:s3:::${aws:username'],
  ['arn:aws:${aws:username}:::x', 'arn:aws:alice:::x'],
  ['${aws:username}', 'alice'],
  // A wildcard inside one of the first five segments stays there.
  ['arn:aws:ecs:us-*-1:111122223333:cluster/x', 'arn:aws:ecs:us-east-2:1:eu-1:111122223333:cluster/x'],
  ['arn:aws:ecs:us-*1:1:c', 'arn:aws:ecs:us-east-1'],
  ['arn:aws:ecs:us-east?1:c', 'arn:aws:ecs:us-east:1:c'],
  ['arn:aws:ecs:*x', 'arn:aws:ecs:a:x'],
  ['arn:aws:*:e*t:1:x', 'arn:aws:ecs:a:e:t:1:x'],
])('%s does not match %s', ([pattern = '', resource = ''], { expect }) => {
  expect(matches(pattern, resource)).toBe(false)
})

test.for([
  ['*', '*'],
  ['*', 'arn:aws:s3:::b'],
  ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/'],
  ['arn:aws:s3:::bucket/a*/c', 'arn:aws:s3:::bucket/a/b:d/c'],
  ['arn:aws:s3:::${aws:username}/*', 'arn:aws:s3:::alice/x'],
  ['arn:aws:s3:::${aws:username}', 'arn:aws:s3:::alice'],
  ['arn:aws:ecs:*', 'arn:aws:ecs:us-east-1:111122223333:cluster/x'],
  ['arn:aws:dynamodb:*:table/prod-*', 'arn:aws:dynamodb:us-east-1:111122223333:table/prod-x'],
  ['arn:aws:ecs:us-*-1:111122223333:cluster/*', 'arn:aws:ecs:us-east-1:111122223333:cluster/a:b'],
  ['arn:aws:ecs:us-*-?:*:table/x', 'arn:aws:ecs:us-east-1:1:2:3:table/x'],
  ['arn:aws:*:e*t:1:x', 'arn:aws:ecs:a:east:1:x'],
  ['arn:aws:?cs:*', 'arn:aws:ecs:us-east-1:111122223333:cluster/x'],
  ['arn:aws:?cs:a*b*', 'arn:aws:ecs:axb:c:d'],
  ['arn:aws:s3:::?', 'arn:aws:s3::::'],
  ['arn:aws:e?s', 'arn:aws:ecs'],
])('%s matches %s', ([pattern = '', resource = ''], { expect }) => {
  expect(matches(pattern, resource)).toBe(true)
})

test('in the older language a variable is text', ({ expect }) => {
  expect(matches('arn:aws:s3:::${aws:username}', 'arn:aws:s3:::${aws:username}', false)).toBe(true)
  expect(matches('arn:aws:s3:::${aws:username}', 'arn:aws:s3:::alice', false)).toBe(false)
  expect(matches('arn:aws:s3:::${*}', 'arn:aws:s3:::${anything}', false)).toBe(true)
})

test('outside of patterns is what none of them matches', ({ expect }) => {
  const pattern = new ResourcePattern(outside(['arn:aws:s3:::a/*', 'arn:aws:s3:::${aws:username}'], true))
  expect(pattern.prefix).toBe('')
  expect(pattern.matches('arn:aws:s3:::a/b', context)).toBe(false)
  expect(pattern.matches('arn:aws:s3:::alice', context)).toBe(false)
  expect(pattern.matches('arn:aws:s3:::b', context)).toBe(true)
  expect(pattern.matches('*', context)).toBe(true)
})

test('a pattern is for everything when it is a star and nothing else', ({ expect }) => {
  const isForEverything = (text: string): boolean => new ResourcePattern(resourceParts(text, true)).isForEverything
  expect(isForEverything('*')).toBe(true)
  for (const text of ['', '?', '**', 'a*', '*a', 'arn:aws:s3:::*', '${aws:username}']) expect(isForEverything(text)).toBe(false)
})
