import { test } from 'vitest'
import type { PolicyDocument } from '../document/policy-document.ts'
import { readPolicy } from '../document/read-policy.ts'
import { type Principal, RequestContext } from '../request.ts'
import { authorize } from './authorize.ts'
import { compilePolicies } from './policy-set.ts'

const account = '111122223333'
const alice: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/alice` }

function documentOf(condition: object, version: '2008-10-17' | '2012-10-17' = '2012-10-17'): PolicyDocument {
  const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: condition }
  const read = readPolicy(JSON.stringify({ Version: version, Statement: statement }), 'identity', { name: 'p' })
  if (!read.ok) throw new Error(read.problems[0].message)
  return read.document
}

/** Whether a policy with this condition alone allows a request with this context. */
function allows(document: PolicyDocument, context: Record<string, string | readonly string[]>): boolean {
  const request = { principal: alice, action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', resourceAccount: account }
  return authorize({ ...request, context: new RequestContext(context) }, [compilePolicies({ identity: [document] })]).effect === 'allow'
}

// The second is compiled when the first is known already, and must not be taken for it.
test.for([
  [
    'a list, then one value of several lines',
    { StringEquals: { k1: ['ops', 'admins'] } },
    { StringEquals: { k1: 'ops\nadmins' } },
    'admins',
  ],
  [
    'one value of several lines, then a list',
    { StringEquals: { k2: 'ops\nadmins' } },
    { StringEquals: { k2: ['ops', 'admins'] } },
    'ops\nadmins',
  ],
  ['values that are parted in another place', { StringEquals: { k3: ['ab', 'c'] } }, { StringEquals: { k3: ['a', 'bc'] } }, 'ab'],
  ['a value with the marks of a list', { StringEquals: { k4: ['a', 'b'] } }, { StringEquals: { k4: 'a","b' } }, 'a'],
  ['another operator', { StringLike: { k5: 'a*' } }, { StringEquals: { k5: 'a*' } }, 'ab'],
  ['another key', { StringEquals: { k6: 'a' } }, { StringEquals: { k6a: 'a' } }, 'a'],
] as const)('a condition is not taken for one that looks like it: %s', ([, one, other, value], { expect }) => {
  const context = { [Object.keys(Object.values(one)[0] ?? {})[0] ?? '']: value }
  expect(allows(documentOf(one), context)).toBe(true)
  expect(allows(documentOf(other), context)).toBe(false)
})

test('the same condition means another thing in the older language', ({ expect }) => {
  const condition = { StringLike: { 's3:prefix': ['shared/*', 'home/${aws:username}/*'] } }
  const own = { 'aws:username': 'alice', 's3:prefix': 'home/alice/x' }
  const text = { 'aws:username': 'alice', 's3:prefix': 'home/${aws:username}/x' }
  for (const document of [documentOf(condition), documentOf(condition, '2008-10-17'), documentOf(condition)]) {
    const isOlder = document.version === '2008-10-17'
    expect(allows(document, own)).toBe(!isOlder)
    expect(allows(document, text)).toBe(isOlder)
    expect(allows(document, { ...own, 's3:prefix': 'shared/x' })).toBe(true)
  }
})
