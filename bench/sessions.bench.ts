/**
 * What do sealed sessions cost a request, and what does group commit save a write?
 *
 * Sessions: sealing and opening a typical session (a person with MFA, tags and claims) and a large one (a session policy of the greatest
 * length, 20 tags); beside them the floor, which is AES-256-GCM over the same bytes, and the check against 1,000 revocations.
 * Commits: writes of 300 bytes to one SQLite file, 1, 16 and 256 in a turn of the event loop, against what one would write first: the same
 * file settings (WAL, synchronous=FULL) and an upsert of its own transaction for each write. Opening: that file with 100,000 values in it.
 * Time is wall-clock, since the disk is in it.
 *
 * Contestants take windows in turn; the median of the windows counts, with the median absolute deviation. Ratios are of one run.
 *
 *   npm run bench -- sessions [--quick]
 *
 * A full run appends to `results/sessions.jsonl`.
 */
import { execFileSync } from 'node:child_process'
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { collection } from '../packages/tidegate/src/kernel/state.ts'
import { newAccessKeyId } from '../packages/tidegate/src/sessions/access-key-id.ts'
import { isRevoked, revocationTable } from '../packages/tidegate/src/sessions/revocation.ts'
import { openSession, sealSession } from '../packages/tidegate/src/sessions/session-token.ts'
import { openState } from '../packages/tidegate/src/store/open-state.ts'
import { freshKeys, issuedAt, largeSession, typicalSession } from '../packages/tidegate/test/support/sessions.ts'

/** One window: does some work and tells how often. */
type Contestant = () => number | Promise<number>

interface Figures {
  readonly n: number
  /** Microseconds for one. */
  readonly median: number
  readonly mad: number
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const windows = values.quick ? 5 : 101

const sessions = await measure(sessionContestants())
const commits = await measureCommits()
const opening = await measure(new Map([['open 100,000 values', await openingContestant()]]), 5)
const sizes = { typical: tokenLength(typicalSession()), large: tokenLength(largeSession()) }
report()
if (!values.quick) record()

function sessionContestants(): ReadonlyMap<string, Contestant> {
  const keys = freshKeys()
  const [typical, large] = [typicalSession(), largeSession()]
  const now = issuedAt * 1000
  const [typicalClaim, largeClaim] = [typical, large].map((session) => ({ ...sealSession(session, keys), now }))
  if (typicalClaim === undefined || largeClaim === undefined) throw new Error('nothing was sealed')
  const table = revocationTable(
    Array.from({ length: 1000 }, (_, i) => ({
      kind: 'session',
      accessKeyId: newAccessKeyId('ASIA', String(i).padStart(12, '0')),
      issuedBefore: 1,
    })),
  )
  return new Map([
    ['floor (AES-256-GCM), typical', repeated(1000, floor(Buffer.from(typicalClaim.sessionToken, 'base64url')))],
    ['open, typical', repeated(1000, () => openSession(typicalClaim, keys))],
    ['seal, typical', repeated(1000, () => sealSession(typical, keys))],
    ['open, large', repeated(200, () => openSession(largeClaim, keys))],
    ['seal, large', repeated(200, () => sealSession(large, keys))],
    ['isRevoked among 1,000', repeated(10_000, () => isRevoked(typical, table))],
  ])
}

function floor(content: Buffer): () => void {
  const key = createSecretKey(randomBytes(32))
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  const tag = cipher.getAuthTag()
  return () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    decipher.setAuthTag(tag)
    decipher.update(sealed)
    decipher.final()
  }
}

