import { test } from 'vitest'
import { caseOf } from '../../test/case-generator.ts'
import { readCase } from '../case.ts'
import type { EvaluationCase } from '../case.ts'
import { authorize } from '../evaluate/authorize.ts'
import { renderTrace } from './render.ts'
import { explain, type LayerTrace, type Trace } from './trace.ts'

const account = '111122223333'
const task = `arn:aws:ecs:us-east-1:${account}:task/prod/1`

function explained(request: object, policies: object): Trace {
  const full = {
    principal: `arn:aws:iam::${account}:user/alice`,
    principalType: 'user',
    action: 'ecs:StopTask',
    resource: task,
    resourceAccount: account,
    context: {},
    ...request,
  }
  const read = readCase(JSON.stringify({ id: 'x', request: full, policies }))
  if (!read.ok) throw new Error(read.message)
  return explain(read.case.request, [read.case.policies])
}
const allow = (more: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ecs:*', Resource: '*', ...more }],
})
const mismatchOf = (more: object, context: object = {}): unknown =>
  explained({ context }, { identity: [allow(more)] }).layers.at(-1)?.statements[0]?.mismatch

test('the first element that does not match is named, with what it asks for and what the request has', ({ expect }) => {
  expect(mismatchOf({ Action: ['ecs:RunTask', 'ecs:StartTask'] })).toEqual({
    element: 'Action',
    expected: ['ecs:RunTask', 'ecs:StartTask'],
    actual: 'ecs:StopTask',
  })
  expect(mismatchOf({ Resource: 'arn:aws:ecs:*:*:task/dev/*' })).toEqual({
    element: 'Resource',
    expected: ['arn:aws:ecs:*:*:task/dev/*'],
    actual: task,
  })
  expect(mismatchOf({ Condition: { StringEquals: { 'aws:Two': 'a' }, 'ForAnyValue:StringLikeIfExists': { 'aws:One': ['b'] } } })).toEqual({
    element: 'Condition',
    operator: 'StringEquals',
    key: 'aws:Two',
    expected: ['a'],
    actual: null,
  })
  expect(mismatchOf({ Condition: { StringEquals: { 'aws:TagKeys': 'a' } } }, { 'AWS:tagkeys': ['b', 'c'] })).toMatchObject({
    actual: ['b', 'c'],
  })
})

test('Not-elements are named as such', ({ expect }) => {
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', NotAction: 'ecs:Stop*', NotResource: '*' }] }
  const [layer] = explained({}, { identity: [deny] }).layers
  expect(layer?.statements[0]?.mismatch).toMatchObject({ element: 'NotAction', expected: ['ecs:Stop*'] })
  const other = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', NotResource: ['arn:aws:ecs:*'] }] }
  expect(explained({}, { identity: [other] }).layers[0]?.statements[0]?.mismatch).toEqual({
    element: 'NotResource',
    expected: ['arn:aws:ecs:*'],
    actual: task,
  })
})

test('values of variables are shown beside the pattern', ({ expect }) => {
  const context = { 'aws:PrincipalTag/team': 'pay' }
  const Resource = ['arn:aws:ecs:*:*:task/${aws:PrincipalTag/team}/*', 'arn:aws:ecs:*:*:task/${aws:userid}', 'arn:aws:ecs:*:*:task/x']
  expect(mismatchOf({ Resource }, context)).toMatchObject({
    expected: Resource,
    substituted: ['arn:aws:ecs:*:*:task/pay/*', null, 'arn:aws:ecs:*:*:task/x'],
  })
  expect(mismatchOf({ Condition: { StringEquals: { 'ecs:ResourceTag/team': '${aws:PrincipalTag/team}' } } }, context)).toMatchObject({
    substituted: ['pay'],
    actual: null,
  })
  expect(mismatchOf({ Condition: { NumericEquals: { 'ecs:task-cpu': '${aws:PrincipalTag/team}' } } }, context)).not.toHaveProperty(
    'substituted',
  )
})

test('a principal element is named by its entries, and an Allow says how it names the caller', ({ expect }) => {
  const resource = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: '444455556666', Service: 'ecs.amazonaws.com' }, Action: '*', Resource: '*' },
      { Effect: 'Allow', Principal: { AWS: account }, Action: '*', Resource: '*' },
      { Effect: 'Deny', NotPrincipal: { AWS: [account, `arn:aws:iam::${account}:user/alice`] }, Action: '*', Resource: '*' },
    ],
  }
  const [layer] = explained({}, { resource }).layers
  expect(layer).toMatchObject({ policyType: 'resource', outcome: 'allows' })
  expect(layer?.statements[0]?.mismatch).toEqual({
    element: 'Principal',
    expected: ['AWS: 444455556666', 'Service: ecs.amazonaws.com'],
    actual: `arn:aws:iam::${account}:user/alice`,
  })
  expect(layer?.statements[1]).toMatchObject({ applies: true, grantKind: 'account' })
  expect(layer?.statements[2]?.mismatch).toMatchObject({ element: 'NotPrincipal' })
})

