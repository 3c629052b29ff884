/**
 * How long does a new user wait, and what does an instance cost that nobody talks to?
 *
 *   npm run bench -- start            cold start and memory at rest, of starts in empty folders
 *   npm run bench -- start --clone    also `git clone`, `npm start -- --once` in it: install, start and the whole tour
 *
 * Cold start: from the start of the process to the answer of the first signed call, wall clock, beside a Node process that does nothing; and
 * the processor's time that the instance has taken by then, which other work on the machine changes less.
 * Memory at rest: resident set ten seconds after that call. Medians of several starts; full runs append to `results/start.jsonl`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readRootKey } from '../packages/tidegate/src/accounts.ts'
import { dataFolder } from '../packages/tidegate/src/data-folder.ts'
import { signed } from './gateway/requests.ts'
import { median, quantile } from './policy/measure.ts'

const { values } = parseArgs({ options: { clone: { type: 'boolean', default: false }, starts: { type: 'string', default: '7' } } })
const root = join(import.meta.dirname, '..')
const launcher = join(root, 'packages/tidegate/bin/tidegate.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'tidegate-bench-start-'))
const today = new Date().toISOString()
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim()

try {
  const starts = Number(values.starts)
  const [bare, cold, processor, rest]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (let n = 0; n < starts; n++) {
    bare.push(bareStart())
    const started = await coldStart(join(scratch, `data-${n}`), n === starts - 1)
    cold.push(started.milliseconds)
    processor.push(started.cpuMilliseconds)
    if (started.restMiB !== undefined) rest.push(started.restMiB)
  }
  tell('node alone', 'ms', bare)
  tell('first answered call', 'ms', cold, { timesNode: significant(median(cold) / median(bare)) })
  tell('first answered call, CPU', 'ms', processor)
  tell('memory at rest', 'MiB', rest)
  if (values.clone) tell('fresh clone to the end of the tour', 's', [freshClone()])
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function bareStart(): number {
  const began = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  return performance.now() - began
}

interface Started {
  readonly milliseconds: number
  readonly cpuMilliseconds: number
  readonly restMiB?: number
}

/** @param toRest whether to wait until it rests */
async function coldStart(data: string, toRest: boolean): Promise<Started> {
  const began = performance.now()
  const args = [launcher, 'up', '--json', '--port', '0', '--runtime', 'process', '--data', data]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const line = await new Promise<string>((resolve, reject) => {
      child.once('error', reject).once('exit', (code) => reject(new Error(`\`up\` ended with ${code}`)))
      createInterface(child.stdout).on('line', (text) => text.startsWith('{') && resolve(text))
    })
    const { url } = JSON.parse(line) as { readonly url: string }
    const credentials = readRootKey(dataFolder(data).rootKey('111122223333'))
    const call = { service: 'sts', parameters: { Action: 'GetCallerIdentity' }, credentials, at: Date.now() } as const
    const { headers, body } = signed(call, new URL(url).host)
    const { status } = await fetch(url, {
      method: 'POST',
      headers: headers.filter(([name]) => name !== 'host').map(([name, value]) => [name, value]),
      body,
    })
    if (status !== 200) throw new Error(`the first call was answered with ${status}`)
    const milliseconds = performance.now() - began
    const cpuMilliseconds = cpuOf(child.pid)
    if (!toRest) return { milliseconds, cpuMilliseconds }
    await sleep(10_000)
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    return { milliseconds, cpuMilliseconds, restMiB: Number(resident) / 1024 }
  } finally {
    child.removeAllListeners('exit')
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
}

/** User and system, of all threads; Linux counts in hundredths of a second. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Seconds. */
function freshClone(): number {
  const clone = join(scratch, 'clone')
  const began = performance.now()
  spawnSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' })
  const { status } = spawnSync('npm', ['start', '--', '--once'], { cwd: clone, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`the tour ended with ${status}`)
  return (performance.now() - began) / 1000
}

function tell(name: string, unit: string, samples: readonly number[], more: object = {}): void {
  const line = { name, unit, n: samples.length, median: significant(median(samples)), p90: significant(quantile(samples, 0.9)), ...more }
  process.stdout.write(`${name.padEnd(36)} ${String(line.median).padStart(8)} ${unit}\n`)
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const run = { date: today, commit, node: process.version, cpu: cpus()[0]?.model ?? '' }
  appendFileSync(join(folder, 'start.jsonl'), `${JSON.stringify({ ...run, ...line })}\n`)
}

function significant(value: number): number {
  return Number(value.toPrecision(4))
}
