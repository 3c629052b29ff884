/** The first thing that a new user runs, from its beginning to its end. */
import { test } from 'vitest'
import { tidegate } from './support/process.ts'

test('it is for this machine only, and brings its own configuration', async ({ expect }) => {
  const refused = [
    [['--host', '0.0.0.0'], '`--demo` is for this machine only'],
    [['--config', 'x.json'], 'leave `--config` out'],
  ] as const
  for (const [flags, text] of refused)
    expect(await tidegate('up', '--demo', ...flags)).toMatchObject({ code: 2, stderr: expect.stringContaining(text) })
  expect(await tidegate('up', '--once')).toMatchObject({ code: 2, stderr: expect.stringContaining('without `--demo`') })
})

test('the tour keeps what it promises, and leaves nothing behind', { timeout: 300_000 }, async ({ expect }) => {
  const { code, stdout, stderr } = await tidegate('up', '--demo', '--once', '--port', '0', '--runtime', 'process')
  // What it says where it fails is what a reader wants to see.
  expect({ code, failed: /FAILED.*/.exec(stdout)?.[0], stderr }).toEqual({
    code: 0,
    failed: undefined,
    stderr: expect.not.stringContaining('error'),
  })
  expect(stdout).toContain('the tour is over: 7 of 7 steps')
  for (const secret of ['AKIA', 'ASIA', 'SecretAccessKey', 'id_token']) expect(stdout).not.toContain(secret)
})
