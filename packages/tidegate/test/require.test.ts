import { test } from 'vitest'
import { requirement } from './support/require.ts'

class Skipped extends Error {}
const context = {
  skip: (note: unknown): never => {
    throw new Skipped(String(note))
  },
}

test('what is missing and required is a failure', ({ expect }) => {
  const check = requirement('docker', () => 'no socket', { required: 'aws-cli, docker' })
  expect(() => check(context)).toThrow('TIDEGATE_REQUIRE lists docker: no socket')
})

test('what is missing and not required is a skip that says why', ({ expect }) => {
  const notes: string[] = []
  const check = requirement('dock', () => 'no socket', { required: 'aws-cli,docker', note: (line) => notes.push(line) })
  expect(() => check(context)).toThrow(new Skipped('needs dock: no socket'))
  expect(notes).toEqual(['tests skipped that need dock: no socket'])
})

test('what is there is neither', ({ expect }) => {
  const check = requirement('docker', () => true, { required: 'docker' })
  expect(() => check(context)).not.toThrow()
})
