import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DataFolder, dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import type { Drift } from '../../drift.ts'
import { askRunning, statusOf } from '../running-instance.ts'

export const doctor = command({
  args: {},
  flags: { data: dataFlag, json: { type: 'boolean', summary: 'print a list of objects' } },
  details: `
exit: 0 all is well, 1 something is not, 2 wrong usage

example:
  tidegate doctor`,
  async run({ flags }, io) {
    const option = flags.data === undefined ? '' : ` --data ${flags.data}`
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const results: Result[] = []
    for (const { name, find } of checks) {
      const fault = await find(folder, option)
      results.push({ check: name, isGood: fault === undefined, ...fault })
      // What follows asks about what is not there.
      if (fault?.isFatal === true) break
    }
    if (flags.json) await io.write(`${JSON.stringify(results.map(shown))}\n`)
    else for (const result of results) await io.write(textOf(result))
    return results.every(({ isGood }) => isGood) ? 0 : 1
  },
})

interface Fault {
  readonly problem: string
  /** The command that mends it. */
  readonly mend: string
  readonly isFatal?: boolean
}
type Result = { readonly check: string; readonly isGood: boolean } & Partial<Fault>

const shown = ({ check, isGood, problem, mend }: Result): object => ({ check, isGood, ...(problem !== undefined && { problem, mend }) })

function textOf({ check, isGood, problem, mend }: Result): string {
  return isGood ? `ok    ${check}\n` : `FAIL  ${check}: ${problem}\n      mend it: ${mend}\n`
}

interface Check {
  /** What is true when all is well. */
  readonly name: string
  readonly find: (folder: DataFolder, option: string) => Fault | undefined | Promise<Fault | undefined>
}

const checks: readonly Check[] = [
  {
    name: 'there is a data folder',
    find: ({ path, keyRing }, option) =>
      existsSync(keyRing) ? undefined : { problem: `\`${path}\` holds no instance`, mend: `tidegate up${option}`, isFatal: true },
  },
  { name: 'the data folder is for its owner alone', find: ({ path }) => modeFault(path, 0o700) },
  { name: 'the key ring is for its owner alone', find: ({ keyRing }) => modeFault(keyRing, 0o600) },
  {
    name: 'root keys are for their owner alone',
    find: ({ rootKey }) => {
      const folder = dirname(rootKey('x'))
      const files = existsSync(folder) ? readdirSync(folder) : []
      return files.map((file) => modeFault(join(folder, file), 0o600)).find((fault) => fault !== undefined)
    },
  },
  {
    name: 'the instance runs and answers',
    find: async ({ control }, option) => {
      const mend = `tidegate up${option}`
      try {
        const status = await statusOf(control)
        if (status === undefined) return { problem: 'it does not run', mend, isFatal: true }
        const answer = await fetch(`${status.url}/readyz`, { signal: AbortSignal.timeout(5_000) })
        return answer.ok ? undefined : { problem: `it is not ready: ${(await answer.text()).trim()}`, mend: `tidegate status${option}` }
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error), mend, isFatal: true }
      }
    },
  },
  {
    name: 'IAM knows people and pipelines as the configuration does',
    find: async ({ control }) => {
      const [first, ...others] = await askRunning<readonly Drift[]>(control, { ask: 'drift' })
      if (first === undefined) return undefined
      return { problem: [first, ...others].map(({ problem }) => problem).join('; '), mend: first.mend }
    },
  },
]

function modeFault(path: string, mode: number): Fault | undefined {
  const present = statSync(path).mode & 0o777
  if ((present & ~mode) === 0) return undefined
  return { problem: `others may reach \`${path}\` (mode ${present.toString(8)})`, mend: `chmod ${mode.toString(8)} ${path}` }
}
