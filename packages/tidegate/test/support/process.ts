/** `tidegate` as people run it: a process of its own. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { type RootKey, readRootKey } from '../../src/accounts.ts'
import { dataFolder } from '../../src/data-folder.ts'
import { mainAccount } from './instance.ts'
import { type Ended, run } from './programs.ts'

const argumentsFor = (args: readonly string[]): string[] => [
  '--conditions=@tidegate/source',
  join(import.meta.dirname, '../../src/cli/main.ts'),
  ...args,
]

/** A command from its start to its end. */
export function tidegate(...args: readonly string[]): Promise<Ended> {
  return tidegateAs(process.env, ...args)
}

/** As somebody whose environment has these variables and no others. */
export function tidegateAs(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
  return run(process.execPath, argumentsFor(args), { env })
}

/** A command while it runs. */
export function tidegateStarted(env: NodeJS.ProcessEnv, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, argumentsFor(args), { env })
}

export interface RunningInstance {
  readonly url: string
  readonly auditKey: string
  readonly pid: number
  /** From the start of the process to the line that says where it listens. */
  readonly startMilliseconds: number
  /** What it wrote so far, on both streams. */
  output(): string
  rootKey(accountId?: string): RootKey
  /** Resolves to the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

/** `tidegate up` on a data folder, once it listens. Rejects with what it wrote if it ends before. */
export async function startInstance(data: string, ...args: readonly string[]): Promise<RunningInstance> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, argumentsFor(['up', '--data', data, '--port', '0', '--json', '--runtime', 'process', ...args]), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => written.push(String(chunk)))
  const lines = createInterface({ input: child.stdout })
  const first = once(lines, 'line') as Promise<[string]>
  const [line] = await Promise.race([first, ended.then(() => Promise.reject(new Error(written.join(''))))])
  const { url, auditKey } = JSON.parse(line) as { readonly url: string; readonly auditKey: string }
  return {
    url,
    auditKey,
    pid: pidOf(child),
    startMilliseconds: performance.now() - startedAt,
    output: () => written.join(''),
    rootKey: (accountId = mainAccount) => readRootKey(dataFolder(data).rootKey(accountId)),
    async end(signal) {
      child.kill(signal)
      const [code, by] = await ended
      return code ?? by
    },
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start')
  return pid
}
