import { test } from 'vitest'
import type { PolicyDocument } from '../document/policy-document.ts'
import { readPolicy } from '../document/read-policy.ts'
import { type Principal, RequestContext } from '../request.ts'
import { authorize } from './authorize.ts'
import { compilePolicies } from './policy-set.ts'
import { PolicyPart } from './policy-part.ts'

const account = '111122223333'

function document(...statements: readonly object[]): PolicyDocument {
  const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity', { name: 'shared' })
  if (!read.ok) throw new Error(read.problems[0].message)
  return read.document
}

function compiled(of: PolicyDocument, layer = 1): unknown {
  const [statement] = of.statements
  return statement && new PolicyPart('identity', layer, of).compiled(statement)
}

const own = { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::home/${aws:username}/*' }

test('a statement is compiled once for all sets that have it in the same layer', ({ expect }) => {
  const statement = { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::home/*' }
  const fixed = document(statement)
  expect(compiled(fixed)).toBe(compiled(fixed))
  expect(compiled(fixed, 1)).not.toBe(compiled(fixed, 2))
  expect(compiled(document(statement))).not.toBe(compiled(fixed))
})

test('one with variables is compiled for each set, once', ({ expect }) => {
  const inResource = document(own)
  const inCondition = document({ ...own, Resource: '*', Condition: { StringEquals: { 'aws:username': ['x', '${aws:userid}'] } } })
  const inOneOfTwo = document({ ...own, Resource: ['arn:aws:s3:::shared/*', own.Resource] })
  for (const variable of [inResource, inCondition, inOneOfTwo]) {
    expect(compiled(variable)).not.toBe(compiled(variable))
    const [statement] = variable.statements
    const part = new PolicyPart('identity', 1, variable)
    expect(statement && part.compiled(statement)).toBe(statement && part.compiled(statement))
  }
})

test('sets that share a document decide for their own principals', ({ expect }) => {
  const shared = document(own, {
    Effect: 'Deny',
    Action: 's3:*',
    Resource: 'arn:aws:s3:::*/secret',
    Condition: { Bool: { mfa: 'false' }, Null: { x: 'true' } },
  })
  const sets = ['alice', 'bob'].map((name) => ({ name, set: compilePolicies({ identity: [shared], boundary: shared }) }))
  for (const [who, where, mfa, effect] of [
    ['alice', 'alice/a', 'true', 'allow'],
    ['bob', 'bob/a', 'false', 'allow'],
    ['alice', 'bob/a', 'true', 'implicit-deny'],
    ['bob', 'bob/secret', 'true', 'allow'],
    ['bob', 'bob/secret', 'false', 'explicit-deny'],
    ['alice', 'alice/secret', 'true', 'allow'],
  ] as const) {
    const principal: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/${who}` }
    const request = {
      principal,
      action: 's3:GetObject',
      resource: `arn:aws:s3:::home/${where}`,
      resourceAccount: account,
      context: new RequestContext({ 'aws:username': who, mfa }),
    }
    const policies = sets.filter(({ name }) => name === who).map(({ set }) => set)
    expect(authorize(request, policies).effect).toBe(effect)
  }
})
