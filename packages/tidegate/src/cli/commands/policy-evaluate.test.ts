import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { memoryIo } from '../../../test/support/memory-io.ts'
import { dispatch } from '../dispatch.ts'
import type { ExitCode } from '../io.ts'
import { commands } from '../commands.ts'

interface Answer {
  readonly id: string | null
  readonly decision: string
  readonly reason?: string | null
  readonly trace?: { readonly layers: readonly object[] }
  readonly error?: string
}

async function evaluate(input: string, ...flags: string[]): Promise<{ exit: ExitCode; answers: Answer[]; err: string }> {
  const io = memoryIo({ '-': input })
  const exit = await dispatch(commands, ['policy', 'evaluate', '-', ...flags], io)
  const answers = io.out().split('\n').slice(0, -1)
  return { exit, answers: answers.map((line) => JSON.parse(line) as Answer), err: io.err() }
}

const vectors = readFileSync(new URL('../../../../../vectors/policy/evaluation.jsonl', import.meta.url), 'utf8')
const vector = (id: string): string => vectors.split('\n').find((line) => line.includes(`"id":"${id}"`)) ?? ''

describe('a line that cannot be read is an implicit deny with the reason, the others are decided, and the exit code is 1', () => {
  const cases = [
    { why: 'no JSON', line: '{"id":"x",', error: /^line 2: / },
    { why: 'no request', line: '{"id":"x","policies":{}}', id: 'x', error: /^line 2: .*request/ },
    {
      why: 'no policies that could be read',
      line: vector('action-001').replace('"identity":[]', '"identity":[7]'),
      id: 'action-001',
      error: /^line 2: .*identity/,
    },
    { why: 'not UTF-8 once decoded', line: '\uD800', error: /^line 2: / },
    { why: 'too long', line: `"${'x'.repeat(4 * 1024 * 1024)}"`, error: /^line 2: longer than 4194304 bytes$/ },
  ]
  test.for(cases)('$why', async ({ line, id = null, error }, { expect }) => {
    const { exit, answers, err } = await evaluate(`${vector('action-001')}\n${line}\n${vector('action-010')}\n`)
    expect(exit).toBe(1)
    expect(err).toBe('1 line could not be read\n')
    expect(answers).toEqual([
      { id: 'action-001', decision: 'implicitDeny' },
      { id, decision: 'implicitDeny', error: expect.stringMatching(error) as string },
      { id: 'action-010', decision: 'implicitDeny' },
    ])
  })
})

test('every vector gets the decision that is documented, in the order of the input', async ({ expect }) => {
  const wanted = vectors
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; expected: string })
  const { exit, answers } = await evaluate(vectors)
  expect(exit).toBe(0)
  expect(answers).toEqual(wanted.map(({ id, expected }) => ({ id, decision: expected })))
})

test('--explain adds the sentence of AWS, null when allowed, and a trace; it changes no decision', async ({ expect }) => {
  const plain = await evaluate(vectors)
  const explained = await evaluate(vectors, '--explain')
  expect(explained.answers.map(({ id, decision }) => ({ id, decision }))).toEqual(plain.answers)
  for (const { id, decision, reason, trace } of explained.answers) {
    if (decision === 'allow') expect(reason, id ?? '').toBeNull()
    else expect(reason, id ?? '').toMatch(/ is not authorized to perform: /)
    expect(trace?.layers, id ?? '').toBeDefined()
  }
})

test('an empty input has no answers', async ({ expect }) => {
  expect(await evaluate('\n\n')).toEqual({ exit: 0, answers: [], err: '' })
})
