import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { askRunning } from '../running-instance.ts'
import { UsageError } from '../usage-error.ts'

export const accountCreate = command({
  args: { name: { value: 'NAME', summary: 'what to call it' } },
  flags: {
    data: dataFlag,
    id: { type: 'string', value: 'ID', summary: 'account id of 12 digits; drawn at random by default' },
    json: { type: 'boolean', summary: 'print an object' },
  },
  details: `
exit: 0 made, 1 the instance does not answer, 2 wrong usage, no instance, or the account exists

example:
  tidegate account create staging --id 444455556666`,
  async run({ args, flags }, io) {
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const made = await created(folder.control, args.name, flags.id)
    await io.write(flags.json ? `${JSON.stringify(made)}\n` : `${made.id}  ${made.name}\nthe key of its root user is in ${made.rootKey}\n`)
    return 0
  },
})

interface CreatedAccount {
  readonly id: string
  readonly name: string
  /** File with the key of its root user. */
  readonly rootKey: string
}

async function created(control: string, name: string, id: string | undefined): Promise<CreatedAccount> {
  try {
    return await askRunning<CreatedAccount>(control, { ask: 'create-account', name, id })
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(error instanceof Error ? error.message : String(error), 'tidegate account ls')
  }
}
