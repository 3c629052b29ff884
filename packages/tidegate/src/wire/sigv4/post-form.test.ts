import { createHmac } from 'node:crypto'
import { describe, test } from 'vitest'
import { bodyOf, drained, exampleKey, scopeOf, signingKey, stamp } from '../../../test/support/signer.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import { parsePostForm, type PostForm, verifyPostForm } from './post-form.ts'
import { SigningKeys } from './signing-keys.ts'
import type { VerifiedSignature } from './verified-signature.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const options = { service: 's3', at: noon }

type Policy = Readonly<Record<string, unknown>> | string

/** A form as a server makes it for a browser; the values of the signature are conditions as well. */
function formOf(
  conditions: readonly unknown[],
  fields: Readonly<Record<string, string>>,
  overrides: { policy?: Policy; bucket?: string; file?: string } = {},
): PostForm {
  const signing = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `AKIDEXAMPLE/${scopeOf(options)}`,
    'x-amz-date': stamp(noon),
  }
  const all = [...conditions, ...Object.entries(signing).map(([name, value]) => ({ [name]: value }))]
  const document = overrides.policy ?? { expiration: '2026-11-22T12:05:00.000Z', conditions: all }
  const policy = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)).toString('base64')
  const signature = createHmac('sha256', signingKey(options)).update(policy).digest('hex')
  return {
    fields: new Map(Object.entries({ ...signing, policy, 'x-amz-signature': signature, ...fields })),
    bucket: overrides.bucket ?? 'photos',
    file: bodyOf(overrides.file ?? 'image'),
  }
}

function verify(form: PostForm, now = noon): VerifiedSignature {
  const authentication = parsePostForm(form, true)
  if (authentication.kind === 'none') throw new Error('not signed')
  return verifyPostForm(form, authentication, new SigningKeys(10), exampleKey, now)
}

function refusal(form: PostForm, now?: number): AwsError {
  try {
    verify(form, now)
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
  throw new Error('the form was accepted')
}

const bucket = { bucket: 'photos' }
const key = ['starts-with', '$key', 'user/']
const good = { key: 'user/me.png' }

describe('T-12 the policy of a form', () => {
  test('what it allows is accepted', async ({ expect }) => {
    const { facts } = verify(formOf([bucket, key, ['content-length-range', 1, 10]], good))
    expect(facts).toMatchObject({ version: 'AWS4-HMAC-SHA256', authType: 'POST', accessKeyId: 'AKIDEXAMPLE', region: 'us-east-1' })
    expect(Buffer.from(await facts.body.bytes(100)).toString()).toBe('image')
  })

  test('another bucket', ({ expect }) => {
    expect(refusal(formOf([bucket, key], good, { bucket: 'secrets' }))).toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: 'Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "photos"]',
    })
    expect(refusal(formOf([key], good)).message).toBe('Invalid according to Policy: Extra input fields: bucket')
    expect(refusal(formOf([bucket, key], { ...good, bucket: 'secrets' })).code).toBe('AccessDenied')
  })

  test('another key', ({ expect }) => {
    for (const other of ['user', 'users/x', 'User/x', '']) {
      expect(refusal(formOf([bucket, key], { key: other })).message).toContain('["starts-with", "$key", "user/"]')
    }
    expect(refusal(formOf([bucket, key], {})).code).toBe('AccessDenied')
    expect(refusal(formOf([bucket, ['eq', '$key', 'a']], { key: 'ab' })).code).toBe('AccessDenied')
  })

  test('a file that is too long or too short, while it is read', async ({ expect }) => {
    for (const [range, code] of [
      [[1, 4], 'EntityTooLarge'],
      [[6, 9], 'EntityTooSmall'],
    ] as const) {
      const form = formOf([bucket, key, ['content-length-range', ...range]], good)
      await expect(verify(form).facts.body.bytes(100)).rejects.toMatchObject({ code })
      await expect(drained(verify(form).facts.body.stream())).rejects.toMatchObject({ code, status: 400 })
    }
    const [wide, short, long] = [
      ['content-length-range', 1, 9],
      ['content-length-range', '0', '4'],
      ['content-length-range', 6, 9],
    ]
    for (const [ranges, code] of [
      [[wide, short], 'EntityTooLarge'],
      [[short, wide], 'EntityTooLarge'],
      [[wide, long], 'EntityTooSmall'],
      [[long, wide], 'EntityTooSmall'],
    ] as const) {
      await expect(verify(formOf([bucket, key, ...ranges], good)).facts.body.bytes(100)).rejects.toMatchObject({ code })
    }
  })

  test('a field that no condition is about', ({ expect }) => {
    for (const field of ['acl', 'success_action_redirect', 'x-amz-meta-a', 'x-amz-security-token', '__proto__', 'content-type']) {
      const form = formOf([bucket, key], { ...good })
      const fields = new Map([...form.fields, [field, 'public-read']])
      expect(refusal({ ...form, fields }).message).toBe(`Invalid according to Policy: Extra input fields: ${field}`)
    }
    expect(verify(formOf([bucket, key], { ...good, 'x-ignore-note': 'x' })).facts.accessKeyId).toBe('AKIDEXAMPLE')
  })

  test('field names are the same in any case, several content types each have to match', ({ expect }) => {
    const types = ['starts-with', '$Content-Type', 'image/']
    expect(verify(formOf([bucket, key, types], { ...good, 'content-type': 'image/png, image/gif' })).facts.authType).toBe('POST')
    expect(refusal(formOf([bucket, key, types], { ...good, 'content-type': 'image/png, text/html' })).code).toBe('AccessDenied')
  })

  test('it ends', ({ expect }) => {
    const form = formOf([bucket, key], good)
    expect(verify(form, noon + 299_999).facts.age).toBe(299_999)
    expect(refusal(form, noon + 300_000)).toMatchObject({ message: 'Invalid according to Policy: Policy expired.' })
  })

  const expiration = '2026-11-22T12:05:00Z'
  test.for<[string, Policy]>([
    ['nothing', '{}'],
    ['no JSON', '{"expiration'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no expiration', { conditions: [] }],
    ['an expiration that is none', { expiration: 'tomorrow', conditions: [] }],
    ['no conditions', { expiration }],
    ['conditions that are no list', { expiration, conditions: {} }],
    ['an unknown member', { expiration, conditions: [], Conditions: [] }],
    ['a condition of two properties', { expiration, conditions: [{ a: 'x', b: 'y' }] }],
    ['a condition without property', { expiration, conditions: [{}] }],
    ['a value that is no string', { expiration, conditions: [{ a: 1 }] }],
    ['a condition that is a string', { expiration, conditions: ['eq'] }],
    ['an unknown operator', { expiration, conditions: [['ends-with', '$key', 'x']] }],
    ['a field without its dollar', { expiration, conditions: [['eq', 'key', 'x']] }],
    ['too few arguments', { expiration, conditions: [['eq', '$key']] }],
    ['a length that is none', { expiration, conditions: [['content-length-range', -1, 'x']] }],
  ])('a policy document with %s', ([, policy], { expect }) => {
    expect(refusal(formOf([], good, { policy }))).toMatchObject({ code: 'InvalidPolicyDocument', status: 400 })
  })
})

