import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'vitest'
import { type Entry, missingOptionals } from '../tools/lockfile.mjs'

const root = resolve(import.meta.dirname, '..')
const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }
const entries = Object.entries(lockfile.packages)

test('npm ci accepts the lockfile; else: node tools/complete-lockfile.mjs', ({ expect }) => {
  expect(missingOptionals(lockfile.packages).map(({ name }) => name)).toEqual([])
})

test('the lockfile names no registry', ({ expect }) => {
  expect(entries.filter(([, { resolved, link }]) => resolved !== undefined && link !== true)).toEqual([])
})

test('T-83 no package runs a script when it is installed', ({ expect }) => {
  expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual([])
})

test('dependencies are exact versions, and policy has none', ({ expect }) => {
  const manifests = ['package.json', ...globSync('packages/*/package.json', { cwd: root })].map((file) => ({
    file,
    manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, Record<string, string> | undefined>,
  }))
  const ranges = manifests.flatMap(({ file, manifest }) =>
    ['dependencies', 'devDependencies', 'optionalDependencies']
      .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))
      .map(([name, range]) => `${file}: ${name} ${range}`),
  )
  expect(ranges).toEqual([])
  expect(manifests.find(({ file }) => file === 'packages/policy/package.json')?.manifest['dependencies']).toBeUndefined()
})
