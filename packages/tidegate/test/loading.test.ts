/** What commands load: `tidegate creds process` stands before every call of an AWS client, and nobody waits gladly for a version. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, test } from 'vitest'
import { commands } from '../src/cli/commands.ts'
import { run } from './support/programs.ts'

const cli = join(import.meta.dirname, '../src/cli')
const folder = mkdtempSync(join(tmpdir(), 'tidegate-loading-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The files that a command loaded, from `src` or from `node_modules` on. */
async function loadedBy(...words: readonly string[]): Promise<string[]> {
  return loadedIn(join(cli, 'main.ts'), ...words)
}

async function loadedIn(...program: readonly string[]): Promise<string[]> {
  const list = join(folder, 'loaded')
  rmSync(list, { force: true })
  const recorder = `import { appendFileSync } from 'node:fs'
    import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context) } })`
  const args = ['--conditions=@tidegate/source', '--import', `data:text/javascript,${encodeURIComponent(recorder)}`, ...program]
  const { stderr } = await run(process.execPath, args, { env: { HOME: folder, PATH: process.env['PATH'] } })
  if (/internal error|^\s+at /m.test(stderr)) throw new Error(stderr)
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:'))
    .map((url) => url.replace(/^.*\/(?=src\/|node_modules\/)/, ''))
}

test.for([['--version'], ['--help'], ['ecs'], ['no-such-command']])(
  '%s loads nothing but the list of commands',
  async (words, { expect }) => {
    const loaded = await loadedBy(...words)
    expect(loaded).toContain('src/cli/commands.ts')
    expect(loaded.filter((file) => !/^src\/cli\/[\w-]+\.ts$/.test(file))).toEqual([])
  },
)

const ofPeople = [
  'login',
  'logout',
  'whoami',
  'status',
  'ctx ls',
  'creds process --role developer',
  'creds env --role developer',
  'configure',
]
test.for(ofPeople)('%s loads no package before it needs one', async (words, { expect }) => {
  expect((await loadedBy(...words.split(' '))).filter((file) => file.startsWith('node_modules/'))).toEqual([])
})

/** Who speaks with ECS for an answer has its client in front of it; all others load a client when it is certain that they need one. */
const speaksWithEcs = /^(ecs|logs|simulate) ?/
test('loading a command loads no client of an AWS service, but where it is one itself', async ({ expect }) => {
  const others = commands.map(({ name }) => name).filter((name) => !speaksWithEcs.test(name))
  const program = `const { commands } = await import(${JSON.stringify(join(cli, 'commands.ts'))})
    for (const { name, load } of commands) if (${JSON.stringify(others)}.includes(name)) await load()`
  const loaded = await loadedIn('--input-type=module', '--eval', program)
  expect(loaded.filter((file) => file.startsWith('src/cli/commands/')).length).toBe(others.length)
  expect(loaded.filter((file) => file.includes('@aws-sdk/client-'))).toEqual([])
})
