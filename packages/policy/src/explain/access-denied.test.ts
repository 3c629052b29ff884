import { test } from 'vitest'
import { type Decision, type PolicyType, policyTypes } from '../decision.ts'
import { type Principal, RequestContext } from '../request.ts'
import { accessDeniedMessage } from './access-denied.ts'

const account = '111122223333'
const user: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/alice` }
const message = (
  decision: Decision,
  action = 'ecs:StopTask',
  resource = 'arn:aws:ecs:us-east-1:111122223333:task/prod/1',
  principal: Principal = user,
) => accessDeniedMessage({ principal, action, resource, resourceAccount: account, context: new RequestContext({}) }, decision)

test('an allowed request has no message', ({ expect }) => {
  expect(message({ effect: 'allow', grant: 'policy', by: [] })).toBeUndefined()
})

test.for<[PolicyType, string]>([
  ['scp', 'a service control policy'],
  ['rcp', 'a resource control policy'],
  ['endpoint', 'a VPC endpoint policy'],
  ['resource', 'a resource-based policy'],
  ['identity', 'an identity-based policy'],
  ['boundary', 'a permissions boundary'],
  ['session', 'a session policy'],
])('%s is called %s', ([policyType, text], { expect }) => {
  const subject = `User: ${user.arn} is not authorized to perform: ecs:StopTask on resource: arn:aws:ecs:us-east-1:111122223333:task/prod/1`
  expect(message({ effect: 'explicit-deny', policyType, by: [] })).toBe(`${subject} with an explicit deny in ${text}`)
  const type = text.replace(/^an? /, '')
  expect(message({ effect: 'implicit-deny', missing: policyType })).toBe(`${subject} because no ${type} allows the ecs:StopTask action`)
})

test('every policy type has its words', ({ expect }) => {
  for (const missing of policyTypes) expect(message({ effect: 'implicit-deny', missing })).toMatch(/because no [a-zA-Z -]+ allows/)
})

test("a role's own policy is its trust policy", ({ expect }) => {
  const role = `arn:aws:iam::${account}:role/target`
  expect(message({ effect: 'implicit-deny', missing: 'resource' }, 'sts:AssumeRole', role)).toContain('because no role trust policy allows')
  expect(message({ effect: 'explicit-deny', policyType: 'resource', by: [] }, 'sts:AssumeRole', role)).toContain(
    'deny in a role trust policy',
  )
  const key = `arn:aws:kms:us-east-1:${account}:key/1`
  expect(message({ effect: 'implicit-deny', missing: 'resource' }, 'kms:Decrypt', key)).toContain('because no resource-based policy allows')
})

test('a limit of the credentials gives no reason', ({ expect }) => {
  expect(message({ effect: 'implicit-deny', missing: 'session-type' }, 'iam:GetUser', '*')).toBe(
    `User: ${user.arn} is not authorized to perform: iam:GetUser on resource: *`,
  )
})

test('callers without an ARN are called by their names', ({ expect }) => {
  const denied: Decision = { effect: 'implicit-deny', missing: 'resource' }
  expect(message(denied, 's3:GetObject', '*', { kind: 'anonymous' })).toMatch(/^User: anonymous is not/)
  expect(message(denied, 's3:GetObject', '*', { kind: 'service', name: 'ecs.amazonaws.com' })).toMatch(/^User: ecs.amazonaws.com is not/)
  expect(message(denied, 's3:GetObject', '*', { kind: 'federated', provider: 'idp.example' })).toMatch(/^User: idp.example is not/)
})

test('the reason can be left out', ({ expect }) => {
  const request = { principal: user, action: 'ecs:StopTask', resource: '*', resourceAccount: account, context: new RequestContext({}) }
  for (const decision of [
    { effect: 'implicit-deny', missing: 'identity' },
    { effect: 'explicit-deny', policyType: 'scp', by: [] },
  ] as const) {
    expect(accessDeniedMessage(request, decision, { withReason: false })).toBe(
      `User: ${user.arn} is not authorized to perform: ecs:StopTask on resource: *`,
    )
  }
})
