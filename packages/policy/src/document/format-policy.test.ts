import fc from 'fast-check'
import { test } from 'vitest'
import { formatPolicy } from './format-policy.ts'
import { baseOperators, operatorText } from './policy-document.ts'
import type { PolicyDocument } from './policy-document.ts'
import { readPolicy } from './read-policy.ts'

function read(text: string): PolicyDocument {
  const result = readPolicy(text, 'resource', { name: 'P' })
  if (!result.ok) throw new Error(`${result.problems[0].hint}: ${text}`)
  return result.document
}

test('a document is written in the order of the grammar, lists of one as a scalar', ({ expect }) => {
  const text =
    '{"Statement":{"Resource":["*"],"NotAction":["a:b","c:d"],"NotPrincipal":{"Service":["x.amazonaws.com"],"AWS":["1","2"]},"Effect":"Deny","Sid":"S","Condition":{"forallvalues:stringlike":{"k":[1]},"Null":{"__proto__":true}}}}'
  expect(formatPolicy(read(text))).toBe(`{
  "Version": "2008-10-17",
  "Statement": [
    {
      "Sid": "S",
      "Effect": "Deny",
      "NotPrincipal": {
        "AWS": [
          "1",
          "2"
        ],
        "Service": "x.amazonaws.com"
      },
      "NotAction": [
        "a:b",
        "c:d"
      ],
      "Resource": "*",
      "Condition": {
        "ForAllValues:StringLike": {
          "k": "1"
        },
        "Null": {
          "__proto__": "true"
        }
      }
    }
  ]
}`)
})

test('"*" and {"AWS": "*"} are written alike', ({ expect }) => {
  const text = (principal: string): string => `{"Statement":{"Effect":"Deny","Principal":${principal},"Action":"*"}}`
  expect(formatPolicy(read(text('"*"')))).toBe(formatPolicy(read(text('{"AWS":["*"]}'))))
})

test('law: parse ∘ format = id, and format is a fixed point', ({ expect }) => {
  fc.assert(
    fc.property(policies, (policy) => {
      const document = read(JSON.stringify(policy))
      const text = formatPolicy(document)
      const again = read(text)
      expect(comparable(again)).toEqual(comparable(document))
      expect(formatPolicy(again)).toBe(text)
    }),
  )
})

/** Order of principals means nothing, and the line is a matter of layout. */
const comparable = (document: PolicyDocument): unknown => ({
  ...document,
  statements: document.statements.map((statement) => ({
    ...statement,
    line: 0,
    principal: statement.principal && {
      ...statement.principal,
      entries: statement.principal.entries.map(({ type, value }) => `${type}=${value}`).sort(),
    },
    conditions: statement.conditions
      .map(({ operator, key, values }) => `${operatorText(operator)} ${key} ${JSON.stringify(values)}`)
      .sort(),
  })),
})

const texts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 })
const scalarOrList = fc.oneof(fc.string(), texts)
const operators = fc.constantFrom(
  ...baseOperators.flatMap((base) => (base === 'Null' ? [base] : [base, `ForAnyValue:${base}`, `${base}IfExists`])),
)
const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '1', '0', 'aws:SourceIp'))
const values = fc.oneof(fc.string(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.array(fc.string()))
const principals = fc.oneof(
  fc.constant('*'),
  fc.dictionary(fc.constantFrom('AWS', 'Service', 'Federated', 'CanonicalUser'), scalarOrList, { minKeys: 1 }),
)
const either = (name: string, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.tuple(fc.constantFrom(name, `Not${name}`), arbitrary).map(([element, value]) => ({ [element]: value }))
const statements = fc
  .tuple(
    fc.record({ Sid: fc.string(), Condition: fc.dictionary(operators, fc.dictionary(keys, values)) }, { requiredKeys: [] }),
    fc.record({ Effect: fc.constantFrom('Allow', 'Deny') }),
    either('Principal', principals),
    either('Action', scalarOrList),
    fc.oneof(fc.constant({}), either('Resource', scalarOrList)),
  )
  .map((parts) => Object.assign({}, ...parts) as object)
const policies = fc.record(
  { Version: fc.constantFrom('2012-10-17', '2008-10-17'), Statement: fc.array(statements, { minLength: 1, maxLength: 4 }) },
  { requiredKeys: ['Statement'] },
)
