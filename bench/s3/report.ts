/** Figures for people and for `results/s3.jsonl`: medians, and ratios to nginx within the run. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { commit, folder, significant } from '../gateway/record.ts'
import { deviation, median } from '../gateway/report.ts'

/** Each list has one value for each round. */
export interface Figures {
  readonly scenario: string
  readonly server: string
  readonly bytes: number | undefined
  readonly perSecond: number[]
  readonly cpuMicroseconds: number[]
}

/** Of nginx's rate in the same run. */
const targets: Readonly<Record<string, number>> = {
  'GET 1 KiB': 0.15,
  'GET 1 MiB': 0.75,
  'GET 100 MiB': 0.95,
  'PUT 1 KiB': 0.5,
  'PUT 1 MiB': 0.4,
  'LIST 1,000 keys': 2,
}

export function render(figures: readonly Figures[]): string {
  return figures
    .map((each) => {
      const ratio = ratioToNginx(each, figures)
      const target = each.server === 'tidegate' ? targets[each.scenario] : undefined
      const verdict = target === undefined || ratio === undefined ? '' : ratio >= target ? `  met: >= ${target}` : `  NOT met: >= ${target}`
      const beside = ratio === undefined ? '' : `${ratio.toFixed(2)} x nginx`
      return `${each.scenario.padEnd(31)} ${each.server.padEnd(19)} ${rateOf(each).padStart(14)}  ${median(each.cpuMicroseconds).toFixed(0).padStart(7)} CPU us  ${beside}${verdict}`
    })
    .join('\n')
}

export function hasMet(figures: readonly Figures[]): boolean {
  return figures
    .filter(({ server }) => server === 'tidegate')
    .every((each) => (ratioToNginx(each, figures) ?? Infinity) >= (targets[each.scenario] ?? 0))
}

export function record(figures: readonly Figures[]): void {
  mkdirSync(folder, { recursive: true })
  const run = { date: new Date().toISOString(), commit: commit(), node: process.version, cpu: cpus()[0]?.model ?? '' }
  const lines = figures.map((each) => ({
    ...run,
    measure: 'object',
    scenario: each.scenario,
    server: each.server,
    windows: each.perSecond.length,
    perSecond: significant(median(each.perSecond)),
    mad: significant(deviation(each.perSecond)),
    mebibytesPerSecond: each.bytes === undefined ? undefined : significant((median(each.perSecond) * each.bytes) / 1024 / 1024),
    cpuMicroseconds: significant(median(each.cpuMicroseconds)),
    timesNginx: significant(ratioToNginx(each, figures) ?? Number.NaN),
  }))
  appendFileSync(new URL('s3.jsonl', folder), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** Between windows that lie side by side. */
function ratioToNginx({ scenario, perSecond }: Figures, figures: readonly Figures[]): number | undefined {
  const nginx = figures.find((each) => each.scenario === scenario && each.server === 'nginx')?.perSecond
  return nginx && median(perSecond.map((rate, round) => rate / (nginx[round] ?? Number.NaN)))
}

function rateOf({ perSecond, bytes }: Figures): string {
  const rate = median(perSecond)
  return bytes === undefined ? `${rate.toFixed(0)}/s` : `${((rate * bytes) / 1024 / 1024).toFixed(0)} MiB/s`
}
