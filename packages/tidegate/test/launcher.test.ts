import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, test } from 'vitest'

/** A checkout in small: the launcher, a `main.ts` that says what it sees, and a workspace package that has a source and a `dist`. */
const main = `
import { from } from '@tidegate/policy'
const [what] = process.argv.slice(2)
if (what === 'die') process.kill(process.pid, 'SIGKILL')
else if (what === 'wait') {
  process.on('SIGTERM', () => process.exit(7))
  setTimeout(() => {}, 60_000)
  console.log('ready')
} else {
  let input = ''
  for await (const chunk of process.stdin) input += chunk
  console.log(JSON.stringify({ from, argv: process.argv.slice(2), input }))
  process.exitCode = 3
}
`
const policy = {
  type: 'module',
  exports: { '.': { '@tidegate/source': './source.ts', default: './built.js' } },
}
const folders: string[] = []

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'tidegate-launcher-'))
  folders.push(path)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  cpSync(join(import.meta.dirname, '../bin/tidegate.mjs'), join(path, 'packages/tidegate/bin/tidegate.mjs'))
  return path
}

function checkout({ installed = true } = {}): string {
  const path = folder({
    'packages/tidegate/package.json': '{"type":"module"}',
    'packages/tidegate/src/cli/main.ts': main,
    'packages/policy/package.json': JSON.stringify(policy),
    'packages/policy/source.ts': `export const from: string = 'source'`,
    'packages/policy/built.js': `export const from = 'dist'`,
  })
  mkdirSync(join(path, 'node_modules/@tidegate'), { recursive: true })
  symlinkSync(join(path, 'packages/policy'), join(path, 'node_modules/@tidegate/policy'))
  if (installed) {
    mkdirSync(join(path, 'node_modules/.bin'))
    symlinkSync(process.execPath, join(path, 'node_modules/.bin/node'))
  }
  return path
}

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})

/** Tells the launcher that it runs on a Node that is too old for the sources. */
const old = ['--import', `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.19.0'})`]

function launch(path: string, nodeArguments: readonly string[], ...argv: string[]): ChildProcess {
  return spawn(process.execPath, [...nodeArguments, join(path, 'packages/tidegate/bin/tidegate.mjs'), ...argv], { stdio: 'pipe' })
}

async function run(
  child: ChildProcess,
  input = '',
): Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }> {
  const text = { out: '', err: '' }
  child.stdout?.on('data', (chunk) => (text.out += String(chunk)))
  child.stderr?.on('data', (chunk) => (text.err += String(chunk)))
  child.stdin?.end(input)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...text }
}

describe.for([
  { why: 'on a Node 24, in the same process', node: [] },
  { why: 'on an old Node, in a child with the Node of the checkout', node: old },
])('in a checkout, $why', ({ node }) => {
  const path = checkout()

  test('sources run unbuilt, with arguments, input, output and exit code', async ({ expect }) => {
    const { code, out, err } = await run(launch(path, node, 'a b', '--c'), 'tide')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    expect(JSON.parse(out)).toEqual({ from: 'source', argv: ['a b', '--c'], input: 'tide' })
  })

  test('a signal reaches the command, which decides how to end', async ({ expect }) => {
    const child = launch(path, node, 'wait')
    child.stdout?.once('data', () => child.kill('SIGTERM'))
    expect(await run(child)).toMatchObject({ code: 7, signal: null })
  })

  test('a command that dies by a signal is seen to die by that signal', async ({ expect }) => {
    expect(await run(launch(path, node, 'die'))).toMatchObject({ code: null, signal: 'SIGKILL' })
  })
})

test('in a checkout that is not installed, an old Node is told to install', async ({ expect }) => {
  const { code, out, err } = await run(launch(checkout({ installed: false }), old))
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^error: tidegate needs Node 24 or later.*\nnext: npm ci\n$/)
})

describe('published, without sources', () => {
  const path = folder({
    'packages/tidegate/package.json': '{"type":"module"}',
    'packages/tidegate/dist/cli/main.js': 'console.log("built")',
  })

  test('an old Node is refused', async ({ expect }) => {
    const { code, out, err } = await run(launch(path, old))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^error: tidegate needs Node 24 or later, this is v.*\nnext: nvm install 24/)
  })

  test('dist runs', async ({ expect }) => {
    expect(await run(launch(path, []))).toMatchObject({ code: 0, out: 'built\n', err: '' })
  })
})
