import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SignedInRole } from '../../people-routes.ts'
import { command } from '../command.ts'
import { contextFlag, contextOf } from '../contexts.ts'
import { goodTokens, signInOf, whoIs } from '../signed-in.ts'

export const configure = command({
  args: {},
  flags: {
    context: contextFlag,
    file: { type: 'string', value: 'FILE', summary: 'file to write; AWS_CONFIG_FILE or ~/.aws/config by default' },
    'dry-run': { type: 'boolean', summary: 'print the profiles instead of writing them' },
  },
  details: `
Profiles are named CONTEXT-ACCOUNT-ROLE and hold no secret: they ask \`tidegate creds process\`.
They stand between two comments in the file; only what is between them is written, so that
running it again brings them up to date. A profile that stands elsewhere in it under the same
name is not touched, and named.

exit: 0 written, 1 the instance does not answer, 2 wrong usage or nobody is signed in

example:
  tidegate configure
  aws s3 ls --profile local-staging-developer`,
  async run({ flags }, io) {
    const context = await contextOf(flags.context)
    const { roles } = await whoIs(context, await goodTokens(context))
    const { region } = await signInOf(context)
    const file = flags.file ?? process.env['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config')
    const begin = `# tidegate ${context.name}: profiles from here`
    const end = `# tidegate ${context.name}: to here`
    const present = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const others = withoutBlock(present, begin, end)
    const isWord = ({ arn }: SignedInRole): boolean => /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)
    // Some tools hand the line to a shell, others split it: a path of a role may hold what means something to either.
    for (const { arn } of roles.filter((role) => !isWord(role))) io.note(`there is no profile for \`${arn}\`: it can't stand in one`)
    const wanted = roles.filter(isWord).map((role) => ({ role, name: profileName(context.name, role) }))
    const taken = wanted.filter(({ name }) => others.split('\n').includes(`[profile ${name}]`))
    for (const { name } of taken) io.note(`there is a profile \`${name}\` already; it stays as it is`)
    const profiles = wanted.filter((each) => !taken.includes(each))
    const text = profiles.map(({ role, name }) =>
      [
        `[profile ${name}]`,
        `credential_process = ${quoted(launcher)} creds process --role ${role.arn} --context ${context.name}`,
        `endpoint_url = ${context.url}`,
        `region = ${region}`,
        '',
      ].join('\n'),
    )
    const block = profiles.length === 0 ? '' : `${begin}\n${text.join('\n')}${end}\n`
    if (flags['dry-run']) {
      await io.write(block)
      return 0
    }
    replace(file, `${others}${others === '' || others.endsWith('\n') ? '' : '\n'}${block}`)
    for (const { name } of profiles) await io.write(`${name}\n`)
    return 0
  },
})

function profileName(context: string, { accountName, name }: SignedInRole): string {
  return `${context}-${accountName}-${name}`.replaceAll(/[^\w.@+-]/g, '-')
}

function withoutBlock(text: string, begin: string, end: string): string {
  const [from, to] = [text.indexOf(`${begin}\n`), text.indexOf(`${end}\n`)]
  return from < 0 || to < from ? text : text.slice(0, from) + text.slice(to + end.length + 1)
}

/** Whole or not at all, with the mode that it had. */
function replace(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text, { mode })
  chmodSync(temporary, mode)
  renameSync(temporary, file)
}

/** As `credential_process` splits words: in double quotes where there is a space. */
function quoted(path: string): string {
  return /^[\w./:\\@+-]+$/.test(path) ? path : `"${path}"`
}

/** The same distance from src/cli/commands and dist/cli/commands. */
const launcher = fileURLToPath(new URL('../../../bin/tidegate.mjs', import.meta.url))
