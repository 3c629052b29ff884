import { test } from 'vitest'
import { covers, mayOverlap } from './pattern-relation.ts'

test.for([
  ['a', 'b'],
  ['a', ''],
  ['', 'a'],
  ['a*', 'b*'],
  ['*a', '*b'],
  ['a?', 'a'],
  ['?', ''],
  ['a?c', 'abd'],
  ['a*c', 'ab'],
  ['key-😀', 'key-😁'],
  ['home/${aws:username}', 'house/x'],
])('no text matches both %s and %s', ([one = '', other = ''], { expect }) => {
  expect(mayOverlap(one, other)).toBe(false)
  expect(mayOverlap(other, one)).toBe(false)
})

test.for([
  ['', ''],
  ['', '*'],
  ['a', 'a'],
  ['a', '?'],
  ['?', '?'],
  ['ab', '*b'],
  ['a*', '*b'],
  ['*a*', 'b*'],
  ['a**', 'a'],
  ['a?c', '?bc'],
  ['a*c', 'a*b*c'],
  ['key-😀', 'key-😀'],
  ['key-😀*', 'key-*'],
  ['home/${aws:username}', 'home/alice'],
  ['${aws:username}/${aws:userid}', 'x'.repeat(3) + '/'],
])('some text may match both %s and %s', ([one = '', other = ''], { expect }) => {
  expect(mayOverlap(one, other)).toBe(true)
  expect(mayOverlap(other, one)).toBe(true)
})

test.for([
  ['a', 'ab'],
  ['ab', 'cb'],
  ['arn:aws:s3:::?', 'arn:aws:s3:::*'],
  ['arn:aws:s3:::a?c', 'arn:aws:s3:::b*c'],
  ['a*', '*'],
  ['a*', 'b'],
  ['?', ''],
  ['?', '*'],
  ['?*', '*'],
  ['', 'a'],
  ['a?', 'a*'],
  ['a*b', 'a*'],
  ['*a*', 'b*b'],
  // Not for certain: a variable may stand for anything, and a wildcard inside a segment stays there.
  ['home/${aws:username}', 'home/alice'],
  ['home/*', 'home/${aws:username}'],
  ['arn:aws:ecs:us-*-1:*:cluster/*', 'arn:aws:ecs:us-east-1:1:cluster/x'],
  ['arn:aws:e?s:*', 'arn:aws:ecs:x'],
])('%s does not cover %s for certain', ([wide = '', narrow = ''], { expect }) => {
  expect(covers(wide, narrow)).toBe(false)
})

test.for([
  ['', ''],
  ['*', ''],
  ['*', '${aws:username}'],
  ['${aws:username}', '${aws:username}'],
  ['a*', 'a'],
  ['a*', 'a?*'],
  ['key-😀*', 'key-😀x'],
  ['arn:aws:ecs:*:*:task/?*', 'arn:aws:ecs:*:*:task/a?b'],
  ['arn:aws:s3:::a?c', 'arn:aws:s3:::abc'],
  ['arn:aws:s3:::a?c', 'arn:aws:s3:::a?c'],
  ['arn:aws:s3:::*?', 'arn:aws:s3:::a*?'],
  ['arn:aws:s3:::a*c', 'arn:aws:s3:::a*b*c'],
  ['arn:aws:s3:::*/a*c', 'arn:aws:s3:::b/abc'],
  ['arn:aws:ecs:*', 'arn:aws:ecs:us-east-1:1:task/x'],
])('%s covers %s', ([wide = '', narrow = ''], { expect }) => {
  expect(covers(wide, narrow)).toBe(true)
})
