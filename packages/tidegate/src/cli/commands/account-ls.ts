import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { askRunning } from '../running-instance.ts'

export const accountLs = command({
  args: {},
  flags: { data: dataFlag, json: { type: 'boolean', summary: 'print a list of objects' } },
  details: `
exit: 0 listed, 1 the instance does not answer, 2 wrong usage or no instance

example:
  tidegate account ls --json`,
  async run({ flags }, io) {
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const accounts = await askRunning<readonly { id: string; name: string }[]>(folder.control, { ask: 'accounts' })
    if (flags.json) await io.write(`${JSON.stringify(accounts)}\n`)
    else for (const { id, name } of accounts) await io.write(`${id}  ${name}\n`)
    return 0
  },
})
