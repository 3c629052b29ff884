/**
 * Instances that a person works with, by name, as kubeconfig has clusters; and what is kept for each. All of it lies in one folder for its
 * owner alone.
 */
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { dataFolder, defaultDataFolder } from '../data-folder.ts'
import { statusOf } from './running-instance.ts'
import { UsageError } from './usage-error.ts'

export interface Context {
  readonly name: string
  /** Where the instance is. */
  readonly url: string
  /** Identity provider to sign in with; to be said where the instance has several. */
  readonly provider?: string | undefined
}

export interface Contexts {
  readonly current: string | undefined
  readonly contexts: readonly Context[]
}

export const contextFlag = {
  type: 'string',
  value: 'NAME',
  summary: 'context to use; TIDEGATE_CONTEXT or the current one by default',
} as const

/** The context that is meant: by flag, by environment, the current one, or the instance that runs on the data folder here. */
export async function contextOf(flag: string | undefined): Promise<Context> {
  const { current, contexts } = readContexts()
  const name = flag ?? process.env['TIDEGATE_CONTEXT'] ?? current
  if (name !== undefined) {
    const found = contexts.find((each) => each.name === name)
    if (found === undefined) throw new UsageError(`there is no context \`${name}\``, 'tidegate ctx ls')
    return found
  }
  const running = await statusOf(dataFolder(defaultDataFolder).control)
  if (running !== undefined) return { name: 'local', url: running.url }
  throw new UsageError('there is no context, and no instance runs here', 'tidegate ctx add NAME --url URL')
}

export function readContexts(): Contexts {
  const text = readPrivate('contexts.json')
  if (text === undefined) return { current: undefined, contexts: [] }
  const { current, contexts } = parsedFile('contexts.json', text) as { current?: string; contexts: Record<string, Omit<Context, 'name'>> }
  return { current, contexts: Object.entries(contexts).map(([name, { url, provider }]) => ({ name, url, provider })) }
}

/** What a file of one of ours says; one that somebody broke is told, with what takes it away. */
export function parsedFile(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const path = join(homeFolder(), name)
    throw new UsageError(`\`${path}\` is damaged: it is not JSON`, `rm ${path}`)
  }
}

export function writeContexts({ current, contexts }: Contexts): void {
  const byName = Object.fromEntries(contexts.map(({ name, ...rest }) => [name, rest]))
  writePrivate('contexts.json', `${JSON.stringify({ current, contexts: byName }, null, 2)}\n`)
}

/** Undefined where there is no such file. Refuses one that others may read. */
export function readPrivate(name: string): string | undefined {
  const path = join(homeFolder(), name)
  try {
    const { mode } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new UsageError(`others may read \`${path}\``, `chmod 600 ${path}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all, with mode 0600. */
export function writePrivate(name: string, text: string): void {
  const path = join(homeFolder(), name)
  const folder = join(path, '..')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const temporary = `${path}.${process.pid}`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}

export function removePrivate(name: string): void {
  rmSync(join(homeFolder(), name), { force: true })
}

/** One process at a time does `work`; a lock that a killed process left is broken after a while. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = join(homeFolder(), `${name}.lock`)
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  for (;;) {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
      if (age > brokenAfterMs) rmSync(path, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function homeFolder(): string {
  const configuration = process.env['XDG_CONFIG_HOME']
  return join(configuration === undefined || configuration === '' ? join(homedir(), '.config') : configuration, 'tidegate')
}

const brokenAfterMs = 30_000
