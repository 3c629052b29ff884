import fc from 'fast-check'
import { describe, test } from 'vitest'
import { AwsError } from '../kernel/aws-error.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import { resolveOperation, type Routable } from './resolve-operation.ts'

const services: readonly Routable[] = [
  {
    name: 'sts',
    protocol: 'aws-query',
    version: '2011-06-15',
    operations: [{ name: 'AssumeRole' }, { name: 'GetCallerIdentity' }],
    knownOperations: ['AssumeRole', 'GetCallerIdentity', 'AssumeRoot'],
  },
  { name: 'iam', protocol: 'aws-query', version: '2010-05-08', operations: [{ name: 'GetUser' }], knownOperations: ['GetUser'] },
  {
    name: 'other',
    protocol: 'aws-query',
    version: '2010-05-08',
    operations: [{ name: 'GetUser' }, { name: 'OnlyHere' }],
    knownOperations: ['GetUser', 'OnlyHere', 'AlsoHere'],
  },
  {
    name: 'cloudtrail',
    protocol: 'aws-json',
    targets: ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'],
    operations: [{ name: 'LookupEvents' }],
    knownOperations: ['LookupEvents', 'CreateTrail'],
  },
  {
    name: 'ecs',
    protocol: 'aws-json',
    targets: ['AmazonEC2ContainerServiceV20141113', 'Old_20130101'],
    operations: [{ name: 'RunTask' }],
    knownOperations: ['RunTask'],
  },
]

