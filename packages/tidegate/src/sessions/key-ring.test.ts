import { chmodSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { inspect } from 'node:util'
import { test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { createKeyFile } from './key-file.ts'
import { openKeyRing } from './open-key-ring.ts'

test.skipIf(process.platform === 'win32').for([0o640, 0o604, 0o620, 0o601, 0o644])(
  'a file that others may use is refused (mode %o)',
  (mode, context) => {
    const { expect } = context
    const folder = temporaryFolder(context)
    const path = join(folder, 'keys')
    createKeyFile(path, 0)
    chmodSync(path, mode)
    expect(() => openKeyRing({ path })).toThrow(`key ring \`${path}\` can be read by others than its owner (mode ${mode.toString(8)})`)
  },
)

const broken: readonly [string, string, string][] = [
  ['not JSON', '{"format":"tidegate key ring","key":"CANARY', 'is not JSON: restore it from a backup'],
  ['something else', '{"key":"CANARY"}', 'is not a key ring'],
  ['of a later version', '{"format":"tidegate key ring","version":2,"generations":[]}', 'was written by another version of tidegate'],
  ['without keys', '{"format":"tidegate key ring","version":1,"generations":[]}', 'has no key'],
  [
    'with half a key',
    '{"format":"tidegate key ring","version":1,"generations":[{"id":"01020304","createdAt":1,"key":"CANARY"}]}',
    'not complete',
  ],
]

test.for(broken)('a file that is %s is refused, and not quoted', ([, content, message], context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  writeFileSync(path, content, { mode: 0o600 })
  const error = thrownBy(() => openKeyRing({ path }))
  expect(String(error)).toContain(message)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('CANARY')
})

test('a file in a folder that does not exist is a clear error', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  expect(() => openKeyRing({ path: join(folder, 'none', 'keys') })).toThrow('cannot be opened: ENOENT')
})

test('a new file is for its owner only, and nothing is left beside it', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  openKeyRing({ path }).close()
  expect(readdirSync(folder)).toEqual(['keys'])
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('opened again it has the same keys', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  const [one, other] = [openKeyRing({ path }), openKeyRing({ path })]
  expect(other.newest).toBe(one.newest)
  expect(exported(other)).toEqual(exported(one))
  one.close()
  other.close()
})

test('a file that exists is never created over', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  createKeyFile(path, 0)
  const before = readFileSync(path, 'utf8')
  createKeyFile(path, 1)
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('what another process rotates is known when it is asked for, before the file is looked at again', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  const [gateway, command] = [openKeyRing({ path }), openKeyRing({ path })]
  const id = command.rotate()
  expect(gateway.keyFor('session-token', id)).toBeDefined()
  expect(gateway.newest).toBe(id)
  gateway.close()
  command.close()
})

test('what another process retires is retired here within a second', async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  let now = 1_000_000
  const clock = () => now
  const [gateway, command] = [openKeyRing({ path, clock }), openKeyRing({ path, clock })]
  const first = gateway.newest
  command.rotate()
  now += 5000
  expect(command.retire(now / 1000)).toEqual([first])
  await expect.poll(() => gateway.keyFor('session-token', first)).toBeUndefined()
  gateway.close()
  command.close()
})

test('retiring leaves the newest, what sealed recently, and stored secrets', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  let now = 1_000_000
  const ring = openKeyRing({ path: join(folder, 'keys'), clock: () => now })
  const first = ring.newest
  expect(ring.retire(2_000_000)).toEqual([])
  now += 100_000
  const second = ring.rotate()
  now += 100_000
  const third = ring.rotate()
  expect(ring.retire(1100)).toEqual([]) // the first one sealed until then
  expect(ring.retire(1101)).toEqual([first])
  expect(ring.keyFor('session-token', first)).toBeUndefined()
  expect(ring.keyFor('session-secret', first)).toBeUndefined()
  expect(ring.keyFor('stored-secret', first)).toBeDefined()
  expect(ring.keyFor('session-token', second)).toBeDefined()
  expect(ring.discardRetired()).toEqual([first])
  expect(ring.keyFor('stored-secret', first)).toBeUndefined()
  expect(ring.generations.map(({ id }) => id)).toEqual([second, third])
  ring.close()
})

test('a file that goes bad while it is in use is told of once, and the keys stay', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  const problems: unknown[] = []
  const ring = openKeyRing({ path, onProblem: (problem) => problems.push(problem) })
  const id = ring.newest
  writeFileSync(path, 'oops')
  ring.reload()
  ring.reload()
  rmSync(path)
  ring.reload()
  ring.reload()
  expect(problems.map(String)).toEqual([
    `KeyRingError: key ring \`${path}\` is not JSON: restore it from a backup`,
    `KeyRingError: key ring \`${path}\` cannot be opened: ENOENT`,
  ])
  expect(ring.keyFor('session-token', id)).toBeDefined()
  ring.close()
})

test('two processes do not change the file at once, and a lock that was left behind is broken', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  const ring = openKeyRing({ path })
  writeFileSync(`${path}.lock`, '')
  expect(() => ring.rotate()).toThrow('is being changed by another process: try again')
  utimesSync(`${path}.lock`, 0, 0)
  expect(ring.rotate()).toBe(ring.newest)
  expect(readdirSync(folder)).toEqual(['keys'])
  ring.close()
})

test('keys differ by purpose and by generation', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const ring = openKeyRing({ path: join(folder, 'keys') })
  ring.rotate()
  expect(new Set(exported(ring)).size).toBe(8)
  ring.close()
})

test('a key is in nothing that can be printed', (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const path = join(folder, 'keys')
  const ring = openKeyRing({ path })
  const { generations } = JSON.parse(readFileSync(path, 'utf8')) as { generations: { key: string }[] }
  const secrets = [...generations.map(({ key }) => key), ...exported(ring)]
  const keys = purposes.map((purpose) => ring.keyFor(purpose, ring.newest))
  const printed = [ring, keys, thrownBy(() => openKeyRing({ path: folder }))].map(
    (each) => inspect(each, { depth: 10, showHidden: true, getters: true }) + JSON.stringify(each),
  )
  for (const secret of secrets)
    for (const form of [secret, Buffer.from(secret, 'base64url').toString('hex'), Buffer.from(secret, 'base64url').toString('base64')])
      expect(printed.join('\n')).not.toContain(form)
  ring.close()
})

const purposes = ['session-token', 'session-secret', 'stored-secret', 'authorization-message'] as const

function exported(ring: ReturnType<typeof openKeyRing>): string[] {
  return ring.generations.flatMap(({ id }) => purposes.map((purpose) => ring.keyFor(purpose, id)?.export().toString('base64url') ?? ''))
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
