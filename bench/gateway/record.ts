/** The lasting record of full runs: a JSON line for each server and kind of request, and for each stage. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Windows } from './contest.ts'
import { deviation, median } from './report.ts'
import type { StageFigures } from './stages.ts'

export const folder = new URL('../results/', import.meta.url)

export function record(contest: readonly Windows[], stages: readonly StageFigures[]): void {
  mkdirSync(folder, { recursive: true })
  const run = { date: new Date().toISOString(), commit: commit(), node: process.version, cpu: cpus()[0]?.model ?? '' }
  const bare = median(contest.find(({ server }) => server === 'node:http')?.cpuMicroseconds ?? [])
  const lines = [
    ...contest.map(({ server, kind, requests, cpuMicroseconds, perSecond, p50, p99 }) => ({
      measure: 'request',
      server,
      kind,
      unit: 'CPU us',
      n: requests,
      windows: cpuMicroseconds.length,
      median: significant(median(cpuMicroseconds)),
      mad: significant(deviation(cpuMicroseconds)),
      timesBare: significant(median(cpuMicroseconds) / bare),
      perSecond: significant(median(perSecond)),
      p50Milliseconds: significant(median(p50)),
      p99Milliseconds: significant(median(p99)),
    })),
    ...stages.map(({ kind, stage, n, cpuMicroseconds }) => ({
      measure: 'stage',
      kind,
      stage,
      unit: 'CPU us',
      n,
      windows: cpuMicroseconds.length,
      median: significant(median(cpuMicroseconds)),
      mad: significant(deviation(cpuMicroseconds)),
    })),
  ]
  appendFileSync(new URL('gateway.jsonl', folder), lines.map((line) => `${JSON.stringify({ ...run, ...line })}\n`).join(''))
}

/** With a plus where the source has changes that are in no commit. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['--no-optional-locks', ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '../../packages/*/src') === '' ? '' : '+'}`
  } catch {
    return 'uncommitted'
  }
}

export function significant(value: number): number {
  return Number(value.toPrecision(4))
}
