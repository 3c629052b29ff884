import { describe, test } from 'vitest'
import { memberOf, readJson } from './json.ts'
import { readPolicy } from './read-policy.ts'
import { policyKinds } from './policy-document.ts'
import type { PolicyDocument, PolicyKind } from './policy-document.ts'

const statement = (elements: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...elements } })

function read(text: string, kind: PolicyKind = 'identity'): PolicyDocument {
  const result = readPolicy(text, kind)
  if (!result.ok) throw new Error(result.problems[0].hint)
  return result.document
}

describe('what has no meaning is refused, with its place', () => {
  test.for([
    ['null', ''],
    ['"{}"', ''],
    ['{"Version":"2012-10-17"}', ''],
    ['{"Statement":[]}', '/Statement'],
    ['{"Statement":"x"}', '/Statement'],
    ['{"Statement":[1]}', '/Statement/0'],
    ['{"Version":2012,"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', '/Version'],
    ['{"Version":"2012-10-18","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', '/Version'],
    ['{"Id":[],"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', '/Id'],
    ['{"Statements":[],"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', '/Statements'],
    [statement({ Effect: undefined }), '/Statement'],
    [statement({ Effect: 'allow' }), '/Statement/Effect'],
    [statement({ Effect: true }), '/Statement/Effect'],
    [statement({ Sid: 1 }), '/Statement/Sid'],
    [statement({ Action: undefined }), '/Statement'],
    [statement({ Action: [] }), '/Statement/Action'],
    [statement({ Action: ['s3:*', 1] }), '/Statement/Action/1'],
    [statement({ Action: ['s3:*', null] }), '/Statement/Action/1'],
    [statement({ NotAction: 's3:*' }), '/Statement/NotAction'],
    [statement({ NotResource: [] }), '/Statement/NotResource'],
    [statement({ Resource: {} }), '/Statement/Resource'],
    [statement({ Resource: [] }), '/Statement/Resource'],
    [statement({ Resource: undefined }), '/Statement'],
    [statement({ Principal: '*', NotPrincipal: '*' }), '/Statement/NotPrincipal'],
    [statement({ Principal: '123456789012' }), '/Statement/Principal'],
    [statement({ Principal: ['*'] }), '/Statement/Principal'],
    [statement({ Principal: {} }), '/Statement/Principal'],
    [statement({ NotPrincipal: { AWS: [] } }), '/Statement/NotPrincipal'],
    [statement({ Principal: { aws: '*' } }), '/Statement/Principal/aws'],
    [statement({ Principal: { AWS: [123456789012] } }), '/Statement/Principal/AWS/0'],
    [statement({ Condition: [] }), '/Statement/Condition'],
    [statement({ Condition: { Bool: 'x' } }), '/Statement/Condition/Bool'],
    [statement({ Condition: { Bool: { 'a:b/c': null } } }), '/Statement/Condition/Bool/a:b~1c'],
    [statement({ Condition: { Bool: { 'a:b': [['true']] } } }), '/Statement/Condition/Bool/a:b/0'],
    [statement({ Condition: { Null: { 'a:b': {} } } }), '/Statement/Condition/Null/a:b'],
    [statement({ Condition: { NullIfExists: { 'a:b': 'true' } } }), '/Statement/Condition/NullIfExists'],
    [statement({ Condition: { Bool: { a: 'true' }, bool: { b: 'true' } } }), '/Statement/Condition/bool'],
    [statement({ condition: {} }), '/Statement/condition'],
  ] as const)('%s', ([text, pointer], { expect }) => {
    const result = readPolicy(text, 'identity')
    expect(result.ok).toBe(false)
    expect(result.ok || result.problems[0].pointer).toBe(pointer)
  })

  test.for(['trust', 'resource', 'rcp', 'endpoint'] as const)('a %s policy that does not say about whom', (kind, { expect }) => {
    expect(readPolicy(statement({}), kind)).toMatchObject({ problems: [{ message: expect.any(String), pointer: '/Statement' }] })
  })
})

test('all problems are listed, each with its line and column', ({ expect }) => {
  const result = readPolicy('{"Statement": [\n  {"Effect": "Allow",\n   "Acton": "*", "Resource": 1}]}', 'identity')
  expect(result).toMatchObject({
    problems: [
      { pointer: '/Statement/0/Acton', line: 3, column: 4 },
      { pointer: '/Statement/0/Resource', line: 3, column: 30 },
      { pointer: '/Statement/0', line: 2, column: 3 },
    ],
  })
})

