import { command } from '../command.ts'
import { readContexts } from '../contexts.ts'
import { columns } from '../text.ts'

export const ctxLs = command({
  args: {},
  flags: { json: { type: 'boolean', summary: 'print an object' } },
  details: `
exit: 0 listed, 1 never, 2 wrong usage

example:
  tidegate ctx ls`,
  async run({ flags }, io) {
    const { current, contexts } = readContexts()
    if (flags.json) await io.write(`${JSON.stringify({ current, contexts })}\n`)
    else for (const line of columns(contexts.map(({ name, url }) => [name === current ? '*' : ' ', name, url]))) await io.write(`${line}\n`)
    return 0
  },
})
