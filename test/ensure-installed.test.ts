import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, describe, test } from 'vitest'

const locked = { '': {}, 'node_modules/tide': { version: '1.0.0' }, 'node_modules/tide-darwin': { version: '1.0.0', optional: true } }
const installed = { 'node_modules/tide': { version: '1.0.0' } }
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A checkout with a lockfile, what npm says it installed, and an npm that writes down its arguments and ends with `npmExit`. */
function checkout({ present, npmExit = 0 }: { present?: object; npmExit?: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-install-'))
  folders.push(folder)
  mkdirSync(join(folder, 'tools'))
  cpSync(join(import.meta.dirname, '../tools/ensure-installed.mjs'), join(folder, 'tools/ensure-installed.mjs'))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }))
  if (present !== undefined) {
    mkdirSync(join(folder, 'node_modules'))
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }))
  }
  const npm = `require('fs').writeFileSync('npm-was-called', process.argv.slice(2).join(' ')); console.log('npm speaks'); process.exit(${npmExit})`
  writeFileSync(join(folder, 'npm.js'), npm)
  return folder
}

function ensureInstalled(
  folder: string,
  ...nodeArguments: string[]
): { status: number | null; stdout: string; stderr: string; npm: boolean } {
  const env = { PATH: process.env['PATH'], npm_execpath: join(folder, 'npm.js'), npm_node_execpath: process.execPath }
  const tool = join(folder, 'tools/ensure-installed.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArguments, tool], { cwd: folder, env, encoding: 'utf8' })
  return { status, stdout, stderr, npm: existsSync(join(folder, 'npm-was-called')) }
}

const old = ['--import', `data:text/javascript,Object.defineProperty(process,'version',{value:'v20.19.0'})`]

test('an installation that fails says so, with the next command to type', ({ expect }) => {
  const { status, stdout, stderr } = ensureInstalled(checkout({ npmExit: 1 }))
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/npm speaks\nerror: npm ci failed.*\nnext: npm ci/)
})

test('a Node that is too old says so where npm brought no other', ({ expect }) => {
  const { status, stderr } = ensureInstalled(checkout({ present: installed }), ...old)
  expect(status).toBe(1)
  expect(stderr).toMatch(/^error: Tidegate needs Node 24 or later: this is v20\.19\.0.*\nnext: nvm install 24/)
})

describe('it installs', () => {
  const cases = [
    { why: 'nothing is installed', present: undefined },
    { why: 'a package is missing', present: {} },
    { why: 'a package has another version', present: { 'node_modules/tide': { version: '0.9.0' } } },
    {
      why: 'an optional package has another version',
      present: { ...installed, 'node_modules/tide-darwin': { version: '0.9.0', optional: true } },
    },
  ]
  test.for(cases)('when $why', ({ present }, { expect }) => {
    const { status, stdout, stderr, npm } = ensureInstalled(checkout(present === undefined ? {} : { present }))
    expect({ status, stdout, npm }).toEqual({ status: 0, stdout: '', npm: true })
    expect(stderr).toContain('npm ci')
  })
})

test('it is silent when what the lockfile says is installed, however new the lockfile is', ({ expect }) => {
  const folder = checkout({ present: installed })
  utimesSync(join(folder, 'package-lock.json'), new Date(2100, 0), new Date(2100, 0))
  expect(ensureInstalled(folder)).toEqual({ status: 0, stdout: '', stderr: '', npm: false })
})
