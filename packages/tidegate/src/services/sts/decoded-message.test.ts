import { compilePolicies, explain, readPolicy, RequestContext } from '@tidegate/policy'
import { test } from 'vitest'
import { decodedMessage } from './decoded-message.ts'

const arn = 'arn:aws:iam::111122223333:user/bob'
const principal = { kind: 'user', arn, account: '111122223333' } as const

function decoded(...statements: object[]): Record<string, unknown> {
  const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity', { name: 'guardrails' })
  if (!read.ok) throw new Error(read.problems[0].message)
  const context = new RequestContext({ 'ecs:cluster': 'prod', 'aws:SourceIp': '192.0.2.1' })
  const request = { principal, action: 'ecs:StopTask', resource: '*', resourceAccount: '111122223333', context }
  const trace = explain(request, [compilePolicies({ identity: [read.document] })])
  return JSON.parse(decodedMessage(JSON.stringify(trace))) as Record<string, unknown>
}

test('a request that nothing allows has no matched statements', ({ expect }) => {
  const message = decoded({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  expect(message).toMatchObject({
    allowed: false,
    explicitDeny: false,
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: { principal: { arn }, action: 'ecs:StopTask', resource: '*', conditions: { items: [] } },
    trace: { decision: { effect: 'implicit-deny' } },
  })
})

test('a request that is denied has the statement that denies it, and the keys that it asked for', ({ expect }) => {
  const Condition = { StringLike: { 'ecs:cluster': ['prod', 'p*'] }, Null: { 'aws:TokenIssueTime': 'true' } }
  const message = decoded(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Sid: 'DenyProd', Effect: 'Deny', Action: 'ecs:StopTask', Resource: '*', Condition },
  )
  expect(message).toMatchObject({
    allowed: false,
    explicitDeny: true,
    matchedStatements: {
      items: [
        {
          statementId: 'DenyProd',
          effect: 'DENY',
          sourcePolicyId: 'guardrails',
          conditions: {
            items: [{ key: 'ecs:cluster', values: { items: [{ value: 'prod' }, { value: 'p*' }] } }, { key: 'aws:TokenIssueTime' }],
          },
        },
      ],
    },
    context: { conditions: { items: [{ key: 'ecs:cluster', values: { items: [{ value: 'prod' }] } }] } },
  })
})
