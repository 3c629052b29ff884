/** The checks one by one, on the text that AWS answers with; the order among them is in parse-policy.test.ts and the vectors. */
import { describe, test } from 'vitest'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy-document.ts'

function answerTo(kind: PolicyKind, elements: object, top: object = {}): string {
  const fitting = kind === 'trust' ? { Action: 'sts:AssumeRole', Principal: '*' } : { Action: 's3:GetObject', Resource: '*' }
  const statement = { Effect: kind === 'rcp' ? 'Deny' : 'Allow', ...fitting, ...(kind === 'rcp' && { Principal: '*' }), ...elements }
  const result = parsePolicy(JSON.stringify({ Version: '2012-10-17', ...top, Statement: [statement] }), kind)
  return result.ok ? 'valid' : result.problems[0].message
}

describe('actions', () => {
  test.for([
    ['GetObject', 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'],
    ['**', 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'],
    ['s3:Get:Object', 'Actions/Condition can contain only one colon.'],
    [':GetObject', 'Vendor  is not valid'],
    ['s?:GetObject', 'Vendor s? is not valid'],
    ['s_3:GetObject', 'Vendor s_3 is not valid'],
    ['*:GetObject', 'valid'],
    ['s3:', 'valid'],
    ['S3:GETOBJECT', 'valid'],
  ] as const)('%s: %s', ([action, answer], { expect }) => {
    expect(answerTo('identity', { Action: [action] })).toBe(answer)
    expect(answerTo('identity', { Action: undefined, NotAction: action })).toBe(answer)
  })
})

describe('resources', () => {
  test.for([
    ['**', 'Resource ** must be in ARN format or "*".'],
    ['foo:aws:s3:::b', 'Resource foo:aws:s3:::b must be in ARN format or "*".'],
    ['arn:', 'Partition "" is not valid for resource "arn::*:*:*:*".'],
    ['arn:AWS:s3:::b', 'Partition "AWS" is not valid for resource "arn:AWS:s3:::b".'],
    ['arn:aws:s?:::b', 'Resource vendor must be fully qualified and cannot contain regexes.'],
    ['arn:aws:${aws:x}:::b', 'Resource vendor must be fully qualified and cannot contain regexes.'],
    [
      'arn:aws:iam:eu-west-1:123456789012:role/r',
      'IAM resource arn:aws:iam:eu-west-1:123456789012:role/r cannot contain region information.',
    ],
    ['arn:aws:s3:eu-west-1::b', 'Resource arn:aws:s3:eu-west-1::b can not contain region information.'],
    ['arn:aws:s3::b', 'The policy failed legacy parsing'],
    ['arn:aws:::b', 'The policy failed legacy parsing'],
    ['arn:aws:s3', 'valid'],
    ['arn:aws:s3:*', 'valid'],
    ['arn:aws:iam:*', 'valid'],
    ['arn:aws-cn:s3:::b', 'valid'],
    ['arn:aws*:s3:::b', 'valid'],
    ['arn:aws:s3:*:123456789012:accesspoint/*', 'valid'],
    ['arn:aws:s3:eu-west-1:123456789012:storage-lens/x', 'valid'],
    ['arn:aws:ecs:nowhere:1:what/ever', 'valid'],
  ] as const)('%s: %s', ([resource, answer], { expect }) => {
    expect(answerTo('identity', { Resource: ['*', resource] })).toBe(answer)
    expect(answerTo('identity', { Resource: undefined, NotResource: resource })).toBe(answer)
  })
})

describe('principals', () => {
  test.for([
    [{ AWS: '1234567890123' }, '"AWS":"1234567890123"'],
    [{ AWS: 'alice' }, '"AWS":"alice"'],
    [{ AWS: 'arn:aws:iam::123456789012:*' }, '"AWS":"arn:aws:iam::123456789012:*"'],
    [{ AWS: 'arn:aws:iam::*:root' }, '"AWS":"arn:aws:iam::*:root"'],
    [{ AWS: 'arn:aws:iam::123456789012:role/${aws:username}' }, '"AWS":"arn:aws:iam::123456789012:role/${aws:username}"'],
    [{ AWS: 'arn:aws:iam:us-east-1:123456789012:root' }, '"AWS":"arn:aws:iam:us-east-1:123456789012:root"'],
    [{ AWS: 'arn:aws:sts::123456789012:assumed-role/r' }, '"AWS":"arn:aws:sts::123456789012:assumed-role/r"'],
    [{ Service: ['ecs.amazonaws.com', 'evil.example.com'] }, '"SERVICE":"evil.example.com"'],
    [{ Service: '*.amazonaws.com' }, '"SERVICE":"*.amazonaws.com"'],
    [{ Federated: '*' }, '"FEDERATED":"*"'],
    [
      { CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' },
      '"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"',
    ],
  ] as const)('%j may not assume a role', ([principal, quoted], { expect }) => {
    expect(answerTo('trust', { Principal: principal })).toBe(`Invalid principal in policy: ${quoted}`)
  })

  test('no kind that is attached to an identity has them', ({ expect }) => {
    for (const kind of ['identity', 'managed', 'boundary', 'session'] as const) {
      for (const element of ['Principal', 'NotPrincipal'])
        expect(answerTo(kind, { [element]: '*' })).toBe('Policy document should not specify a principal.')
    }
  })

  test('Allow with NotPrincipal is refused for S3 and in trust policies only', ({ expect }) => {
    const answers = ['s3:GetObject', 'sqs:SendMessage', '*'].map((action) => answerTo('resource', { NotPrincipal: '*', Action: action }))
    expect(answers).toEqual(['Allow with NotPrincipal is not allowed.', 'valid', 'valid'])
    expect(answerTo('trust', { Principal: undefined, NotPrincipal: '*' })).toBe('Allow with NotPrincipal is not allowed.')
    expect(answerTo('trust', { Effect: 'Deny', Principal: undefined, NotPrincipal: '*' })).toBe(
      'AssumeRole policy must not contain NotPrincipal field.',
    )
  })
})

describe('policy variables', () => {
  test.for([
    '${',
    '${aws:username',
    'a${}',
    '${ aws:username}',
    '${aws:username }',
    '${a${aws:username}}',
    "${aws:username, ''x'}",
    '${aws:username,}',
    '${aws:username, "x"}',
  ])('%s is malformed, where variables have a meaning', (variable, { expect }) => {
    const syntax = 'Syntax errors in policy.'
    const resource = { Resource: `arn:aws:s3:::b/${variable}` }
    expect(answerTo('identity', resource)).toBe(syntax)
    expect(answerTo('identity', resource, { Version: '2008-10-17' })).toBe('valid')
    for (const operator of ['StringLike', 'ArnLikeIfExists', 'ForAnyValue:Bool'])
      expect(answerTo('identity', { Condition: { [operator]: { 'a:b': ['x', variable] } } })).toBe(syntax)
    for (const operator of ['NumericEquals', 'IpAddress', 'BinaryEquals', 'Null'])
      expect(answerTo('identity', { Condition: { [operator]: { 'a:b': variable } } })).toBe('valid')
  })

  test.for(['${aws:username}', "${aws:username , 'a b'}", "${aws:PrincipalTag/cost center, ''}", '${$}{', '$ {x', '${*}', '}'])(
    '%s is fine',
    (variable, { expect }) => {
      expect(answerTo('identity', { Resource: `arn:aws:s3:::b/${variable}` })).toBe('valid')
    },
  )

  test('they stand only behind the fifth colon', ({ expect }) => {
    for (const resource of [
      'arn:aws:sqs:${aws:RequestedRegion}:123456789012:q',
      'arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q',
      'arn:aws:ecs:${a:b}',
    ])
      expect(answerTo('identity', { Resource: resource })).toBe('Syntax errors in policy.')
  })
})

describe('resource control policies', () => {
  const refused = 'The provided policy document does not meet the requirements of the specified policy type.'
  test.for([
    [{ Effect: 'Allow' }, refused],
    [{ Principal: { AWS: '123456789012' } }, refused],
    [{ Principal: { AWS: ['*', '123456789012'] } }, refused],
    [{ Principal: undefined, NotPrincipal: '*' }, refused],
    [{ Action: undefined, NotAction: 's3:*' }, refused],
    [{ Action: ['s3:*', '*'] }, refused],
    [{ Action: '*:Get*' }, refused],
    [{ Resource: undefined }, refused],
    [{}, 'valid'],
    [{ Principal: { AWS: ['*'] }, Action: 's3:Get*' }, 'valid'],
  ] as const)('%j: %s', ([elements, answer], { expect }) => {
    expect(answerTo('rcp', elements)).toBe(answer)
  })
})
