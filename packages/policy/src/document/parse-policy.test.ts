import { describe, test } from 'vitest'
import { parsePolicy } from './parse-policy.ts'
import { readPolicy } from './read-policy.ts'

const allowing = (elements: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...elements }],
  })

describe('the first problem has the code of the service that answers', () => {
  const noJson = '{"Version":'
  test.for([
    ['identity', {}, noJson, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    ['trust', {}, noJson, 'MalformedPolicyDocument', 'This policy contains invalid Json'],
    ['session', {}, noJson, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    ['resource', {}, noJson, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    ['resource', { service: 's3' }, noJson, 'MalformedPolicy', 'This policy contains invalid Json'],
    [
      'resource',
      { service: 's3' },
      ` ${allowing({ Principal: '*' })}`,
      'MalformedPolicy',
      `Policies must be valid JSON and the first byte must be '{'`,
    ],
    ['resource', { service: 's3' }, allowing({}), 'MalformedPolicy', 'Missing required field Principal'],
    ['resource', { service: 's3' }, allowing({ Principal: '*', Effect: 'allow' }), 'MalformedPolicy', 'Invalid effect: allow'],
    ['resource', { service: 's3' }, allowing({ Principal: '*', Foo: 1 }), 'MalformedPolicy', 'Unknown field Foo'],
    ['resource', { service: 's3' }, allowing({ Principal: '*', Action: 'Get' }), 'MalformedPolicy', 'Policy has invalid action'],
    ['resource', { service: 's3' }, allowing({ Principal: '*', Resource: 'b' }), 'MalformedPolicy', 'Policy has invalid resource'],
    ['resource', { service: 's3' }, allowing({ NotPrincipal: '*' }), 'MalformedPolicy', 'Allow with NotPrincipal is not allowed.'],
    ['resource', { service: 'kms' }, noJson, 'MalformedPolicyDocumentException', 'Syntax errors in policy.'],
    [
      'resource',
      { service: 'secretsmanager' },
      noJson,
      'MalformedPolicyDocumentException',
      'This resource policy contains a syntax error.',
    ],
    ['resource', { service: 'sqs' }, noJson, 'InvalidAttributeValue', 'Invalid value for the parameter Policy.'],
    ['resource', { service: 'sns' }, noJson, 'InvalidParameter', 'Invalid parameter: Policy Error: null'],
    [
      'resource',
      { service: 'ecr' },
      noJson,
      'InvalidParameterException',
      "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    ],
    ['resource', { service: 'other' }, noJson, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    ['endpoint', {}, noJson, 'InvalidPolicyDocument', 'The specified policy document is not a valid JSON policy document.'],
    [
      'scp',
      {},
      noJson,
      'MalformedPolicyDocumentException',
      'The provided policy document does not meet the requirements of the specified policy type.',
    ],
  ] as const)('%s %j', ([kind, options, text, code, message], { expect }) => {
    expect(parsePolicy(text, kind, options)).toMatchObject({ ok: false, problems: [{ code, message }] })
  })
})

test('a text that AWS would not even take as a parameter is not looked at', ({ expect }) => {
  const result = parsePolicy('x'.repeat(131073), 'managed')
  expect(result).toMatchObject({
    problems: [{ code: 'ValidationError', message: expect.stringContaining('less than or equal to 131072') }],
  })
  expect(result.ok || result.problems.length).toBe(1)
})

test('a character beyond Latin-1 is found where it stands, in IAM policies only', ({ expect }) => {
  const text = allowing({ Resource: 'arn:aws:s3:::b/\u4e2d' })
  expect(parsePolicy(text, 'identity')).toMatchObject({ problems: [{ code: 'ValidationError', column: text.indexOf('\u4e2d') + 1 }] })
  expect(parsePolicy(allowing({ Principal: '*', Resource: 'arn:aws:s3:::b/\u4e2d' }), 'resource').ok).toBe(true)
})

test('problems come in the order in which AWS looks, not in that of the text', ({ expect }) => {
  const text = allowing({ Action: 'x', Resource: 'y', Sid: 'a-b', Effect: 'allow', Principal: '*' })
  const result = parsePolicy(text, 'identity')
  expect(result.ok || result.problems.map(({ message, pointer }) => `${pointer}: ${message}`)).toEqual([
    '/Statement/0/Effect: The policy failed legacy parsing',
    '/Statement/0/Sid: Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    '/Statement/0/Principal: Policy document should not specify a principal.',
    '/Statement/0/Resource: Resource y must be in ARN format or "*".',
    '/Statement/0/Action: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ])
})

test('every problem comes with a hint in our words', ({ expect }) => {
  const result = parsePolicy(
    allowing({ Effect: 'ALLOW', Condition: { DateEquals: { 'aws:CurrentTime': 'x' }, Foo: { a: 'b' } }, Sid: '-' }),
    'identity',
  )
  const hints = result.ok ? [] : result.problems.map(({ hint }) => hint)
  expect(hints).toHaveLength(4)
  for (const hint of hints) expect(hint).toMatch(/[^.]$/)
})

test('at most a hundred problems are listed', ({ expect }) => {
  const text = allowing({ Action: Array.from({ length: 1000 }, () => 'x') })
  const result = parsePolicy(text, 'identity')
  expect(result.ok || result.problems.length).toBe(100)
})

test('what is accepted is the document that reading gives', ({ expect }) => {
  const text = allowing({ Sid: 'One' })
  expect(parsePolicy(text, 'managed', { name: 'P' })).toEqual(readPolicy(text, 'managed', { name: 'P' }))
})
