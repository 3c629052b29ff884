import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { type Context, contextFlag, contextOf } from '../contexts.ts'
import { dataFlag } from '../data-flag.ts'
import type { ExitCode, Io } from '../io.ts'
import { statusOf } from '../running-instance.ts'
import { goodTokens, NotSignedIn, whoIs } from '../signed-in.ts'
import { oneLine } from '../text.ts'
import { UsageError } from '../usage-error.ts'

export const status = command({
  args: {},
  flags: {
    data: dataFlag,
    context: contextFlag,
    'exit-code': { type: 'boolean', summary: 'tell nothing of the instance but who is signed in, and exit with 1 where nobody is' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
With --exit-code it asks the instance of the context whether the sign-in is good: a script logs in
only where that is needed.

exit: 0 it runs, or somebody is signed in, 1 not so, 2 wrong usage

example:
  tidegate status --exit-code || tidegate login`,
  async run({ flags }, io) {
    if (flags['exit-code']) return tellSignIn(await contextOf(flags.context), flags.json, io)
    if (flags.context !== undefined) throw new UsageError('`--context` goes with `--exit-code`')
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const running = await statusOf(folder.control)
    if (running === undefined) {
      await io.write(flags.json ? `${JSON.stringify({ isRunning: false, data: folder.path })}\n` : `not running on ${folder.path}\n`)
      return 1
    }
    if (flags.json) await io.write(`${JSON.stringify({ isRunning: true, ...running })}\n`)
    else {
      await io.write(`running at ${running.url} since ${new Date(running.startedAt).toISOString()}, process ${running.pid}\n`)
      for (const { id, name } of running.accounts) await io.write(`  ${id}  ${name}\n`)
    }
    return 0
  },
})

async function tellSignIn(context: Context, isJson: boolean, io: Io): Promise<ExitCode> {
  try {
    const tokens = await goodTokens(context)
    const { label, subject, issuer } = await whoIs(context, tokens)
    const expiresAt = new Date(tokens.expiresAt * 1000).toISOString()
    if (isJson) await io.write(`${JSON.stringify({ isSignedIn: true, context: context.name, issuer, subject, label, expiresAt })}\n`)
    else await io.write(`signed in as ${oneLine(label ?? subject)}; the token is good until ${expiresAt}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof NotSignedIn)) throw error
    await io.write(isJson ? `${JSON.stringify({ isSignedIn: false, context: context.name })}\n` : `${error.message}\n`)
    return 1
  }
}