describe('what only a save-time check refuses is read', () => {
  test.for([
    statement({ Resource: 'no-arn' }),
    statement({ Action: 'no-vendor' }),
    statement({ Principal: { AWS: 'arn:aws:iam::123456789012:role/app-*' } }),
    statement({ Sid: 'with space' }),
    statement({ Resource: 'arn:aws:s3:::b/${aws:username' }),
    statement({ Condition: { DateGreaterThan: { 'aws:CurrentTime': 'soon' } } }),
    statement({ Action: Array.from({ length: 5000 }, (_, i) => `s3:Action${i}`) }),
    `\n ${statement({ Resource: '\u4e2d' })}`,
  ])('%.80s', (text, { expect }) => {
    expect(readPolicy(text, 'managed').ok).toBe(true)
  })

  test('a resource in a trust policy, none in a resource-based one', ({ expect }) => {
    expect(readPolicy(statement({ Principal: '*' }), 'trust').ok).toBe(true)
    expect(readPolicy(statement({ Principal: '*', Resource: undefined }), 'resource').ok).toBe(true)
  })
})

describe('a document', () => {
  test('without Version is of the old language', ({ expect }) => {
    expect(read('{"Statement":{"Effect":"Deny","NotAction":"iam:*","NotResource":"*"}}')).toEqual({
      kind: 'identity',
      version: '2008-10-17',
      name: '',
      statements: [
        {
          sid: undefined,
          effect: 'Deny',
          principal: undefined,
          action: { not: true, patterns: ['iam:*'] },
          resource: { not: true, patterns: ['*'] },
          conditions: [],
          line: 1,
        },
      ],
    })
  })

  test('reads the same from a scalar and from a list of one', ({ expect }) => {
    const one = { Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': false } } }
    const list = {
      Action: ['s3:GetObject'],
      Resource: ['*'],
      Principal: { AWS: ['*'] },
      Condition: { bool: { 'aws:SecureTransport': ['false'] } },
    }
    expect(read(statement(one), 'resource')).toEqual(read(statement(list), 'resource'))
    expect(read(statement({ Principal: '*' }), 'resource').statements[0]?.principal).toEqual({
      not: false,
      entries: [{ type: 'AWS', value: '*' }],
    })
  })

  test('keeps condition values as texts, numbers as they were written', ({ expect }) => {
    const text = statement({}).replace(
      '"Effect"',
      '"Condition":{"NumericLessThan":{"s3:max-keys":[1E2,10.50,"7"]},"Bool":{"a:b":true}},"Effect"',
    )
    expect(read(text).statements[0]?.conditions.map(({ values }) => values)).toEqual([['1E2', '10.50', '7'], ['true']])
  })

  test('has no condition from an empty block, whatever its operator', ({ expect }) => {
    expect(read(statement({ Condition: { Bool: {}, Unheard: {} } })).statements[0]?.conditions).toEqual([])
  })

  test('knows the line of each statement and its own name', ({ expect }) => {
    const text = '{"Statement":[\n{"Effect":"Allow","Action":"*","Resource":"*"},\n\n{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    const result = readPolicy(text, 'identity', { name: 'Ops' })
    expect(result).toMatchObject({ document: { name: 'Ops', statements: [{ line: 2 }, { line: 4 }] } })
  })

  test('is read from a part of a text that was read already', ({ expect }) => {
    const text = `{\n"policy":\n${statement({ Effect: 'Maybe' })}}`
    const json = readJson(text)
    const node = json.ok ? memberOf(json.node, 'policy') : undefined
    expect(node && readPolicy(node, 'identity', { text })).toMatchObject({ problems: [{ pointer: '/Statement/Effect', line: 3 }] })
    expect(node && readPolicy(node, 'identity')).toMatchObject({ problems: [{ line: 1 }] })
  })

  test('shares what repeats', ({ expect }) => {
    const [a, b] = [read(statement({})).statements[0], read(statement({})).statements[0]]
    expect(a?.action).toBe(b?.action)
    expect(a?.resource).toBe(b?.resource)
    expect(a?.conditions).toBe(b?.conditions)
    expect(Object.isFrozen(a?.conditions)).toBe(true)
  })

  test.for(policyKinds)('of kind %s can have every element', (kind, { expect }) => {
    const { statements } = read(
      statement({ Sid: 'A', Principal: { Service: 'ecs-tasks.amazonaws.com', Federated: 'accounts.google.com' } }),
      kind,
    )
    expect(statements[0]).toMatchObject({ sid: 'A', principal: { entries: [{ type: 'Service' }, { type: 'Federated' }] } })
  })
})
