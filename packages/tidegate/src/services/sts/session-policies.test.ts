import { test } from 'vitest'
import { packedPolicySize, sessionPolicies } from './session-policies.ts'
import { noTags } from './tags.ts'

const tags = (count: number, length: number) => Array.from({ length: count }, (_, i) => ({ key: `T${i + 1}`, value: 'a'.repeat(length) }))

test('nothing takes no room, and anything takes some', ({ expect }) => {
  expect(packedPolicySize(undefined, noTags)).toBeUndefined()
  expect(packedPolicySize(undefined, { ...noTags, given: tags(1, 0) })).toBe(1)
})

// https://github.com/aws-actions/configure-aws-credentials/issues/1898 shows what AWS answers.
test('nine tags of 2 and 250 characters take 498 %, as on AWS', ({ expect }) => {
  expect(packedPolicySize(undefined, { ...noTags, given: tags(9, 250) })).toBe(498)
})

test('inherited tags take as much room as given ones', ({ expect }) => {
  const [given, inherited] = [tags(3, 50), tags(3, 50)]
  expect(packedPolicySize(undefined, { ...noTags, inherited })).toBe(packedPolicySize(undefined, { ...noTags, given }))
})

test('inline policy and ARNs have 2048 characters together', ({ expect }) => {
  const inline = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } })
  const arn = `arn:aws:iam::aws:policy/${'x'.repeat(2048 - 24 - inline.length)}`
  expect(sessionPolicies(inline, [{ arn }])).toEqual({ inline, arns: [arn] })
  expect(() => sessionPolicies(inline, [{ arn: `${arn}x` }])).toThrow('Member must have length less than or equal to 2048')
})

test('no policies are not the same as policies that allow nothing', ({ expect }) => {
  expect(sessionPolicies(undefined, [])).toBeUndefined()
  expect(sessionPolicies(undefined)).toBeUndefined()
})
