import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { validateCase } from '../src/document/validate-case.ts'

interface GrammarCase {
  readonly id: string
  readonly policyType: string
  readonly description: string
  readonly expected: 'valid' | 'malformed'
  readonly error: string | null
}

describe.for(['grammar.jsonl', 'grammar-tidegate.jsonl'])('%s', (file) => {
  const lines = readFileSync(new URL(`../../../vectors/policy/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const cases = lines.map((line) => ({ line, ...(JSON.parse(line) as GrammarCase) }))

  test('has cases, and no id twice', ({ expect }) => {
    expect(cases.length).toBeGreaterThan(0)
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  })

  test.for(cases)('$id: $policyType, $description', ({ line, id, expected, error }, { expect }) => {
    const result = validateCase(line)
    expect({ id: result.id, result: result.result }).toEqual({ id, result: expected })
    // A case without a text leaves the words open; a valid document has none.
    if (error !== null || expected === 'valid') expect(result.error).toBe(error)
    else expect(result.error).not.toBe('')
  })
})
