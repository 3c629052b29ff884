/**
 * What does a durable, searchable, provable audit record cost, and how fast is it found, beside node:sqlite (WAL, synchronous=FULL, two indexes)?
 *
 *   npm run bench -- audit                        appends in groups of 1, 64 and 512, searches 1,000,000 events; about a minute
 *   npm run bench -- audit --events 10000000      searches so many; SQLite up to 1,000,000 only
 *
 * CPU time of the whole process, all threads, in microseconds an event; both stores get the same records and write their JSON themselves.
 * Ours includes hashing, the tree, sealing and the index. Searches: the time of one, wall clock, median of many, events chosen by seed.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { denialCodes } from '../packages/tidegate/src/audit/filter.ts'
import { type AuditLog, openAuditLog } from '../packages/tidegate/src/audit/log.ts'
import { recordText } from '../packages/tidegate/src/audit/record-text.ts'
import type { AuditRecord } from '../packages/tidegate/src/audit/record.ts'
import { Events, month, people, personName } from './audit/events.ts'
import { SqliteStore } from './audit/sqlite.ts'
import { Random } from './policy/random.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } })
const total = Number(values.events)
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-audit-'))
const results = join(import.meta.dirname, 'results')

try {
  await appends()
  await searches()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function appends(): Promise<void> {
  const records = new Events(1_000_000).take(65_536)
  const raw = records.slice(0, 1000).reduce((sum, record) => sum + Buffer.byteLength(recordText(record)), 0) / 1000
  // A server has run for a while: code that was never run before is not what is asked about.
  await appendOurs(join(folder, 'warm'), records, 512)
  appendTheirs(join(folder, 'warm.db'), records.slice(0, 8192), 512)
  print(`events of ${raw.toFixed(0)} bytes; CPU us an event (bytes an event on disk)\n`)
  for (const [group, count, rounds] of [
    [1, 1000, 3],
    [64, 16_384, 3],
    [512, 65_536, 2],
  ] as const) {
    const ours: number[] = []
    const theirs: number[] = []
    let bytes = { ours: 0, theirs: 0 }
    for (let round = 0; round < rounds; round += 1) {
      const own = join(folder, `ours-${group}-${round}`)
      ours.push(await cpuOf(count, () => appendOurs(own, records.slice(0, count), group)))
      const file = join(folder, `theirs-${group}-${round}`)
      theirs.push(await cpuOf(count, () => appendTheirs(file, records.slice(0, count), group)))
      bytes = { ours: sizeOf(own) / count, theirs: statSync(file).size / count }
      rmSync(own, { recursive: true })
      rmSync(file)
    }
    const ratio = median(theirs) / median(ours)
    const line = (name: string, cpu: readonly number[], size: number): string =>
      `${name} ${median(cpu).toFixed(1).padStart(6)} us (${size.toFixed(0)} B)`
    print(
      `groups of ${String(group).padStart(3)}:  ${line('ours', ours, bytes.ours)}   ${line('sqlite', theirs, bytes.theirs)}   ratio ${ratio.toFixed(1)}, bytes ${(bytes.theirs / bytes.ours).toFixed(1)}\n`,
    )
    keep(`append-${group}`, 'ours', 'cpu us/event', ours, { bytes: Math.round(bytes.ours), events: count })
    keep(`append-${group}`, 'sqlite', 'cpu us/event', theirs, { bytes: Math.round(bytes.theirs), events: count })
  }
}

/** One segment is sealed for each `count` records: what the log will cost in the long run. */
async function appendOurs(path: string, records: readonly AuditRecord[], group: number): Promise<void> {
  const log = await openAuditLog({ folder: path, segmentRecords: Math.min(records.length, 32_768) })
  for (let from = 0; from < records.length; from += group)
    await Promise.all(records.slice(from, from + group).map((record) => log.append(record)))
  await log.close()
}

function appendTheirs(file: string, records: readonly AuditRecord[], group: number): void {
  const store = new SqliteStore(file, true)
  for (let from = 0; from < records.length; from += group) store.append(records.slice(from, from + group))
  store.close()
}