describe('the signature of a form', () => {
  const form = formOf([bucket, key], good)
  const withField = (name: string, value: string | undefined): PostForm => {
    const fields = new Map(form.fields)
    if (value === undefined) fields.delete(name)
    else fields.set(name, value)
    return { ...form, fields }
  }

  test('another policy, signature or scope', ({ expect }) => {
    const policy = form.fields.get('policy') ?? ''
    const wider = Buffer.from(Buffer.from(policy, 'base64').toString().replace('user/', '')).toString('base64')
    for (const changed of [
      withField('policy', wider),
      withField('policy', `${policy}\n`),
      withField('x-amz-signature', '0'.repeat(64)),
      withField('x-amz-signature', (form.fields.get('x-amz-signature') ?? '').toUpperCase()),
      withField('x-amz-credential', `AKIDEXAMPLE/${scopeOf({ ...options, region: 'eu-west-1' })}`),
    ]) {
      expect(refusal(changed)).toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 })
    }
  })

  test('half of one is never none', ({ expect }) => {
    for (const name of ['policy', 'x-amz-signature', 'x-amz-credential', 'x-amz-date', 'x-amz-algorithm']) {
      expect(refusal(withField(name, undefined))).toMatchObject({ code: 'InvalidArgument', members: { ArgumentName: name } })
      expect(refusal(withField(name, ''))).toMatchObject({ code: 'InvalidArgument' })
    }
    const policyOnly = { ...form, fields: new Map([['policy', 'x']]) }
    expect(() => parsePostForm(policyOnly, true)).toThrow("must contain a field named 'x-amz-signature'")
    expect(parsePostForm({ ...form, fields: new Map([['key', 'k']]) }, true)).toEqual({ kind: 'none' })
    expect(refusal(withField('awsaccesskeyid', 'x'))).toMatchObject({ code: 'InvalidRequest' })
  })

  test.for([
    ['x-amz-algorithm', 'AWS4-ECDSA-P256-SHA256'],
    ['x-amz-credential', 'AKIDEXAMPLE'],
    ['x-amz-credential', `AKIDEXAMPLE/${scopeOf({ ...options, service: 'sts' })}`],
    ['x-amz-credential', `AKIDEXAMPLE/${scopeOf({ ...options, at: noon - 86_400_000 })}`],
    ['x-amz-date', '2026-11-22'],
  ] as const)('%s %s', ([name, value], { expect }) => {
    expect(refusal(withField(name, value))).toMatchObject({ code: 'InvalidArgument', status: 400 })
  })

  test('of version 2 is taken where version 2 is', ({ expect }) => {
    const policy = Buffer.from(JSON.stringify({ expiration: '2026-11-22T12:05:00Z', conditions: [bucket, key] })).toString('base64')
    const signature = createHmac('sha1', exampleKey.secretAccessKey).update(policy).digest('base64')
    const fields = { awsaccesskeyid: 'AKIDEXAMPLE', policy, signature, ...good }
    const v2 = { ...form, fields: new Map(Object.entries(fields)) }
    expect(verify(v2).facts).toMatchObject({ version: 'AWS', authType: 'POST', age: undefined })
    expect(() => parsePostForm(v2, false)).toThrow('The authorization mechanism you have provided is not supported')
    expect(refusal({ ...v2, fields: new Map(Object.entries({ ...fields, signature: signature.replace(/^./, '*') })) }).code).toBe(
      'SignatureDoesNotMatch',
    )
    expect(refusal({ ...v2, fields: new Map(Object.entries({ ...fields, acl: 'public-read' })) }).code).toBe('AccessDenied')
  })
})
