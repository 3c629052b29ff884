import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { evaluateCase } from './engine.ts'
import { type EvaluationCase, type Outcome, referenceDecision } from './reference.ts'

interface EvaluationVector extends EvaluationCase {
  readonly id: string
  readonly description: string
  readonly expected: Outcome
}

const folder = new URL('../../../vectors/policy/', import.meta.url)
const files = readdirSync(folder).filter((name) => /^evaluation.*\.jsonl$/.test(name))

test('there are vectors', ({ expect }) => {
  expect(files).toContain('evaluation.jsonl')
})

describe.for(files)('%s', (file) => {
  const vectors = vectorsOf(file)

  test('holds vectors, each under an id of its own', ({ expect }) => {
    const ids = vectors.map(({ id }) => id)
    expect(ids).not.toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.for(vectors)('reference: $id: $description', (vector, { expect }) => {
    expect(referenceDecision(vector)).toBe(vector.expected)
  })

  test.for(vectors)('engine: $id: $description', (vector, { expect }) => {
    expect(evaluateCase(vector).decision).toBe(vector.expected)
  })
})

function vectorsOf(file: string): readonly EvaluationVector[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line): EvaluationVector => JSON.parse(line))
}
