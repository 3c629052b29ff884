import { describe, test } from 'vitest'
import { sizeWithoutWhiteSpace } from './limits.ts'
import { parsePolicy } from './parse-policy.ts'
import type { ParsePolicyOptions } from './parse-policy.ts'
import type { PolicyKind } from './policy-document.ts'

/** A valid document of exactly `size` characters, without white space. */
function documentOf(size: number, elements: object): string {
  const text = (action: string): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', Action: action, ...elements } })
  return text(`s3:${'A'.repeat(size - text('s3:').length)}`)
}

const onAnything = { Resource: '*' }
const ofAnyone = { Principal: '*', Resource: '*' }

const cases: readonly [PolicyKind, ParsePolicyOptions, object, number, string, string][] = [
  ['managed', {}, onAnything, 6144, 'LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'],
  ['boundary', {}, onAnything, 6144, 'LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'],
  ['identity', { name: 'web' }, onAnything, 10240, 'LimitExceeded', 'Maximum policy size of 10240 bytes exceeded for role web'],
  [
    'identity',
    { name: 'ann', owner: 'user' },
    onAnything,
    2048,
    'LimitExceeded',
    'Maximum policy size of 2048 bytes exceeded for user ann',
  ],
  ['identity', { owner: 'group' }, onAnything, 5120, 'LimitExceeded', 'Maximum policy size of 5120 bytes exceeded for group'],
  ['scp', {}, onAnything, 10240, 'ConstraintViolationException', 'You have exceeded the maximum policy size.'],
  ['rcp', {}, ofAnyone, 5120, 'ConstraintViolationException', 'You have exceeded the maximum policy size.'],
  [
    'resource',
    { service: 's3' },
    { ...ofAnyone, Resource: 'arn:aws:s3:::b' },
    20480,
    'PolicyTooLarge',
    'Normalized policy document exceeds the maximum allowed size of 20480 bytes.',
  ],
]

describe.for(cases)('%s %j', ([kind, options, elements, most, code, message]) => {
  test('T-56 refuses one character more than allowed', ({ expect }) => {
    expect(parsePolicy(documentOf(most + 1, elements), kind, options)).toMatchObject({ problems: [{ code, message, pointer: '' }] })
  })

  test('accepts the most', ({ expect }) => {
    expect(parsePolicy(documentOf(most, elements), kind, options).ok).toBe(true)
  })
})

test('white space counts in session policies and in those of Organizations, not elsewhere', ({ expect }) => {
  const spacious = `${documentOf(200, onAnything).slice(0, -1)}${' \n'.repeat(6000)}}`
  for (const kind of ['managed', 'boundary', 'identity'] as const) expect(parsePolicy(spacious, kind).ok).toBe(true)
  for (const kind of ['session', 'scp'] as const) expect(parsePolicy(spacious, kind).ok).toBe(false)
})

test('white space inside strings counts', ({ expect }) => {
  expect(sizeWithoutWhiteSpace('{ "a b" : [ 1,\n\t2 ] }')).toBe('{"a b":[1,2]}'.length)
  expect(sizeWithoutWhiteSpace(String.raw`{ "a \" b" : "\\" }`)).toBe(String.raw`{"a \" b":"\\"}`.length)
})
