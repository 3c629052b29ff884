/**
 * Does what the scheduler does for one change of one task cost the same, however many tasks there are?
 *
 * Services of 100 tasks each over state in memory and the simulated runtime of the tests, with 100, 1,000 and 10,000 tasks that run. Then
 * containers are killed, 50 at a time, each in another service as far as there are that many; each task that ended is wound down and replaced.
 * What counts is the CPU of the process, with the simulation in it, for each change of a task's record, in windows of 50 containers.
 * Adopting is the whole start of a scheduler over tasks that run already, for each task.
 *
 *   npm run bench -- ecs [--quick]
 *
 * A full run appends to `results/ecs.jsonl`.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { EcsWorld } from '../packages/tidegate/test/support/ecs-world.ts'
import { commit, folder } from './gateway/record.ts'
import { deviation, median } from './gateway/report.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const sizes = values.quick ? [100, 1_000] : [100, 1_000, 10_000]
const windows = values.quick ? 3 : 15
const perService = 100
const killed = 50

interface Line {
  readonly measure: 'change' | 'adopt'
  readonly tasks: number
  readonly unit: 'CPU us'
  readonly n: number
  readonly windows: number
  readonly median: number
  readonly mad: number
}

const lines: Line[] = []
for (const size of sizes) lines.push(...(await measure(size)))
for (const { measure: what, tasks, median: middle, mad } of lines)
  process.stdout.write(
    `${what.padEnd(7)} ${String(tasks).padStart(6)} tasks ${middle.toFixed(1).padStart(8)} +- ${mad.toFixed(1)} us of CPU\n`,
  )
if (!values.quick) record()

async function measure(size: number): Promise<Line[]> {
  const world = await EcsWorld.open()
  const definition = await world.define('web', [{ name: 'app', image: 'app:1', memory: 64, essential: true }])
  for (let at = 0; at < size / perService; at++) await world.serve(`service-${at}`, definition, { desiredCount: perService })
  await settle(world, size)
  const costs: number[] = []
  let changes = 0
  for (let window = 0; window < windows; window++) {
    const before = versions(world)
    const victims = world.runtime.running
      .filter((_, at) => at % Math.ceil(size / killed) === window % Math.ceil(size / killed))
      .slice(0, killed)
    const start = process.cpuUsage()
    for (const victim of victims) world.runtime.kill(victim)
    await world.time.advance(0)
    await world.time.advance(3_000)
    const { user, system } = process.cpuUsage(start)
    const made = versions(world) - before
    changes += made
    costs.push((user + system) / made)
    // Out of the minute in which an early end makes services wait.
    await settle(world, size)
    await world.time.advance(120_000)
  }
  const change: Line = line('change', size, changes, costs)
  await world.crash()
  const start = process.cpuUsage()
  await world.recover()
  const { user, system } = process.cpuUsage(start)
  return [change, line('adopt', size, size, [(user + system) / size])]
}

function line(what: Line['measure'], tasks: number, n: number, costs: readonly number[]): Line {
  const round = (value: number): number => Math.round(value * 10) / 10
  return { measure: what, tasks, unit: 'CPU us', n, windows: costs.length, median: round(median(costs)), mad: round(deviation(costs)) }
}

async function settle(world: EcsWorld, size: number): Promise<void> {
  for (let round = 0; round < 10_000 && world.runtime.running.length < size; round++) await world.time.advance(1_000)
  if (world.runtime.running.length !== size) throw new Error(`${world.runtime.running.length} tasks run in place of ${size}`)
}

/** How often the records of tasks have changed in all. */
function versions(world: EcsWorld): number {
  return world.tasks.reduce((total, { version }) => total + version, 0)
}

function record(): void {
  mkdirSync(folder, { recursive: true })
  const run = { date: new Date().toISOString(), commit: commit(), node: process.version, cpu: cpus()[0]?.model ?? '' }
  appendFileSync(new URL('ecs.jsonl', folder), lines.map((one) => `${JSON.stringify({ ...run, ...one })}\n`).join(''))
}
