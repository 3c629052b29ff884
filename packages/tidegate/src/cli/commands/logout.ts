import { command } from '../command.ts'
import { contextFlag, contextOf } from '../contexts.ts'
import { forgetTokens } from '../signed-in.ts'

export const logout = command({
  args: {},
  flags: { context: contextFlag },
  details: `
Sessions of roles that were handed out before live until they end; \`tidegate user revoke\` ends them.

exit: 0 forgotten, 1 never, 2 wrong usage or no context

example:
  tidegate logout`,
  async run({ flags }, io) {
    const context = await contextOf(flags.context)
    forgetTokens(context)
    await io.write(`nobody is signed in at ${context.url} any more\n`)
    return 0
  },
})
