import fc from 'fast-check'
import { describe, test } from 'vitest'
import { eventIdAt, timeOfEventId } from './event-id.ts'
import { boundedText, limits } from './limits.ts'
import { parseRecord, recordText, textInRecord } from './record-text.ts'
import { type RequestFacts, auditRecord } from './record.ts'
import { hidden, redacted } from './redact.ts'

const facts: RequestFacts = {
  now: Date.UTC(2026, 10, 22, 7, 18, 36, 123),
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE:alice',
    arn: 'arn:aws:sts::111122223333:assumed-role/deploy/alice',
    accountId: '111122223333',
    accessKeyId: 'ASIAEXAMPLE',
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: 'AROAEXAMPLE', arn: 'arn:aws:iam::111122223333:role/deploy', userName: 'deploy' },
      attributes: { creationDate: '2026-11-22T07:00:00Z', mfaAuthenticated: 'true' },
      sourceIdentity: 'alice',
    },
  },
  actorChain: [{ type: 'human', issuer: 'https://idp.example.com', subject: '248289761001', label: 'alice@example.com' }],
  eventSource: 'ecs.amazonaws.com',
  eventName: 'RunTask',
  region: 'eu-central-1',
  sourceIp: '203.0.113.7',
  userAgent: 'aws-cli/2.31',
  requestId: '7f3c',
  decisionId: 'd-1',
  isReadOnly: false,
  input: { cluster: 'main', taskDefinition: 'web:3' },
  output: null,
  resources: [{ ARN: 'arn:aws:ecs:eu-central-1:111122223333:cluster/main', accountId: '111122223333', type: 'AWS::ECS::Cluster' }],
  recipientAccountId: '111122223333',
}

describe('secrets never reach a record', () => {
  const cases: { why: string; value: unknown; paths?: string[]; want: unknown }[] = [
    {
      why: 'a listed member',
      value: { SecretId: 'a', SecretString: 's3cret' },
      paths: ['SecretString'],
      want: { SecretId: 'a', SecretString: hidden },
    },
    { why: 'a listed member in other casing', value: { apiValue: 's3cret' }, paths: ['ApiValue'], want: { apiValue: hidden } },
    {
      why: 'a path through lists',
      value: { c: [{ env: [{ name: 'A', value: 's3cret' }] }] },
      paths: ['c.env.value'],
      want: { c: [{ env: [{ name: 'A', value: hidden }] }] },
    },
    { why: 'a structure as a whole', value: { auth: { a: 's3cret', b: ['s3cret'] } }, paths: ['auth'], want: { auth: hidden } },
    { why: 'any member', value: { tags: { a: 's3cret', b: 's3cret' } }, paths: ['tags.*'], want: { tags: { a: hidden, b: hidden } } },
    {
      why: 'a password that nobody listed',
      value: { Password: 's3cret', n: { masterUserPassword: 's3cret' } },
      want: { Password: hidden, n: { masterUserPassword: hidden } },
    },
    {
      why: 'credentials',
      value: { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 's3cret', SessionToken: 's3cret' } },
      want: { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: hidden, SessionToken: hidden } },
    },
    { why: 'bytes under a secret name', value: { Plaintext: Buffer.from('s3cret') }, want: { Plaintext: hidden } },
    { why: 'bytes under any name', value: { Blob: Buffer.from('s3cret') }, want: { Blob: '<6 bytes>' } },
    {
      why: 'the signature of a presigned URL',
      value: { url: 'https://b/k?X-Amz-Signature=s3cret&x=1&x-amz-security-token=s3cret' },
      want: { url: `https://b/k?X-Amz-Signature=${hidden}&x=1&x-amz-security-token=${hidden}` },
    },
  ]
  test.for(cases)('$why', ({ value, paths, want }, { expect }) => {
    expect(redacted(value, paths)).toEqual(want)
    expect(JSON.stringify(redacted(value, paths))).not.toContain('s3cret')
  })

  test('T-78 nothing of a hidden value is in the bytes that are hashed: two secrets give the same record', ({ expect }) => {
    const withSecret = (secret: string) => recordText(auditRecord({ ...facts, eventId: 'e', input: { SecretString: secret } }))
    expect(withSecret('one')).toBe(withSecret('another, longer one'))
  })

  test('paging tokens are no secrets', ({ expect }) => {
    expect(redacted({ nextToken: 'a', clientRequestToken: 'b' })).toEqual({ nextToken: 'a', clientRequestToken: 'b' })
  })
})

describe('T-73 whatever a client sends is data within its field', () => {
  const hostile = [
    'a\r\n{"eventName":"forged"}',
    'a\u0085b\u2028c\u2029d',
    '\u001b[2J\u009b31m',
    '"},"eventName":"forged","x":{"y":"',
    '\ud800 lone',
    '\u202egnp.exe',
    '=cmd|calc',
    '__proto__',
    '\u0000\u007f\ufeff',
  ]
  test.for(hostile.map((text) => ({ text, shown: JSON.stringify(text) })))('$shown', ({ text }, { expect }) => {
    const record = auditRecord({
      ...facts,
      userAgent: text,
      requestId: text,
      eventName: text,
      userIdentity: { ...facts.userIdentity, userName: text, [text]: text },
      actorChain: [{ type: 'human', issuer: text, subject: text, label: text }],
      input: { [text]: text },
      error: { code: text, message: text },
    })
    const line = recordText(record)
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\ufeff]/)
    const back = parseRecord(line)
    expect(back).toEqual(JSON.parse(JSON.stringify(record)))
    expect(Object.keys(back)).toEqual(Object.keys(record))
    expect(back.userAgent).toBe(text)
    expect(Object.keys(back.requestParameters as object)).toEqual([text])
    expect(line).toContain(`"userAgent":"${textInRecord(text)}"`)
  })

  test('any strings come back as they were, in as many members', ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.jsonValue(), (text, input) => {
        const record = auditRecord({ ...facts, userAgent: text, input: { value: input } })
        const back = parseRecord(recordText(record))
        expect(back.userAgent).toBe(text)
        expect(recordText(back)).toBe(recordText(record))
      }),
    )
  })
})

