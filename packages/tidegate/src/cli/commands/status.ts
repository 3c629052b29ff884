import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { statusOf } from '../running-instance.ts'

export const status = command({
  name: 'status',
  summary: 'tells whether the instance runs, and where',
  args: {},
  flags: { data: dataFlag, json: { type: 'boolean', summary: 'print an object' } },
  details: `
exit: 0 it runs, 1 it does not, 2 wrong usage

example:
  tidegate status`,
  async run({ flags }, io) {
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