test('layers come in the order of evaluation, each SCP level for itself', ({ expect }) => {
  const everything = allow({ Action: '*' })
  const principals = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] }
  const { layers } = explained(
    { action: 's3:GetObject' },
    {
      identity: [everything],
      boundary: everything,
      session: [everything],
      scp: [[everything], [allow({})], []],
      rcp: [[]],
      resource: principals,
      vpce: [principals],
    },
  )
  expect(layers.map(({ policyType, level, outcome }) => [policyType, level, outcome])).toEqual([
    ['scp', 0, 'allows'],
    ['scp', 1, 'allows-nothing'],
    ['scp', 2, 'allows-nothing'],
    ['rcp', undefined, 'denies-nothing'],
    ['endpoint', undefined, 'allows'],
    ['resource', undefined, 'allows'],
    ['identity', undefined, 'allows'],
    ['boundary', undefined, 'allows'],
    ['session', undefined, 'no-say'],
  ])
})

test('statements about other services are counted, not listed', ({ expect }) => {
  const identity = [allow({ Action: ['s3:*', 'sqs:*'] }), allow({ Action: 'ecs:RunTask' }), allow({ Action: 'S3:Get*' })]
  const [layer] = explained({}, { identity }).layers
  expect(layer?.statements.map(({ policy }) => policy)).toEqual(['identity 2'])
  expect(layer?.otherStatements).toBe(2)
})

test('keys that statements about the action ask for and the request lacks are listed once, as written', ({ expect }) => {
  const identity = [
    allow({ Condition: { StringEquals: { 'ecs:Cluster': 'x', 'aws:SourceIp': 'y' }, Null: { 'aws:TokenIssueTime': 'false' } } }),
    allow({ Condition: { StringLike: { 'ecs:cluster': 'x' } } }),
    allow({ Action: 's3:*', Condition: { StringLike: { 's3:prefix': 'x' } } }),
  ]
  expect(explained({ context: { 'AWS:sourceip': 'z' } }, { identity }).missingKeys).toEqual(['aws:TokenIssueTime', 'ecs:cluster'])
})

test('so are keys of policy variables that have no default', ({ expect }) => {
  const Resource = "arn:aws:ecs:us-east-1:${aws:PrincipalAccount}:task/${aws:PrincipalTag/Team}/${*}${$}${aws:username, 'x'}"
  const Condition = { StringEquals: { 'aws:SourceIp': '${ecs:Cluster}' }, IpAddress: { 'aws:SourceIp': '${aws:VpcSourceIp}' } }
  const identity = [allow({ Resource, Condition })]
  expect(explained({ context: { 'aws:sourceip': 'z' } }, { identity }).missingKeys).toEqual(['aws:PrincipalTag/Team', 'ecs:Cluster'])
  expect(explained({ context: { 'aws:sourceip': 'z', 'aws:principaltag/team': 'x' } }, { identity }).missingKeys).toEqual(['ecs:Cluster'])
})

test('a trace accounts for its decision', ({ expect }) => {
  for (let seed = 1; seed <= 3000; seed++) {
    const read = readCase(JSON.stringify(caseOf(seed)))
    if (!read.ok) continue
    const trace = explain(read.case.request, [read.case.policies])
    const { decision, layers } = trace
    expect(decision).toEqual(authorize(read.case.request, [read.case.policies]))
    expect(trace.reason === undefined).toBe(decision.effect === 'allow')
    renderTrace(trace)
    if (isOutsidePolicy(read.case, trace)) continue
    const denying = layers.filter(({ outcome }) => outcome === 'denies').map(({ policyType }) => policyType)
    expect(denying[0]).toBe(decision.effect === 'explicit-deny' ? decision.policyType : undefined)
    const failing = layers.filter(isGuardrailThatFails)
    if (denying.length === 0 && failing[0] !== undefined)
      expect(decision).toEqual({ effect: 'implicit-deny', missing: failing[0].policyType })
    if (decision.effect === 'allow') {
      const applied = layers.flatMap(({ statements }) => statements.filter(({ applies }) => applies))
      for (const ref of decision.by) expect(applied).toContainEqual(expect.objectContaining(ref))
    }
  }
})

const isGuardrailThatFails = ({ policyType, outcome }: LayerTrace): boolean =>
  (policyType === 'scp' || policyType === 'endpoint') && outcome === 'allows-nothing'

function isOutsidePolicy({ request }: EvaluationCase, { decision }: Trace): boolean {
  if (decision.effect === 'implicit-deny') return decision.missing === 'session-type'
  return decision.effect === 'allow' && (decision.grant === 'always-allowed' || request.action.toLowerCase() === 'sts:getcalleridentity')
}
