import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { memoryIo } from '../../../test/support/memory-io.ts'
import { dispatch } from '../dispatch.ts'
import type { ExitCode } from '../io.ts'
import { commands } from '../commands.ts'

async function validate(input: string, ...flags: string[]): Promise<{ exit: ExitCode; out: string; err: string }> {
  const io = memoryIo({ 'policy.json': input, '-': input })
  const file = flags.includes('-') ? [] : ['policy.json']
  const exit = await dispatch(commands, ['policy', 'validate', ...file, ...flags], io)
  return { exit, out: io.out(), err: io.err() }
}

const statement = { Effect: 'Allow', Action: 'ecs:RunTask', Resource: '*' }
const document = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)
const badEffect = document({ ...statement, Effect: 'Perhaps' })

describe('wrong usage ends with 2', () => {
  const cases = [
    { flags: ['--service', 's3'], error: '`--service` needs `--kind resource`' },
    { flags: ['--kind', 'rules'], error: '`--kind` cannot be `rules`; it is one of identity, managed, trust' },
    { flags: ['--kind', 'resource', '--service', 'tides'], error: '`--service` cannot be `tides`; it is one of ecr, kms, s3' },
    { flags: ['--jsonl', '--kind', 'trust'], error: '`--kind` has no effect with `--jsonl`' },
    { flags: ['--jsonl', '--json'], error: '`--json` has no effect with `--jsonl`' },
  ]
  test.for(cases)('$flags', async ({ flags, error }, { expect }) => {
    const { exit, out, err } = await validate(document(statement), ...flags)
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    expect(err).toContain(`error: ${error}`)
  })

  test('a text that is too long to be a policy', async ({ expect }) => {
    const { exit, err } = await validate(' '.repeat(4 * 1024 * 1024 + 1))
    expect(exit).toBe(2)
    expect(err).toContain('no policy is')
  })
})

test('a problem says where it is, what AWS says, and what to do', async ({ expect }) => {
  const { exit, out, err } = await validate(badEffect)
  expect({ exit, err }).toEqual({ exit: 1, err: '' })
  expect(out).toMatch(/^policy\.json:5:\d+: .+ \(MalformedPolicyDocument\)\n {2}hint: .+\n$/)
})

test('standard input has a name of its own in the listing', async ({ expect }) => {
  const { out } = await validate(badEffect, '-')
  expect(out).toMatch(/^<stdin>:5:\d+: /)
})

test('--json has the same problems', async ({ expect }) => {
  const { exit, out } = await validate(badEffect, '--json')
  expect(exit).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    valid: false,
    problems: [{ code: 'MalformedPolicyDocument', line: 5, pointer: '/Statement/0/Effect' }],
  })
})

test('a valid document is said to be valid', async ({ expect }) => {
  expect(await validate(document(statement))).toEqual({ exit: 0, out: 'policy.json: valid\n', err: '' })
  expect(await validate(document(statement), '--json')).toEqual({ exit: 0, out: '{"valid":true,"problems":[]}\n', err: '' })
})

test('the kind decides what is valid', async ({ expect }) => {
  const trust = document({ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' })
  expect(await validate(trust, '--kind', 'trust')).toMatchObject({ exit: 0 })
  expect(await validate(trust, '--kind', 'identity')).toMatchObject({ exit: 1 })
})

test.for(['ecr', 'kms', 's3', 'secretsmanager', 'sns', 'sqs'])(
  '--service %s has an answer that is not the one of IAM',
  async (service, { expect }) => {
    const iam = await validate('{', '--kind', 'resource')
    const own = await validate('{', '--kind', 'resource', '--service', service)
    expect(own.exit).toBe(1)
    expect(own.out).not.toBe(iam.out)
  },
)

describe('--jsonl', () => {
  const vectors = readFileSync(new URL('../../../../../vectors/policy/grammar.jsonl', import.meta.url), 'utf8')

  test('a line that cannot be read is malformed, the others are answered', async ({ expect }) => {
    const good = JSON.stringify({ id: 'good', policyType: 'identity', document: JSON.parse(document(statement)) as object })
    const { exit, out } = await validate(`{"id":"broken",\n${'x'.repeat(4 * 1024 * 1024 + 1)}\n\n${good}\n`, '--jsonl')
    const answers = out.split('\n').slice(0, -1)
    expect(exit).toBe(1)
    expect(answers.map((line) => JSON.parse(line) as object)).toEqual([
      { id: 'broken', result: 'malformed', error: expect.stringContaining('not a case') as string },
      { id: null, result: 'malformed', error: 'line 2: longer than 4194304 bytes' },
      { id: 'good', result: 'valid', error: null },
    ])
  })

  test('every vector gets the result that is documented, and the message where there is one', async ({ expect }) => {
    const wanted = vectors
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: string; expected: string; error: string | null })
    const { out } = await validate(vectors, '--jsonl')
    const answers = out.split('\n').slice(0, -1)
    expect(answers.map((line) => JSON.parse(line) as object)).toEqual(
      wanted.map(({ id, expected, error }) => ({ id, result: expected, error: error ?? (expect.toSatisfy(() => true) as null) })),
    )
  })
})
