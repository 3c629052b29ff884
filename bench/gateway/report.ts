/** Figures for people: medians, ratios within the run, targets. */
import type { Windows } from './contest.ts'
import type { StageFigures } from './stages.ts'

export interface Target {
  readonly text: string
  readonly isMet: boolean
}

export function render(contest: readonly Windows[], stages: readonly StageFigures[]): string {
  const bare = bareCpu(contest)
  const servers = contest.map(({ server, kind, cpuMicroseconds, perSecond, p50, p99 }) => {
    const cpu = `${number(median(cpuMicroseconds), 1, 9)} us +- ${number(deviation(cpuMicroseconds), 1, 6)}`
    const load = `${number(median(perSecond), 0, 7)}/s  p50 ${number(median(p50), 2, 7)} ms  p99 ${number(median(p99), 2, 7)} ms`
    return `${server.padEnd(10)} ${kind.padEnd(27)} ${cpu}  ${number(median(cpuMicroseconds) / bare, 2, 7)} x bare  ${load}`
  })
  const names = [...new Set(stages.map(({ kind }) => kind))].map((kind) => {
    const own = stages.filter((stage) => stage.kind === kind)
    const costs = own.map(({ stage, cpuMicroseconds }) => `${stage} ${number(median(cpuMicroseconds), 1, 0)}`).join('  ')
    return `${kind.padEnd(27)} ${costs}`
  })
  return [
    ...(contest.length === 0 ? [] : ['CPU for each request (median of the windows, MAD), 24 connections', ...servers, '']),
    'CPU us of each stage, in a loop',
    ...names,
    '',
    ...targets(contest).map(({ text, isMet }) => `${isMet ? 'met    ' : 'NOT met'}  ${text}`),
  ].join('\n')
}

export function hasMet(contest: readonly Windows[]): boolean {
  return targets(contest).every(({ isMet }) => isMet)
}

/** Ratios are taken round by round, between windows that lie side by side. */
function targets(contest: readonly Windows[]): readonly Target[] {
  const of = (server: string, kind: string) => contest.find((each) => each.server === server && each.kind === kind)?.cpuMicroseconds
  const ours = of('tidegate', 'GetCallerIdentity')
  const bare = of('node:http', 'GetCallerIdentity')
  const found: Target[] = []
  if (ours !== undefined && bare !== undefined) {
    const ratio = median(ours.map((cost, round) => cost / (bare[round] ?? Number.NaN)))
    found.push({ text: `GetCallerIdentity costs ${ratio.toFixed(2)} times a bare answer; target <= 1.5`, isMet: ratio <= 1.5 })
  }
  for (const kind of ['GetCallerIdentity', 'AssumeRole']) {
    const [own, moto] = [of('tidegate', kind), of('moto', kind)]
    if (own === undefined || moto === undefined) continue
    const ratio = median(own.map((cost, round) => (moto[round] ?? Number.NaN) / cost))
    found.push({ text: `${kind} costs moto ${ratio.toFixed(0)} times as much; target >= 50`, isMet: ratio >= 50 })
  }
  return found
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2
}

/** Median absolute deviation. */
export function deviation(numbers: readonly number[]): number {
  const middle = median(numbers)
  return median(numbers.map((each) => Math.abs(each - middle)))
}

function bareCpu(contest: readonly Windows[]): number {
  return median(contest.find(({ server }) => server === 'node:http')?.cpuMicroseconds ?? [])
}

function number(value: number, digits: number, width: number): string {
  return value.toFixed(digits).padStart(width)
}