describe('T-73 fields are bounded', () => {
  test('a user agent of a megabyte', ({ expect }) => {
    const { userAgent } = auditRecord({ ...facts, userAgent: 'ä'.repeat(500_000) })
    expect(Buffer.byteLength(userAgent)).toBeLessThanOrEqual(limits.userAgent)
    expect(userAgent).toMatch(/^ä+\.\.\.\(truncated\)$/)
  })

  test('request parameters and answers that are too large are left out with their size', ({ expect }) => {
    const { requestParameters, responseElements } = auditRecord({ ...facts, input: { body: 'x'.repeat(200_000) }, output: { a: 1 } })
    expect(requestParameters).toEqual({ omitted: true, originalSize: 200_011, reason: 'requestParameters too large' })
    expect(responseElements).toEqual({ a: 1 })
  })

  test('names, chains and lists', ({ expect }) => {
    const long = 'n'.repeat(10_000)
    const actor = { type: 'agent' as const, issuer: long, subject: long, label: long }
    const record = auditRecord({
      ...facts,
      eventName: long,
      userIdentity: { arn: long, more: { [long]: long } },
      actorChain: Array.from({ length: 1000 }, () => actor),
      resources: Array.from({ length: 1000 }, () => ({ ARN: long })),
      additional: { big: 'y'.repeat(100_000) },
    })
    expect(Buffer.byteLength(recordText(record))).toBeLessThan(320 * 1024)
    expect(record.additionalEventData).toMatchObject({ omitted: true })
    expect(record.additionalEventData.actorChain).toHaveLength(limits.actorChain)
  })

  test('a cut never splits a character', ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 20, max: 60 }), (text, max) => {
        const cut = boundedText(text, max)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(max, Buffer.byteLength(text) <= max ? max : 0))
        expect(text.startsWith(cut.replace('...(truncated)', ''))).toBe(true)
        expect(cut.isWellFormed()).toBe(text.isWellFormed())
      }),
    )
  })

  test('what nests without end stops', ({ expect }) => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect(JSON.stringify(redacted(loop))).toContain('nested too deeply')
  })
})

test('a record has the members of CloudTrail, in its order', ({ expect }) => {
  const record = auditRecord({
    ...facts,
    eventId: 'e-1',
    error: { code: 'AccessDenied', message: 'no' },
    tls: { tlsVersion: 'TLSv1.3', cipherSuite: 'x', clientProvidedHostHeader: 'h' },
  })
  expect(record).toMatchInlineSnapshot(`
    {
      "additionalEventData": {
        "actorChain": [
          {
            "issuer": "https://idp.example.com",
            "label": "alice@example.com",
            "subject": "248289761001",
            "type": "human",
          },
        ],
        "decisionId": "d-1",
      },
      "awsRegion": "eu-central-1",
      "errorCode": "AccessDenied",
      "errorMessage": "no",
      "eventCategory": "Management",
      "eventID": "e-1",
      "eventName": "RunTask",
      "eventSource": "ecs.amazonaws.com",
      "eventTime": "2026-11-22T07:18:36Z",
      "eventType": "AwsApiCall",
      "eventVersion": "1.11",
      "managementEvent": true,
      "readOnly": false,
      "recipientAccountId": "111122223333",
      "requestID": "7f3c",
      "requestParameters": {
        "cluster": "main",
        "taskDefinition": "web:3",
      },
      "resources": [
        {
          "ARN": "arn:aws:ecs:eu-central-1:111122223333:cluster/main",
          "accountId": "111122223333",
          "type": "AWS::ECS::Cluster",
        },
      ],
      "responseElements": null,
      "sourceIPAddress": "203.0.113.7",
      "tlsDetails": {
        "cipherSuite": "x",
        "clientProvidedHostHeader": "h",
        "tlsVersion": "TLSv1.3",
      },
      "userAgent": "aws-cli/2.31",
      "userIdentity": {
        "accessKeyId": "ASIAEXAMPLE",
        "accountId": "111122223333",
        "arn": "arn:aws:sts::111122223333:assumed-role/deploy/alice",
        "principalId": "AROAEXAMPLE:alice",
        "sessionContext": {
          "attributes": {
            "creationDate": "2026-11-22T07:00:00Z",
            "mfaAuthenticated": "true",
          },
          "sessionIssuer": {
            "arn": "arn:aws:iam::111122223333:role/deploy",
            "principalId": "AROAEXAMPLE",
            "type": "Role",
            "userName": "deploy",
          },
          "sourceIdentity": "alice",
        },
        "type": "AssumedRole",
      },
    }
  `)
})

test('values that JSON does not know become JSON', ({ expect }) => {
  expect(redacted({ at: new Date(0), big: 10n, nan: Number.NaN, none: undefined, call: () => 1, bad: new Date(Number.NaN) })).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    big: '10',
    nan: 'NaN',
    bad: null,
  })
  expect(redacted(undefined)).toBe(null)
})

test('event ids carry their time and are told from others', ({ expect }) => {
  const ids = Array.from({ length: 300 }, () => eventIdAt(facts.now))
  expect(new Set(ids).size).toBe(300)
  expect(ids.map(timeOfEventId)).toEqual(ids.map(() => facts.now))
  expect(timeOfEventId('7f3c2a10-9d0e-4a67-8f7e-0123456789ab')).toBe(undefined)
  expect(timeOfEventId('')).toBe(undefined)
})