async function searches(): Promise<void> {
  const path = join(folder, 'search')
  const log = await openAuditLog({ folder: path })
  const known = Math.min(total, 1_000_000)
  const store = new SqliteStore(join(folder, 'search.db'), false)
  const events = new Events(total)
  const loaded = process.cpuUsage()
  for (let done = 0; done < total; done += 8192) {
    const records = events.take(Math.min(8192, total - done))
    if (done < known) store.append(records)
    await Promise.all(records.map((record) => log.append(record)))
  }
  await log.checkpoint()
  store.index()
  store.database.exec('CREATE INDEX by_id ON events (id); ANALYZE')
  const { user, system } = process.cpuUsage(loaded)
  print(
    `\n${total} events, a month; loaded with ${((user + system) / 1e6).toFixed(0)} s of CPU; ${(sizeOf(path) / total).toFixed(0)} B an event; RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB\n`,
  )
  const random = new Random(3)
  const person = (): string => `00u${personName(Math.floor(random.next() ** 2 * people))}`
  const week = (): number => month.from + Math.floor(random.next() * 3) * 7 * 86_400_000
  const names = ['RunTask', 'AssumeRole', 'GetSecretValue', 'PutImage']
  const select = (where: string): string => `SELECT record FROM events WHERE ${where} ORDER BY time DESC LIMIT 50`
  const hours = `SELECT time / 3600000 AS hour, count(*) FROM events WHERE time >= ? AND time < ? AND error IN (${denialCodes.map((code) => `'${code}'`).join(', ')}) GROUP BY hour`
  const all = (sql: string, ...values: (string | number)[]): unknown => store.database.prepare(sql).all(...values)
  await compare(
    'person, newest 50',
    60,
    async () => void (await log.query({ actor: person() }, { limit: 50 })),
    () => all(select('actor = ?'), person()),
  )
  await compare(
    'person in a week',
    60,
    async () => {
      const from = week()
      await log.query({ actor: person(), from, to: from + 7 * 86_400_000 }, { limit: 50 })
    },
    () => {
      const from = week()
      return all(select('actor = ? AND time >= ? AND time < ?'), person(), from, from + 7 * 86_400_000)
    },
  )
  await compare(
    'name in a week',
    60,
    async () => {
      const from = week()
      await log.query({ eventName: random.pick(names), from, to: from + 7 * 86_400_000 }, { limit: 50 })
    },
    () => {
      const from = week()
      return all(select('name = ? AND time >= ? AND time < ?'), random.pick(names), from, from + 7 * 86_400_000)
    },
  )
  await compare(
    'denied per hour, month',
    20,
    async () => void (await log.countByHour({ ...month, errorCode: denialCodes })),
    () => all(hours, month.from, month.to),
    3,
  )
  await compare(
    'nobody',
    60,
    async () => void (await log.query({ actor: 'nobody' })),
    () => all(select('actor = ?'), 'nobody'),
  )
  const ids = (await log.query({}, { limit: 200 })).records.map(({ record }) => record.eventID)
  await compare(
    'by event id',
    60,
    async () => void (await log.get(random.pick(ids))),
    () => all('SELECT record FROM events WHERE id = ?', random.pick(ids)),
  )
  await appendsBehind(log, store)
  store.close()
  await log.close()
}

/** What an event costs when there are many already: SQLite's two indexes have grown, ours have not. */
async function appendsBehind(log: AuditLog, store: SqliteStore): Promise<void> {
  store.database.exec('DROP INDEX by_id; PRAGMA synchronous = FULL')
  const ours: number[] = []
  const theirs: number[] = []
  const events = new Events(1_000_000, 11)
  const count = 32_768
  for (let round = 0; round < 3; round += 1) {
    const records = events.take(count)
    ours.push(
      await cpuOf(count, async () => {
        for (let from = 0; from < count; from += 512) await Promise.all(records.slice(from, from + 512).map((record) => log.append(record)))
        await log.checkpoint()
      }),
    )
    theirs.push(
      await cpuOf(count, () => {
        for (let from = 0; from < count; from += 512) store.append(records.slice(from, from + 512))
      }),
    )
  }
  print(
    `\nmore of them, groups of 512: ours ${median(ours).toFixed(1)} us   sqlite ${median(theirs).toFixed(1)} us   ratio ${(median(theirs) / median(ours)).toFixed(1)}\n`,
  )
  keep('append-512 behind all', 'ours', 'cpu us/event', ours, { events: total })
  keep('append-512 behind all', 'sqlite', 'cpu us/event', theirs, { events: Math.min(total, 1_000_000) })
}

async function compare(name: string, times: number, ours: () => Promise<void>, theirs: () => unknown, theirTimes = times): Promise<void> {
  await ours()
  const [own, other] = [await wallOf(times, ours), await wallOf(theirTimes, theirs)]
  const sorted = own.toSorted((a, b) => a - b)
  const p90 = sorted[Math.floor(sorted.length * 0.9)] ?? 0
  print(
    `${name.padEnd(24)} ours ${median(own).toFixed(2).padStart(7)} ms (p90 ${p90.toFixed(2)})   sqlite ${median(other).toFixed(2).padStart(8)} ms   ratio ${(median(other) / median(own)).toFixed(2)}\n`,
  )
  keep(name, 'ours', 'ms', own, { events: total })
  keep(name, 'sqlite', 'ms', other, { events: Math.min(total, 1_000_000) })
}

async function wallOf(times: number, work: () => unknown): Promise<number[]> {
  const taken: number[] = []
  for (let time = 0; time < times; time += 1) {
    const started = performance.now()
    await work()
    taken.push(performance.now() - started)
  }
  return taken
}

async function cpuOf(count: number, work: () => unknown): Promise<number> {
  globalThis.gc?.()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

function keep(question: string, store: string, unit: string, samples: readonly number[], more: object): void {
  mkdirSync(results, { recursive: true })
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).trim()
  const middle = median(samples)
  const mad = median(samples.map((each) => Math.abs(each - middle)))
  const round = (value: number): number => Number(value.toPrecision(4))
  const line = {
    commit,
    node: process.version,
    cpu: cpus()[0]?.model ?? '',
    question,
    store,
    unit,
    ...more,
    n: samples.length,
    median: round(middle),
    mad: round(mad),
  }
  appendFileSync(join(results, 'audit.jsonl'), `${JSON.stringify(line)}\n`)
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2
}

function sizeOf(path: string): number {
  return readdirSync(path)
    .filter((name) => name.endsWith('.sealed') || name.endsWith('.jsonl'))
    .reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

function print(text: string): void {
  process.stdout.write(text)
}
