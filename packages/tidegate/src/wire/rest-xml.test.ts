import { text } from 'node:stream/consumers'
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { everything } from '../../test/support/schemas.ts'
import { anyText, structureArbitrary } from '../../test/support/shape-arbitrary.ts'
import { AwsError } from '../kernel/aws-error.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import { labelsOf, restXml } from './rest-xml.ts'
import { structureOf } from './shape.ts'
import { parseXml, readXmlStructure } from './xml-input.ts'
import { xmlElement } from './xml-output.ts'

const bound: StaticStructureSchema = [
  3,
  'test',
  'PutThingRequest',
  0,
  ['Bucket', 'Key', 'Version', 'Count', 'Length', 'Changed', 'Sums', 'Meta', 'Rest', 'Body'],
  [
    [0, 1],
    [0, 1],
    [0, { httpQuery: 'versionId' }],
    [1, { httpQuery: 'n' }],
    [1, { httpHeader: 'Content-Length' }],
    [4, { httpHeader: 'If-Modified-Since' }],
    [64, { httpHeader: 'x-amz-sums' }],
    [128, { httpPrefixHeaders: 'x-amz-meta-' }],
    [128, 64],
    [21, 16],
  ],
  2,
]
const output: StaticStructureSchema = [
  3,
  'test',
  'PutThingOutput',
  0,
  ['Status', 'ETag', 'Meta', 'Data'],
  [
    [1, 32],
    [0, { httpHeader: 'ETag' }],
    [128, { httpPrefixHeaders: 'x-amz-meta-' }],
    [() => everything, { httpPayload: 1, xmlName: 'Data' }],
  ],
]
const streaming: StaticStructureSchema = [3, 'test', 'Streaming', 0, ['Body'], [[42, { httpPayload: 1, streaming: 1 }]]]
const putThing: StaticOperationSchema = [
  9,
  'test',
  'PutThing',
  { http: ['PUT', '/{Bucket}/{Key+}?x-id=PutThing', 200] },
  () => bound,
  () => output,
]
const listThings: StaticOperationSchema = [9, 'test', 'ListThings', { http: ['POST', '/', 201] }, () => everything, () => everything]
const stream: StaticOperationSchema = [9, 'test', 'Stream', { http: ['PUT', '/', 200] }, () => streaming, () => streaming]

const protocol = restXml('http://s3.amazonaws.com/doc/2006-03-01/')
const exchange = { requestId: 'r-1', request: { method: 'PUT', path: '/', headers: [] } }
const request = (rest: Partial<WireRequest>): WireRequest => ({
  method: 'PUT',
  path: '/',
  query: '',
  headers: [],
  body: { bytes: () => Promise.reject(new Error('not read')), stream: () => chunks() },
  remoteAddress: '127.0.0.1',
  isTls: false,
  ...rest,
})
const refusal = (act: () => unknown) => {
  try {
    return { parsed: act() }
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc')
}

describe('a restXml input', () => {
  test('is gathered from path, query, headers and body', ({ expect }) => {
    const given = request({
      path: '/my-bucket/a%2Fb/c%20d',
      query: 'x-id=PutThing&versionId=v%2B1&n=3',
      headers: [
        ['content-length', '3'],
        ['if-modified-since', 'Thu, 02 Jan 2025 03:04:05 GMT'],
        ['x-amz-sums', 'a, b'],
        ['x-amz-meta-__proto__', 'p'],
      ],
    })
    expect(protocol.parseInput(putThing, given, Buffer.from('abc'))).toEqual({
      Bucket: 'my-bucket',
      Key: 'a/b/c d',
      Version: 'v+1',
      Count: 3,
      Length: 3,
      Changed: new Date('2025-01-02T03:04:05Z'),
      Sums: ['a', 'b'],
      Meta: { ['__proto__']: 'p' },
      Rest: { 'x-id': 'PutThing', versionId: 'v+1', n: '3' },
      Body: Buffer.from('abc'),
    })
  })

  test('hands a streaming payload on', async ({ expect }) => {
    const input = protocol.parseInput(stream, request({}), new Uint8Array()) as { Body: AsyncIterable<Uint8Array> }
    expect(await text(input.Body)).toBe('abc')
  })

  test.for<[string, Partial<WireRequest>]>([
    ['n=x', { path: '/b/k', query: 'n=x' }],
    ['n=1&n=2', { path: '/b/k', query: 'n=1&n=2' }],
    ['a broken label', { path: '/b/%ff' }],
    ['a date in another format', { path: '/b/k', headers: [['if-modified-since', '2025-01-02']] }],
    ['no key', { path: '/b' }],
    ['an empty key', { path: '/b/' }],
  ])('with %s is refused', ([, given], { expect }) => {
    expect(refusal(() => protocol.parseInput(putThing, request(given), new Uint8Array()))).toMatch(/^Invalid/)
  })
})

test.for([
  ['/{Bucket}', '/b', { Bucket: 'b' }],
  ['/{Bucket}', '/b/', { Bucket: 'b' }],
  ['/{Bucket}', '/b/k', undefined],
  ['/{Bucket}', '/', undefined],
  ['/{Bucket}/{Key+}', '/b//k//', { Bucket: 'b', Key: '/k//' }],
  ['/{Bucket}/{Key+}', '/b/..%2f%2e/x', { Bucket: 'b', Key: '.././x' }],
  ['/v1/{Name}', '/v2/a', undefined],
] as const)('%s on %s', ([template, path, labels], { expect }) => {
  const found = labelsOf(template, path)
  expect(found && Object.fromEntries(found)).toEqual(labels)
})

describe('a restXml answer', () => {
  test('is spread over status, headers and body', ({ expect }) => {
    const { status, headers, body } = protocol.writeOutput(
      putThing,
      { Status: 206, ETag: '"e"', Meta: { A: 'b' }, Data: { Text: '<' } },
      exchange,
    )
    expect(status).toBe(206)
    expect(headers).toEqual({
      etag: '"e"',
      'x-amz-meta-a': 'b',
      'content-type': 'application/xml',
      'x-amz-request-id': 'r-1',
      'x-amz-id-2': 'ci0x',
    })
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Data xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Text>&lt;</Text></Data>',
    )
  })

  test('has its members in the body, and so has the question', ({ expect }) => {
    const { status, body } = protocol.writeOutput(listThings, { Text: 'a', List: ['b'] }, exchange)
    expect(status).toBe(201)
    expect(body).toContain(
      '<Everything xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Text>a</Text><List><member>b</member></List></Everything>',
    )
    expect(protocol.parseInput(listThings, request({ method: 'POST' }), Buffer.from(typeof body === 'string' ? body : ''))).toEqual({
      Text: 'a',
      List: ['b'],
    })
  })

  test('streams', async ({ expect }) => {
    const { body } = protocol.writeOutput(stream, { Body: chunks() }, exchange)
    expect(await text(body as AsyncIterable<Uint8Array>)).toBe('abc')
  })
})