function request(headers: Record<string, string> | readonly (readonly [string, string])[], rest: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: Array.isArray(headers) ? (headers as readonly (readonly [string, string])[]) : Object.entries(headers),
    body: {
      bytes: () => Promise.reject(new Error('not read')),
      stream: () => {
        throw new Error('not read')
      },
    },
    remoteAddress: '127.0.0.1',
    isTls: false,
    ...rest,
  }
}
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const resolved = (given: WireRequest, body = '') => {
  const { service, operation } = resolveOperation(given, Buffer.from(body), services)
  return `${service.name}:${operation.name}`
}
const refusal = (given: WireRequest, body = '') => {
  try {
    return resolved(given, body)
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
}

describe('X-Amz-Target', () => {
  test.for([
    ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents', 'cloudtrail:LookupEvents'],
    ['CloudTrail_20131101.LookupEvents', 'cloudtrail:LookupEvents'],
    ['AmazonEC2ContainerServiceV20141113.RunTask', 'ecs:RunTask'],
    ['Old_20130101.RunTask', 'ecs:RunTask'],
  ])('%s', ([target, operation], { expect }) => {
    expect(resolved(request({ 'x-amz-target': target ?? '' }))).toBe(operation)
    expect(resolved(request({ 'x-amz-target': target ?? '' }, { path: '//' }))).toBe(operation)
  })

  test.for([
    ['CloudTrail_20131101.CreateTrail', 'The action cloudtrail:CreateTrail is not built in Tidegate yet.'],
    ['CloudTrail_20131101.Nothing', 'The action cloudtrail:Nothing does not exist.'],
    ['CloudTrail_20131101.constructor', 'The action cloudtrail:constructor does not exist.'],
    ['DynamoDB_20120810.PutItem', 'The operation DynamoDB_20120810.PutItem is of no service that Tidegate serves.'],
    ['LookupEvents', 'The operation LookupEvents is of no service that Tidegate serves.'],
    ['', 'The operation  is of no service that Tidegate serves.'],
    ['.', 'The operation . is of no service that Tidegate serves.'],
  ])('%s is unknown', ([target, message], { expect }) => {
    expect(refusal(request({ 'x-amz-target': target ?? '' }))).toBe(`400 UnknownOperationException: ${message}`)
  })

  test.for<[string, WireRequest]>([
    ['another path', request({ 'x-amz-target': 'Old_20130101.RunTask' }, { path: '/x' })],
    ['another method', request({ 'x-amz-target': 'Old_20130101.RunTask' }, { method: 'GET' })],
    ['no target', request({ 'content-type': 'application/x-amz-json-1.1' })],
    [
      'rpcv2Cbor',
      request({ 'smithy-protocol': 'rpc-v2-cbor', 'x-amz-target': 'Old_20130101.RunTask' }, { path: '/service/ECS/operation/RunTask' }),
    ],
  ])('%s is refused', ([, given], { expect }) => {
    expect(refusal(given)).toMatch(/^400 UnknownOperationException: /)
  })

  test('two are refused', ({ expect }) => {
    const headers = [
      ['x-amz-target', 'Old_20130101.RunTask'],
      ['x-amz-target', 'Old_20130101.RunTask'],
    ] as const
    expect(refusal(request(headers))).toMatch(/^400 InvalidRequest/)
  })
})

describe('Action', () => {
  test('is found in the body', ({ expect }) => {
    expect(resolved(request(formType), 'Action=GetCallerIdentity&Version=2011-06-15')).toBe('sts:GetCallerIdentity')
  })

  test('is found in the query string', ({ expect }) => {
    const query = 'Version=2011-06-15&Action=AssumeRole&X-Amz-Credential=a'
    expect(resolved(request({}, { method: 'GET', query }))).toBe('sts:AssumeRole')
    expect(resolved(request(formType, { query }))).toBe('sts:AssumeRole')
  })

  test.for([
    ['Action=AssumeRoot&Version=2011-06-15', '400 InvalidAction: The action sts:AssumeRoot is not built in Tidegate yet.'],
    ['Action=Nothing&Version=2011-06-15', '400 InvalidAction: Could not find operation Nothing for version 2011-06-15'],
    ['Action=GetUser&Version=2011-06-15', '400 InvalidAction: Could not find operation GetUser for version 2011-06-15'],
    ['Action=GetUser&Version=1999-01-01', '400 InvalidAction: Could not find operation GetUser for version 1999-01-01'],
    ['Action=GetUser', '400 InvalidAction: Could not find operation GetUser for version NO_VERSION_SPECIFIED'],
    ['Version=2011-06-15', '400 MissingAction: The request is missing an action or a required parameter.'],
    ['Action=&Version=2011-06-15', '400 MissingAction: The request is missing an action or a required parameter.'],
    [
      'Action=AssumeRole&Version=2011-06-15&Action=GetCallerIdentity',
      '400 InvalidQueryParameter: The parameter Action is given more than once.',
    ],
  ])('%s is refused', ([body, message], { expect }) => {
    expect(refusal(request(formType), body)).toBe(message)
  })

  test('T-09 in body and query string is refused', ({ expect }) => {
    expect(refusal(request(formType, { query: 'Action=AssumeRole' }), 'Action=GetCallerIdentity&Version=2011-06-15')).toMatch(
      /^400 InvalidQueryParameter/,
    )
  })

  test('of services with one version follows scope, then host, then what they have', ({ expect }) => {
    const body = 'Action=GetUser&Version=2010-05-08'
    const scope = 'AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/other/aws4_request, SignedHeaders=host, Signature=x'
    expect(resolved(request({ ...formType, authorization: scope }), body)).toBe('other:GetUser')
    expect(resolved(request({ ...formType, host: 'other.amazonaws.com' }), body)).toBe('other:GetUser')
    expect(resolved(request({ ...formType, host: '127.0.0.1:4566' }), body)).toBe('iam:GetUser')
    expect(resolved(request(formType), 'Action=OnlyHere&Version=2010-05-08')).toBe('other:OnlyHere')
    const presigned = `${body}&X-Amz-Credential=AKIA%2F20250101%2Fus-east-1%2Fother%2Faws4_request`
    expect(resolved(request({}, { method: 'GET', query: presigned }))).toBe('other:GetUser')
    expect(refusal(request(formType), 'Action=AlsoHere&Version=2010-05-08')).toContain('other:AlsoHere is not built')
  })
})

test.for(['gzip', 'deflate', 'br', 'identity, gzip', 'aws-chunked'])('T-19 a body encoded as %s is refused', (encoding, { expect }) => {
  const headers = { 'content-encoding': encoding }
  expect(refusal(request({ ...headers, 'x-amz-target': 'Old_20130101.RunTask' }))).toMatch(/^400 SerializationException/)
  expect(refusal(request({ ...headers, ...formType }), 'Action=GetUser&Version=2010-05-08')).toMatch(/^400 InvalidRequest/)
})

test('a body in another character set is refused', ({ expect }) => {
  expect(
    refusal(request({ 'content-type': 'application/x-www-form-urlencoded; charset=UTF-7' }), 'Action=GetUser&Version=2010-05-08'),
  ).toMatch(/^400/)
  expect(
    resolved(request({ 'content-type': 'application/x-www-form-urlencoded; charset="UTF-8"' }), 'Action=GetUser&Version=2010-05-08'),
  ).toBe('iam:GetUser')
})

test('everything else is S3, and not implemented', ({ expect }) => {
  expect(refusal(request({}, { method: 'GET', path: '/bucket/key' }))).toBe(
    '501 NotImplemented: GET /bucket/key is not an operation that Tidegate serves.',
  )
})

test('law: a request resolves or is refused, and JSON and query are never refused with a 5xx', ({ expect }) => {
  const names = fc.constantFrom('x-amz-target', 'content-type', 'authorization', 'host', 'content-encoding', 'smithy-protocol')
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom('application/x-amz-json-1.1', 'application/x-www-form-urlencoded', 'Old_20130101.RunTask', 'Credential=/////'),
  )
  const parts = {
    headers: fc.array(fc.tuple(names, values)),
    path: fc.string(),
    query: fc.string(),
    body: fc.string(),
    method: fc.constantFrom('GET', 'POST', 'PUT'),
  }
  fc.assert(
    fc.property(fc.record(parts), ({ headers, body, ...rest }) => {
      const answer = refusal(request(headers, rest), body)
      const isS3 = answer.startsWith('501 NotImplemented')
      expect(answer).toMatch(isS3 ? /^501/ : /^(?:40\d |[a-z]+:)/)
    }),
  )
})
