import { describe, test } from 'vitest'
import { doEverything, doRequired, everything } from '../../test/support/schemas.ts'
import { AwsError, commonError } from '../kernel/aws-error.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import { jsonOutput } from './json-output.ts'
import { plainProtocols, protocolOf, wireProtocol } from './protocols.ts'
import { shapeOf } from './shape.ts'

function request(headers: Record<string, string> = {}, rest: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: Object.entries(headers),
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
const form = request({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })
const exchange = { requestId: 'r-1', request: request() }
const iam = wireProtocol({ name: 'iam', protocol: 'aws-query', version: '2010-05-08' })
const json = wireProtocol({ name: 'cloudtrail', protocol: 'aws-json' })
const thrown = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('required members', () => {
  const both =
    "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; " +
    "Value null at 'mFAToken' failed to satisfy constraint: Member must not be null"

  test('are missed in the words of AWS', ({ expect }) => {
    expect(thrown(() => json.parseInput(doRequired, request(), Buffer.from('{}')))).toMatchObject({
      code: 'ValidationException',
      status: 400,
      message: both,
    })
    expect(thrown(() => iam.parseInput(doRequired, form, Buffer.from('Action=X')))).toMatchObject({
      code: 'ValidationError',
      status: 400,
      message: both,
    })
  })

  test('are missed inside lists too', ({ expect }) => {
    const text = "1 validation error detected: Value null at 'tags.2.member.required' failed to satisfy constraint: Member must not be null"
    const body = '{"RoleArn":"","MFAToken":"","Tags":[{"Required":"a"},{}]}'
    expect(thrown(() => json.parseInput(doRequired, request(), Buffer.from(body)))).toMatchObject({ message: text })
  })

  test('are not null inside lists', ({ expect }) => {
    const text = "1 validation error detected: Value null at 'list.1.member' failed to satisfy constraint: Member must not be null"
    expect(thrown(() => json.parseInput(doEverything, request(), Buffer.from('{"List":[null]}')))).toMatchObject({ message: text })
  })

  test('are missed in the style of the service', ({ expect }) => {
    const ecr = wireProtocol({ name: 'ecr', protocol: 'aws-json' })
    const refused = thrown(() => ecr.parseInput(doRequired, request(), Buffer.from('{}')))
    expect(refused).toMatchObject({
      code: 'InvalidParameterException',
      message: "Invalid parameter at 'roleArn' failed to satisfy constraint: 'must not be null'",
    })
  })
})

describe('a query input', () => {
  test('may come in the query string, without a body', ({ expect }) => {
    const get = request({}, { method: 'GET', query: 'Action=DoEverything&Text=a%20b' })
    expect(iam.parseInput(doEverything, get, new Uint8Array())).toEqual({ Text: 'a b' })
  })

  test('T-09 may not have a parameter in the body and in the query string', ({ expect }) => {
    const both = { ...form, query: 'Text=a' }
    expect(thrown(() => iam.parseInput(doEverything, both, Buffer.from('Text=a')))).toMatchObject({ code: 'InvalidQueryParameter' })
  })

  test('is not looked for in a body that is no form', ({ expect }) => {
    expect(iam.parseInput(doEverything, request({ 'content-type': 'text/plain' }), Buffer.from('Text=a'))).toEqual({})
  })
})

describe('an answer', () => {
  test('in XML has a result and the id of the request', ({ expect }) => {
    const { headers, body } = iam.writeOutput(
      doEverything,
      { Text: 'a<b>&"\r\n\0\u{1f600}', List: [], Flat: ['x', 'y'], Named: ['n'], Time: new Date(0), Extra: 'secret' },
      exchange,
    )
    expect(headers).toEqual({ 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' })
    expect(body).toBe(
      '<DoEverythingResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><DoEverythingResult><Text>a&lt;b&gt;&amp;&quot;&#xD;\n\ufffd\u{1f600}</Text>' +
        '<Time>1970-01-01T00:00:00Z</Time><List></List><F>x</F><F>y</F><Named><Item>n</Item></Named></DoEverythingResult>' +
        '<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DoEverythingResponse>\n',
    )
  })

  test('without output has no result', ({ expect }) => {
    expect(iam.writeOutput(doRequired, undefined, exchange).body).not.toContain('Result>')
    expect(json.writeOutput(doRequired, undefined, exchange).body).toBe('')
  })

  test('in JSON is in the version of the question', ({ expect }) => {
    const asked = (version: string) => ({ requestId: 'r', request: request({ 'content-type': `application/x-amz-json-${version}` }) })
    expect(json.writeOutput(doEverything, {}, asked('1.0')).headers['content-type']).toBe('application/x-amz-json-1.0')
    expect(json.writeOutput(doEverything, {}, asked('1.1')).headers['content-type']).toBe('application/x-amz-json-1.1')
  })

  test('in JSON has what the schema names', ({ expect }) => {
    const map = JSON.parse('{"__proto__":"p"}') as object
    const text = jsonOutput(shapeOf(everything), {
      Text: 'a"\u2028',
      Time: new Date(1500),
      Blob: new Uint8Array([1]),
      Map: map,
      List: ['a', null],
      Other: 'secret',
      Nested: null,
      Day: new Date(0),
    })
    expect(text).toBe(
      '{"Text":"a\\"\u2028","Blob":"AQ==","Time":1.5,"List":["a"],"Map":{"__proto__":"p"},"Day":"Thu, 01 Jan 1970 00:00:00 GMT"}',
    )
  })

  test.for([{ Text: 1 }, { Number: '1' }, { Flag: 'true' }, { List: 'a' }, { Nested: 'a' }, { Map: 1 }, { Blob: 'AQ==' }, { Time: 0 }])(
    '%j does not fit its schema, and says nothing of its value',
    (output, { expect }) => {
      for (const protocol of [iam, json]) {
        const error = thrown(() => protocol.writeOutput(doEverything, output, exchange))
        expect(error).toBeInstanceOf(Error)
        expect(error).not.toBeInstanceOf(AwsError)
      }
    },
  )
})

describe('an error', () => {
  const error = commonError('AccessDenied', 'not <you>', {
    detail: 'because of the third statement',
    members: { Resource: 'x', Hint: 'a&b', When: new Date(1000) },
  })

  test('in JSON', ({ expect }) => {
    const { status, headers, body } = json.writeError(error, exchange)
    expect(status).toBe(403)
    expect(headers).toEqual({ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r-1', 'x-amzn-errortype': 'AccessDenied' })
    expect(JSON.parse(typeof body === 'string' ? body : '')).toEqual({
      __type: 'AccessDenied',
      message: 'not <you>',
      Resource: 'x',
      Hint: 'a&b',
      When: 1,
    })
  })

  test('in XML', ({ expect }) => {
    expect(iam.writeError(error, exchange).body).toBe(
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code>' +
        '<Message>not &lt;you&gt;</Message><Hint>a&amp;b</Hint></Error><RequestId>r-1</RequestId></ErrorResponse>\n',
    )
  })

  test('of S3, with nothing but headers for HEAD', ({ expect }) => {
    const s3 = plainProtocols['rest-xml']
    const get = s3.writeError(error, { requestId: 'r-1', request: request({}, { method: 'GET', path: '/b/k&' }) })
    expect(get.headers).toMatchObject({ 'x-amz-request-id': 'r-1', 'x-amz-id-2': 'ci0x' })
    expect(get.body).toContain(
      '<Error><Code>AccessDenied</Code><Message>not &lt;you&gt;</Message><Hint>a&amp;b</Hint><Resource>/b/k&amp;</Resource><RequestId>r-1</RequestId><HostId>ci0x</HostId></Error>',
    )
    expect(s3.writeError(error, { requestId: 'r-1', request: request({}, { method: 'HEAD' }) })).toMatchObject({ status: 403, body: '' })
  })

  test('of ours tells its request id and nothing else', ({ expect }) => {
    const fault = commonError('InternalFailure', 'disk /dev/sda1 is full', { detail: 'd', members: { Path: '/etc/passwd' } })
    for (const protocol of Object.values(plainProtocols)) {
      const { body } = protocol.writeError(fault, exchange)
      expect(body).toContain('r-1')
      expect(body).not.toMatch(/sda1|passwd/)
    }
  })

  test('about what is not implemented names it', ({ expect }) => {
    expect(plainProtocols['rest-xml'].writeError(commonError('NotImplemented', 'SelectObjectContent'), exchange).body).toContain(
      'SelectObjectContent',
    )
  })
})

test.for<[string, WireRequest]>([
  ['aws-json', request({ 'x-amz-target': 'A.B' })],
  ['aws-json', request({ 'content-type': 'application/x-amz-json-1.1' })],
  ['aws-json', request({ 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' })],
  ['aws-json', request({}, { path: '/service/Foo/operation/Bar' })],
  ['aws-query', form],
  ['aws-query', request({}, { method: 'GET', query: 'Version=1&Action=X' })],
  ['rest-xml', request({}, { method: 'GET' })],
  ['rest-xml', request({ 'content-type': 'application/xml' }, { method: 'PUT', path: '/b', query: 'XAction=1' })],
])('a request that looks like %s', ([protocol, given], { expect }) => {
  expect(protocolOf(given)).toBe(protocol)
})
