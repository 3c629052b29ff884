import { command } from '../command.ts'
import { readContexts, writeContexts } from '../contexts.ts'
import { UsageError } from '../usage-error.ts'

export const ctxUse = command({
  args: { name: { value: 'NAME', summary: 'name of the context' } },
  flags: {},
  details: `
exit: 0 done, 1 never, 2 wrong usage or no such context

example:
  tidegate ctx use prod`,
  async run({ args }, io) {
    const { contexts } = readContexts()
    if (!contexts.some(({ name }) => name === args.name)) throw new UsageError(`there is no context \`${args.name}\``, 'tidegate ctx ls')
    writeContexts({ current: args.name, contexts })
    await io.write(`${args.name} is the current context\n`)
    return 0
  },
})
