/** What others have chosen, names and messages, on the terminal of whoever runs a command. */
import { join } from 'node:path'
import { test } from 'vitest'
import { oneLine, safeOnTerminal } from '../src/cli/text.ts'
import { Home } from './support/home.ts'
import { peopleWorld } from './support/people-world.ts'
import { tidegate } from './support/process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** Clears the screen, sets the title, writes to the clipboard, turns the direction of writing; the same in one byte of C1; another line. */
const hostile = 'eve\u001b[2J\u001b]0;root\u0007\u001b]52;c;cm0gLXJm\u001b\\\u009b31m\u202e\rok\n'

const controls = /[^\t\n -\u007e\u00a0-\u202d\u202f-\uffff]/

test('T-65 whatever a command prints, no terminal is told to do anything', async ({ expect, onTestFinished }) => {
  const { code, stdout, stderr } = await tidegate('policy', 'validate', join(temporaryFolder({ onTestFinished }), hostile))
  expect(code).toBe(2)
  expect(stderr).toContain(String.raw`eve\u001b[2J\u001b]0;root\u0007`)
  expect(stdout + stderr).not.toMatch(controls)
})

test('T-65 a name in a token is one line of its own, whatever it says', async ({ expect }) => {
  const world = await peopleWorld({
    idp: { people: [{ id: 'eve', name: 'Eve', email: `${hostile}roles:`, groups: ['developers', hostile] }] },
  })
  const home = new Home()
  try {
    await home.type('ctx', 'add', 'local', '--url', world.instance.url)
    await home.loginAs('eve')
    for (const words of [['whoami'], ['login'], ['status']]) {
      const { stdout, stderr } = await home.type(...words)
      expect(stdout + stderr).not.toMatch(controls)
      expect(stdout).not.toMatch(/^(?:roles:.* {2}|; the| at )/m)
    }
  } finally {
    home.remove()
    await world.close()
  }
})

test('JSON means the same when it is made safe', ({ expect }) => {
  const value = { [hostile]: [hostile, 'é 😀 \u200d'] }
  const pretty = JSON.stringify(value, null, 2)
  expect(JSON.parse(safeOnTerminal(pretty))).toEqual(value)
  expect(safeOnTerminal(pretty)).not.toMatch(controls)
  expect(oneLine('a\tb\nc é')).toBe(String.raw`a\u0009b\u000ac é`)
})