async function measureCommits(): Promise<ReadonlyMap<string, Figures>> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
  const state = await openState({ database: join(folder, 'state.db') })
  const things = collection<object>('bench.things')
  const value = { text: 'x'.repeat(300) }
  let next = 0
  const grouped = (size: number, times: number) => async () => {
    for (let i = 0; i < times; i++)
      await Promise.all(
        Array.from({ length: size }, () => {
          const key = String(next++ % 10_000)
          return state.transact((tx) => tx.put(things, '', key, { ...value, key }))
        }),
      )
    return size * times
  }
  const file = new DatabaseSync(join(folder, 'naive.db'))
  file.exec('pragma journal_mode = wal; pragma synchronous = full; create table records (key text primary key, value text)')
  const upsert = file.prepare('insert into records values (?, ?) on conflict do update set value = excluded.value')
  const naive = () => {
    for (let i = 0; i < 32; i++) {
      const key = String(next++ % 10_000)
      upsert.run(key, JSON.stringify({ ...value, key }))
    }
    return 32
  }
  const contestants = new Map<string, Contestant>([
    ['one transaction for each write', naive],
    ['groups of 1', grouped(1, 32)],
    ['groups of 16', grouped(16, 8)],
    ['groups of 256', grouped(256, 2)],
  ])
  try {
    return await measure(contestants)
  } finally {
    await state.close()
    file.close()
    rmSync(folder, { recursive: true })
  }
}

async function openingContestant(): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  const database = join(folder, 'state.db')
  const things = collection<object>('bench.things')
  const state = await openState({ database })
  await state.transact((tx) => {
    for (let i = 0; i < 100_000; i++)
      tx.put(things, String(i % 10), `thing/${i}`, { arn: `arn:aws:iam::111122223333:user/${i}`, tags: { a: 'b' }, i })
  })
  await state.close()
  return async () => {
    await (await openState({ database })).close()
    return 1
  }
}

async function measure(contestants: ReadonlyMap<string, Contestant>, times = windows): Promise<ReadonlyMap<string, Figures>> {
  const samples = [...contestants].map(([name, run]) => ({ name, run, costs: [] as number[], n: 0 }))
  for (let i = -3; i < times; i++) {
    for (const each of samples) {
      const started = performance.now()
      const count = await each.run()
      if (i < 0) continue // warming up
      each.costs.push(((performance.now() - started) * 1000) / count)
      each.n += count
    }
  }
  return new Map(
    samples.map(({ name, costs, n }) => [
      name,
      { n, median: median(costs), mad: median(costs.map((cost) => Math.abs(cost - median(costs)))) },
    ]),
  )
}

function report(): void {
  const line = (name: string, { median: cost, mad }: Figures, rest: string) =>
    process.stdout.write(`${name.padEnd(32)} ${cost.toFixed(2).padStart(9)} us  +- ${mad.toFixed(2).padStart(7)}  ${rest}\n`)
  for (const [name, figures] of sessions) line(name, figures, `${ratio(sessions, name).toFixed(1)} times the floor`)
  process.stdout.write(`length of a token: typical ${sizes.typical}, large ${sizes.large} characters\n\n`)
  for (const [name, figures] of commits)
    line(name, figures, `${Math.round(1e6 / figures.median)} writes/s, ${(1 / ratio(commits, name)).toFixed(2)} times as many as naive`)
  for (const [name, figures] of opening) line(name, figures, '')
}

function record(): void {
  const run = { date: new Date().toISOString(), commit: commit(), node: process.version, cpu: cpus()[0]?.model ?? '' }
  const linesOf = (measured: string, figures: ReadonlyMap<string, Figures>) =>
    [...figures].map(([name, { n, median: cost, mad }]) => ({
      ...run,
      measure: measured,
      name,
      unit: 'us',
      n,
      median: significant(cost),
      mad: significant(mad),
      ratio: significant(ratio(figures, name)),
    }))
  const lines = [
    ...linesOf('session', sessions),
    ...linesOf('commit', commits),
    { ...run, measure: 'token length', unit: 'characters', ...sizes },
  ]
  const folder = new URL('results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  appendFileSync(new URL('sessions.jsonl', folder), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** To the first contestant. */
function ratio(figures: ReadonlyMap<string, Figures>, name: string): number {
  const [first] = figures.values()
  return (figures.get(name)?.median ?? Number.NaN) / (first?.median ?? Number.NaN)
}

function repeated(times: number, work: () => unknown): Contestant {
  return () => {
    for (let i = 0; i < times; i++) work()
    return times
  }
}

function tokenLength(session: Parameters<typeof sealSession>[0]): number {
  return sealSession(session, freshKeys()).sessionToken.length
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}

function significant(value: number): number {
  return Number(value.toPrecision(4))
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'uncommitted'
  }
}