describe('XML', () => {
  const read = (text: string) => readXmlStructure(structureOf(everything), structureOf(everything).members, parseXml(Buffer.from(text)))

  test('has text, CDATA, comments, references and namespaces', ({ expect }) => {
    const text = `\ufeff<?xml version="1.0"?><!-- a --><s:X xmlns:s="u" a='1'><!-- b --><s:Text>a&amp;&#x41;&#66;<![CDATA[<&]]>\r\n</s:Text ><Other><Y/></Other><List/><F>1</F><F>2</F></s:X> `
    expect(read(text)).toEqual({ Text: 'a&AB<&\n', List: [], Flat: ['1', '2'] })
  })

  test.for([
    '',
    'x',
    '<X>',
    '<X></Y>',
    '<X/><Y/>',
    '<X/>x',
    '<X a=1/>',
    '<X a="1" a="2"/>',
    '<X a="1/>',
    '< X/>',
    '<X>&nbsp;</X>',
    '<X>&amp</X>',
    '<X>&#0;</X>',
    '<X>&#xD800;</X>',
    '<X>&#x110000;</X>',
    '<X><![CDATA[</X>',
    '<X><!-- </X>',
    '<!DOCTYPE X><X/>',
    '<!DOCTYPE X [<!ENTITY a "b">]><X>&a;</X>',
    '<X><!ENTITY a "b"></X>',
    '<X><Text>a</Text><Text>b</Text></X>',
    '<X><Number>a</Number></X>',
    '<X><Flag>1</Flag></X>',
    '<X><Union><A>a</A><B>b</B></Union></X>',
    '<X><Map><entry><key>a</key></entry></Map></X>',
    '<X>'.repeat(40) + '</X>'.repeat(40),
    '<X>'.repeat(500_000),
  ])('%s is refused', (text, { expect }) => {
    expect(refusal(() => read(text))).toBe('MalformedXML')
  })

  test('law: what is written is what is read', ({ expect }) => {
    const shape = structureOf(everything)
    const text = anyText.filter(
      (each) => xmlElement('X', structureOf(everything), { Text: each }).includes('\ufffd') === each.includes('\ufffd'),
    )
    fc.assert(
      fc.property(structureArbitrary(shape, { text, hasFractions: true }), (value) => {
        // A flattened list or map without entries leaves no trace.
        const { Flat, FlatMap, Day: _, ...rest } = value
        const wanted = { ...rest, ...(Array.isArray(Flat) && Flat.length > 0 ? { Flat } : {}), ...(FlatMap ? { FlatMap } : {}) }
        expect(readXmlStructure(shape, shape.members, parseXml(Buffer.from(xmlElement('X', shape, wanted))))).toEqual(wanted)
      }),
    )
  })

  test('law: any text gives an input or an AwsError', ({ expect }) => {
    const part = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'X',
      'Text',
      'List',
      'member',
      '&',
      '#x41;',
      '"',
      "'",
      '=',
      ' ',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      'xmlns:a',
      ':',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(refusal(() => read(text))).toBeDefined()
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('takes time in proportion to its length', ({ expect }) => {
    const texts = [
      `<X>${'<Text/>'.repeat(200_000)}</X>`,
      `<X>${'&amp;'.repeat(200_000)}</X>`,
      `<X ${'a'.repeat(1_000_000)}`,
      `<X>${'&'.repeat(1_000_000)}</X>`,
      `<X>${'<!---->'.repeat(200_000)}`,
    ]
    // In more than that, this test would not end in its time.
    for (const text of texts) expect(refusal(() => read(text))).toBeDefined()
  })
})
