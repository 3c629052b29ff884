/** Hostile texts: whatever is given, an answer comes, soon, and its places lie inside the text. */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { parsePolicy } from './parse-policy.ts'
import { policyKinds } from './policy-document.ts'
import type { PolicyKind } from './policy-document.ts'
import { readPolicy } from './read-policy.ts'

const seed = JSON.stringify(
  {
    Version: '2012-10-17',
    Id: 'x',
    Statement: [
      {
        Sid: 'One',
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::123456789012:root'], Service: 'ecs-tasks.amazonaws.com' },
        Action: ['ecs:*', 'sts:AssumeRole'],
        Resource: ['arn:aws:s3:::b/${aws:username}', '*'],
        Condition: {
          'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': ['a*', 1, true] },
          DateLessThan: { 'aws:CurrentTime': '2026-11-22T07:00:00Z' },
        },
      },
      { Effect: 'Deny', NotPrincipal: '*', NotAction: 's3:*', NotResource: 'arn:aws:ecs:*' },
    ],
  },
  null,
  1,
)

const kinds = fc.constantFrom(...policyKinds)
const services = fc.constantFrom({}, { service: 's3' }, { service: 'kms' }, { service: 'secretsmanager' }, { service: 'ecr' })
const pieces = fc.constantFrom(
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  'null',
  '1e9',
  '"Effect"',
  '"*"',
  '${',
  '}',
  '*',
  ' ',
  '\n',
  '\uD800',
)
const mutations = fc.array(fc.tuple(fc.nat(seed.length), fc.nat(12), fc.oneof(pieces, fc.string({ maxLength: 4 }))), {
  minLength: 1,
  maxLength: 5,
})
const mutants = mutations.map((edits) =>
  edits.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), seed),
)

test('law: every text has an answer, with its places inside the text', ({ expect }) => {
  fc.assert(
    fc.property(fc.oneof(mutants, mutants, fc.string(), fc.json()), kinds, services, (text, kind, options) => {
      const lines = text.split('\n')
      const results = [parsePolicy(text, kind, options), readPolicy(text, kind)]
      for (const result of results) {
        for (const { code, message, hint, line, column } of result.ok ? [] : result.problems) {
          expect(code && message && hint).not.toBe('')
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('law: what is accepted for saving can be read', ({ expect }) => {
  fc.assert(
    fc.property(mutants, kinds, (text, kind) => {
      const parsed = parsePolicy(text, kind)
      expect(parsed.ok ? readPolicy(text, kind) : parsed).toEqual(parsed)
    }),
    { numRuns: 1000 },
  )
})

test('law: pointers lead to a value of the document', ({ expect }) => {
  fc.assert(
    fc.property(mutants, kinds, (text, kind) => {
      const result = parsePolicy(text, kind)
      if (result.ok) return
      for (const { pointer } of result.problems) {
        if (pointer === '') continue
        const steps = pointer
          .slice(1)
          .split('/')
          .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
        const at = steps.reduce((value: unknown, step) => (value as Record<string, unknown>)[step], JSON.parse(text))
        expect(at).not.toBeUndefined()
      }
    }),
    { numRuns: 1000 },
  )
})

/** A quadratic step would take minutes on a million characters; the test's time limit is the check. */
describe('a million characters of one thing are answered in linear time', () => {
  const size = 1_000_000
  const filled = (unit: string): string => unit.repeat(size / unit.length)
  const inside = (elements: string): string => `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",${elements}}]}`
  const texts: Readonly<Record<string, string>> = {
    'opening brackets': filled('['),
    'opening braces': filled('{"a":'),
    'one string': `"${filled('x')}"`,
    'escape sequences': `["${filled('\\u0041')}"]`,
    backslashes: `["${filled('\\\\')}"]`,
    'an unterminated string': `["${filled('\\"')}`,
    'one number': filled('1'),
    'empty lists': `[${filled('[],')}1]`,
    'duplicate names': `{${filled('"a":1,')}"a":1}`,
    'distinct names': `{${Array.from({ length: size / 10 }, (_, i) => `"${i}":0`).join(',')}}`,
    'unknown elements': inside(Array.from({ length: size / 12 }, (_, i) => `"x${i}":0`).join(',')),
    statements: `{"Statement":[${filled('{"a":1},')}1]}`,
    lines: `${filled('\n')}x`,
    'wrong actions': inside(`"Action":[${filled('"a",')}"a"],"Resource":"*"`),
    'a pattern of many stars': inside(`"Action":"s3:${filled('*a')}","Resource":"arn:aws:s3:::${filled('*a')}"`),
    'colons in a resource': inside(`"Action":"*","Resource":"a:b:${filled(':')}"`),
    'unclosed variables': inside(`"Action":"*","Resource":"arn:aws:s3:::${filled('${')}"`),
    'closed variables': inside(`"Action":"*","Resource":"arn:aws:s3:::${filled('${a:b}')}"`),
    'malformed variables': inside(`"Action":"*","Resource":[${filled('"arn:aws:s3:::${}",')}"*"]`),
    'a long date': inside(`"Action":"*","Resource":"*","Condition":{"DateEquals":{"a":"${filled('1-')}"}}`),
    'equal Sids': `{"Statement":[${filled('{"Sid":"a"},')}{}]}`,
    'a long operator': inside(`"Action":"*","Resource":"*","Condition":{"${filled('ForAnyValue:')}":{"a":"b"}}`),
    principals: inside(`"Action":"*","NotPrincipal":{"AWS":[${filled('"1",')}"*"]}`),
  }

  test.for(Object.keys(texts))('%s', { timeout: 60_000 }, (name, { expect }) => {
    const text = texts[name] ?? ''
    const asked: readonly PolicyKind[] = ['resource', 'scp']
    for (const kind of asked) expect(() => parsePolicy(text, kind)).not.toThrow()
    expect(() => readPolicy(text, 'trust')).not.toThrow()
  })
})
