import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { describe, test } from 'vitest'
import { commands } from '../packages/tidegate/src/cli/commands.ts'

const loaded = await Promise.all(commands.map(async ({ name, load }) => ({ name, flags: (await load()).flags })))
const root = resolve(import.meta.dirname, '..')
const ignored = new Set(['node_modules', 'dist', 'coverage', 'reports', '.stryker-tmp'])
const files = globSync('**/*.md', { cwd: root, exclude: (name) => ignored.has(name) })
  .concat(globSync('.{github,changeset}/**/*.md', { cwd: root }))
  .filter((file) => !file.endsWith('CHANGELOG.md'))
const documents = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

test('the documents that a visitor looks for are there', ({ expect }) => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'STYLE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'AGENTS.md']))
  expect(existsSync(join(root, 'LICENSE'))).toBe(true)
})

/** Blocks of the language `console` are sessions: `$ ` and a command, then what it printed. */
const sessions = documents.flatMap(({ file, text }) =>
  codeBlocks(text)
    .flatMap(({ language, body }) => (language === 'console' ? body.split(/^(?=\$ )/m) : []))
    .map((session) => /^\$ (.*)\n([^]*)$/.exec(session) ?? [])
    .map(([, command = '', output = '']) => ({ file, command, output })),
)

test('there is an example in the README', ({ expect }) => {
  expect(sessions.filter(({ file }) => file === 'README.md')).not.toEqual([])
})

test.for(sessions)('$file: $command prints what the document says', ({ command, output }, { expect }) => {
  expect(command).toMatch(/(^|\| )npx tidegate /)
  const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH']}` }
  const { stdout, stderr } = spawnSync('sh', ['-c', command.replaceAll('npx tidegate', 'tidegate')], { cwd: root, env, encoding: 'utf8' })
  expect(`${stdout}${stderr}`.trimEnd()).toBe(output.trimEnd())
})

/** Blocks of the language `ts` that import something are programs; a comment behind `console.log(…)` is what it prints. */
const programs = documents.flatMap(({ file, text }) =>
  codeBlocks(text)
    .filter(({ language, body }) => language === 'ts' && body.startsWith('import '))
    .map(({ body }) => ({ file, body })),
)

test.for(programs)('$file: the program runs and prints what its comments say', ({ body }, { expect }) => {
  const printed = [...body.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment = '']) => comment)
  const flags = ['--conditions=@tidegate/source', '--input-type=module-typescript', '-']
  const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, input: body, encoding: 'utf8' })
  expect({ stdout: stdout.trimEnd().split('\n'), stderr }).toEqual({ stdout: printed, stderr: '' })
})

describe.for(documents)('$file', ({ file, text }) => {
  test('links to what exists', ({ expect }) => {
    const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const relative = links.filter((target) => !/^[a-z]+:/.test(target))
    expect(relative.filter((target) => !leadsSomewhere(file, target))).toEqual([])
  })

  test('names commands that exist', ({ expect }) => {
    const lines = commandLines(text)
    const unknown = lines.filter((line) => !isKnownScript(line) || !isKnownCommand(line))
    expect(unknown).toEqual([])
  })

  test('speaks of nothing outside the repository', ({ expect }) => {
    expect(text.split('\n').filter((line) => /\.\.\/shared|(^|[\s`(])\/(work|home|root|Users)\//.test(line))).toEqual([])
  })
})

function leadsSomewhere(file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const absolute = path === '' ? join(root, file) : join(root, dirname(file), path)
  if (!existsSync(absolute)) return false
  return anchor === undefined || anchors(readFileSync(absolute, 'utf8')).includes(anchor)
}

/** The anchors of headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function codeBlocks(text: string): { language: string; body: string }[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', body = '']) => ({ language, body }))
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '')
}

/** What a reader might type: the lines of code blocks and the inline code. Sessions are run, which says more. */
function commandLines(text: string): string[] {
  const blocks = codeBlocks(text).flatMap(({ language, body }) => (language === 'console' ? [] : body.split('\n')))
  const inline = [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline].map((line) => line.replace(/^\$ /, '').trim())
}

function isKnownScript(line: string): boolean {
  const script = /^npm run ([\w:-]+)/.exec(line)?.[1] ?? /^npm (start|test)\b/.exec(line)?.[1]
  return script === undefined || scripts[script] !== undefined
}

/** `npx tidegate policy validate FILE --kind trust`: the command exists, and so do its flags. */
function isKnownCommand(line: string): boolean {
  const [, rest] = /(?:^|\| |npx )tidegate (?=[a-z-])(.*?)(?:\)"?)?$/.exec(line) ?? []
  if (rest === undefined || /^(help|--help|--version|COMMAND)\b/.test(rest)) return true
  if (commands.some(({ name }) => name.startsWith(`${rest} `))) return true // a noun alone
  const command = loaded.find(({ name }) => rest === name || rest.startsWith(`${name} `))
  const flags = [...rest.matchAll(/ --([a-z-]+)/g)].map(([, flag = '']) => flag)
  return command !== undefined && flags.every((flag) => flag === 'help' || command.flags[flag] !== undefined)
}
