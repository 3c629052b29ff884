/** The first thing that a new user runs, from its beginning to its end. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'vitest'
import { tidegate, tidegateStarted } from './support/process.ts'

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

test(
  'interrupted in the middle it ends its tasks, says nothing of a failure, and leaves no folder',
  { timeout: 120_000 },
  async ({ expect }) => {
    const child = tidegateStarted(process.env, 'up', '--demo', '--port', '0', '--runtime', 'process')
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('2/7')) child.kill('SIGINT')
    })
    const errors: string[] = []
    child.stderr.on('data', (chunk) => errors.push(String(chunk)))
    expect(await ended).toEqual([0, null])
    expect(errors.join('')).toContain('closing: requests that were accepted are finished')
    expect(errors.join('')).not.toMatch(/error/i)
    expect(lines.join('\n')).not.toContain('FAILED')
    const [, folder = ''] = /^data\s+(\S+)/m.exec(lines.join('\n')) ?? []
    expect({ folder, isThere: existsSync(folder) }).toEqual({ folder: expect.stringContaining('tidegate-demo-'), isThere: false })
  },
)
