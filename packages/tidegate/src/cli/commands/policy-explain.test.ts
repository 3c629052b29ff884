import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { memoryIo } from '../../../test/support/memory-io.ts'
import { dispatch } from '../dispatch.ts'
import type { ExitCode } from '../io.ts'
import { commands } from '../commands.ts'

async function explainLines(input: string, ...flags: string[]): Promise<{ exit: ExitCode; out: string; err: string }> {
  const io = memoryIo({ '-': input })
  const exit = await dispatch(commands, ['policy', 'explain', '-', ...flags], io)
  return { exit, out: io.out(), err: io.err() }
}

const examples = readFileSync(new URL('../../../../../examples/ecs-team.jsonl', import.meta.url), 'utf8')
const [first = ''] = examples.split('\n')

test('a line that cannot be read is told on standard error, and the others are explained', async ({ expect }) => {
  const { exit, out, err } = await explainLines(`{"id":"x"}\n${first}\n`)
  expect(exit).toBe(1)
  expect(err).toBe('line 1: `request` must be an object\n')
  expect(out).toContain('stop-by-task-definition')
})

test('each case has its id and description as heading, and its trace below', async ({ expect }) => {
  const { exit, out, err } = await explainLines(examples)
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out.match(/^=+$/gm)).toHaveLength(6)
  expect(out).toMatch(/^delete-without-mfa: Deleting a cluster .*\n=+\nDENIED, nothing allows it: ecs:DeleteCluster\n/m)
  expect(out).toContain('request: (the key is absent)')
})

test('a case without id goes by its line', async ({ expect }) => {
  const { out } = await explainLines(`\n${first.replace(/"id":\s*"[^"]*",\s*"description":\s*"[^"]*",/, '')}\n`)
  expect(out).toMatch(/^line 2\n======\n/)
})

test('--json prints the traces, a line each', async ({ expect }) => {
  const { out } = await explainLines(examples, '--json')
  const traces = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; decision: { effect: string } })
  expect(traces).toHaveLength(6)
  expect(traces[0]).toMatchObject({ id: 'stop-by-task-definition', decision: { effect: 'implicit-deny', missing: 'identity' } })
})
