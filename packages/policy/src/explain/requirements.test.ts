import { test } from 'vitest'
import { readCase } from '../case.ts'
import { boundedTrace } from './bounded-trace.ts'
import { requirementsOf } from './requirements.ts'
import { explain, type Trace } from './trace.ts'

const account = '111122223333'

function traced(policies: object, context: object = {}): Trace {
  const principal = { principal: `arn:aws:iam::${account}:user/alice`, principalType: 'user' }
  const resource = `arn:aws:ecs:us-east-1:${account}:cluster/prod`
  const request = { ...principal, action: 'ecs:DeleteCluster', resource, resourceAccount: account, context }
  const read = readCase(JSON.stringify({ request, policies }))
  if (!read.ok) throw new Error(read.message)
  return explain(read.case.request, [read.case.policies])
}
const document = (...statements: object[]): object => ({
  Version: '2012-10-17',
  Statement: statements.map((each) => ({ Effect: 'Allow', Action: 'ecs:*', Resource: '*', ...each })),
})
const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }

test('nothing would have to be different of what is allowed', ({ expect }) => {
  expect(requirementsOf(traced({ identity: [document({})] }))).toEqual([])
})

test('a missing Allow is what a statement lacks, those first that lack conditions alone', ({ expect }) => {
  const elsewhere = { Sid: 'Elsewhere', Resource: 'arn:aws:ecs:*:*:cluster/dev' }
  const [requirement, ...others] = requirementsOf(
    traced({ identity: [document(elsewhere, { Sid: 'Mfa', Condition: mfa }, { Action: 'ecs:RunTask' })] }),
  )
  expect(others).toEqual([])
  expect(requirement).toMatchObject({ policyType: 'identity', need: 'allow' })
  expect(requirement?.options.map(({ statement, conditions, element }) => [statement.sid, conditions.length, element?.element])).toEqual([
    ['Mfa', 1, undefined],
    ['Elsewhere', 0, 'Resource'],
  ])
})

test('all that stands in the way is there: each Deny with why it applies, each cap that allows nothing', ({ expect }) => {
  const deny = { Sid: 'NoMfa', Effect: 'Deny', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }
  const trace = traced({
    identity: [document({}, deny)],
    boundary: [document({ Action: 's3:*' })],
    scp: [[document({})], [document({ Action: 's3:*' })]],
  })
  expect(requirementsOf(trace).map(({ policyType, level, need }) => [policyType, level, need])).toEqual([
    ['identity', undefined, 'deny-off'],
    ['scp', 1, 'allow'],
    ['boundary', undefined, 'allow'],
  ])
  expect(requirementsOf(trace)[0]?.options[0]?.conditions).toMatchObject([{ key: 'aws:MultiFactorAuthPresent', holds: true, actual: null }])
})

test('where no policy of the missing type is there, an Allow in one is what is missing', ({ expect }) => {
  const cross = traced({ identity: [document({})] })
  expect(requirementsOf({ ...cross, decision: { effect: 'implicit-deny', missing: 'resource' } })).toEqual([
    { policyType: 'resource', need: 'allow', options: [] },
  ])
})

test('a trace is cut to the statements that tell most, and says how many it leaves out', ({ expect }) => {
  const far = Array.from({ length: 50 }, (_, i) => ({
    Sid: `Far${i}`,
    Action: ['ecs:RunTask', ...Array.from({ length: 40 }, (__, j) => `ecs:A${j}`)],
  }))
  const trace = traced({ identity: [document(...far, { Sid: 'Near', Condition: mfa })] })
  const [layer] = boundedTrace(trace, 3).layers
  expect(layer?.statements).toHaveLength(3)
  expect(layer?.statements.map(({ sid }) => sid)).toContain('Near')
  expect(layer?.otherStatements).toBe(48)
  expect(layer?.statements[0]?.mismatch?.expected.at(-1)).toBe('... 21 more')
  expect(boundedTrace(trace, 100).layers[0]?.statements).toHaveLength(51)
})
