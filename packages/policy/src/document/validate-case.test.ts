import fc from 'fast-check'
import { describe, test } from 'vitest'
import { validateCase } from './validate-case.ts'

const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }

describe('a line that is no case is malformed, and says why', () => {
  test.for([
    ['', '', 'not a case: the text ends where a JSON value is expected at column 1'],
    ['{"id":"a-1",', 'a-1', 'not a case: expected a name in double quotes at column 13'],
    ['[]', '', 'not a case: policyType is one of identity, managed, trust, resource, boundary, session, scp, rcp, endpoint'],
    [
      JSON.stringify({ id: 'x', policyType: 'group', document }),
      'x',
      'not a case: policyType is one of identity, managed, trust, resource, boundary, session, scp, rcp, endpoint',
    ],
    [JSON.stringify({ id: 'x', policyType: 'identity' }), 'x', 'not a case: no document'],
    [
      '{"id":"x","policyType":"identity","document":{"Statement":1,"Statement":2}}',
      'x',
      'not a case: duplicate name `Statement` at column 61',
    ],
  ] as const)('%s', ([line, id, error], { expect }) => {
    expect(validateCase(line)).toEqual({ id, result: 'malformed', error })
  })
})

test('a document is a JSON value or its text', ({ expect }) => {
  const valid = { id: 'a', result: 'valid', error: null }
  expect(validateCase(JSON.stringify({ id: 'a', policyType: 'identity', document }))).toEqual(valid)
  expect(validateCase(JSON.stringify({ id: 'a', policyType: 'identity', document: JSON.stringify(document) }))).toEqual(valid)
})

test('the error is what AWS would answer, by service where one is named', ({ expect }) => {
  const line = (service?: string): string => JSON.stringify({ id: 'a', policyType: 'resource', service, document: [] })
  expect(validateCase(line()).error).toBe('Syntax errors in policy.')
  expect(validateCase(line('s3')).error).toBe('This policy contains invalid Json')
})

test('law: no line makes it throw', ({ expect }) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify({ id: 'a', policyType: 'trust', document: value })),
      ),
      (line) => {
        expect(['valid', 'malformed']).toContain(validateCase(line).result)
      },
    ),
  )
})
