/** `tidegate up --demo`: from nothing to somebody in a role, without an identity provider of one's own. */
import { test, vi } from 'vitest'
import { join } from 'node:path'
import { Home } from './support/home.ts'
import { startInstance, tidegate } from './support/process.ts'

vi.setConfig({ testTimeout: 90_000 })

test('it is for this machine only, and brings its own configuration', async ({ expect }) => {
  const [open, configured] = await Promise.all([
    tidegate('up', '--demo', '--host', '0.0.0.0'),
    tidegate('up', '--demo', '--config', 'x.json'),
  ])
  expect(open).toMatchObject({ code: 2, stderr: expect.stringContaining('`--demo` is for this machine only') })
  expect(configured).toMatchObject({ code: 2, stderr: expect.stringContaining('leave `--config` out') })
})

test('alice signs in, and is an operator with her second factor', async ({ expect }) => {
  const home = new Home()
  const instance = await startInstance(join(home.folder, 'data'), '--demo')
  try {
    expect(instance.output()).not.toContain('internal error')
    await home.type('ctx', 'add', 'demo', '--url', instance.url)
    expect(await home.loginAs('alice')).toMatchObject({ code: 0, stdout: 'signed in as alice@example.com at demo\n' })
    const { code, stdout, stderr } = await home.type('creds', 'process', '--role', 'operator')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) })
  } finally {
    expect(await instance.end('SIGTERM')).toBe(0)
    home.remove()
  }
})
