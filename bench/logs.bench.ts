/**
 * Does a page of log events cost the same whether the group has ten thousand events or a million?
 *
 *   npm run bench -- logs                    10,000 and 1,000,000 events in 100 streams
 *   npm run bench -- logs --events 100000    so many instead of a million
 *
 * Pages of 100 events: the first of a group, one from its middle, the last of a stream, what came behind a place, and the ends of a stream. Wall clock,
 * the median of many, places chosen by seed. Beside them what an acknowledged event costs in batches of 1,000, which are commits on the disk.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type OpenLogEvents, openLogEvents } from '../packages/tidegate/src/store/log-events.ts'
import { Random } from './policy/random.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } })
const sizes = [10_000, Number(values.events)]
const streams = 100
const limit = 100
const batch = 1_000
const rounds = 201
const groupId = 'group'
const origin = { principalArn: 'arn:aws:iam::111122223333:role/execution', actorChain: [] }

const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-logs-'))
try {
  for (const size of sizes) await measure(size)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(size: number): Promise<void> {
  const events = openLogEvents(join(folder, `${size}.db`))
  const started = performance.now()
  for (let at = 0; at < size; at += batch) await fill(events, at)
  print(`${size} events`)
  line('written and acknowledged, each', ((performance.now() - started) * 1000) / size)
  const random = new Random(7)
  const place = (): number => Math.floor(random.next() * (size - limit))
  const stream = (): string => `stream-${Math.floor(random.next() * streams)}`
  line(
    'first page of the group',
    medianOf(() => events.read({ groupId, direction: 'forward', limit })),
  )
  line(
    'a page from its middle',
    medianOf(() => {
      const time = place()
      return events.read({ groupId, direction: 'forward', limit, after: { time, sequence: time + 1 } })
    }),
  )
  line(
    'last page of a stream',
    medianOf(() => events.read({ streamId: stream(), direction: 'backward', limit })),
  )
  line(
    'what came behind a place',
    medianOf(() => events.arrivals(groupId, place(), limit)),
  )
  line(
    'the ends of a stream',
    medianOf(() => events.bounds(stream())),
  )
  await events.close()
}

async function fill(events: OpenLogEvents, from: number): Promise<void> {
  const streamId = `stream-${(from / batch) % streams}`
  const lines = Array.from({ length: batch }, (_, i) => ({
    time: from + i,
    ingestedAt: from + i,
    message: `GET /orders/${from + i} 200 ${'x'.repeat(80)}`,
  }))
  await events.append({ groupId, streamId }, lines, origin)
}

/** Microseconds. */
function medianOf(work: () => unknown): number {
  const costs = Array.from({ length: rounds }, () => {
    const started = performance.now()
    work()
    return (performance.now() - started) * 1000
  })
  return costs.toSorted((a, b) => a - b)[(rounds - 1) >> 1] ?? Number.NaN
}

function line(name: string, microseconds: number): void {
  print(`  ${name.padEnd(32)} ${microseconds.toFixed(1).padStart(9)} us`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
