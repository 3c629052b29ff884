/** The lasting record of full runs: one JSON line for each world and engine, and one for each other figure. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { ratio, type Outcome } from './report.ts'

const folder = new URL('../results/', import.meta.url)

export function record({ duels, growth, memory, costs }: Outcome): void {
  mkdirSync(folder, { recursive: true })
  const run = { date: new Date().toISOString(), commit: commit(), node: process.version, cpu: cpus()[0]?.model ?? '' }
  const lines = [
    ...duels.flatMap((duel) =>
      duel.engines.map(({ engine, figures: { decisions, ...figures }, agreement: { asked, agreed } }) => ({
        measure: 'decision',
        world: duel.world,
        engine,
        unit: 'CPU us',
        n: decisions,
        ...rounded(figures),
        timesTidegate: significant(ratio(duel, engine) ?? Number.NaN),
        asked,
        agreed,
      })),
    ),
    ...growth.map(({ world, principals, statements, figures: { decisions, ...figures }, hot, cold }) => ({
      measure: 'growth',
      world,
      engine: 'tidegate',
      unit: 'CPU us',
      principals,
      statements,
      n: decisions,
      ...rounded(figures),
      nanoseconds: { hot: rounded({ ...hot }), cold: rounded({ ...cold }) },
    })),
    ...memory.map(({ world, ...figures }) => ({
      measure: 'memory',
      world,
      engine: 'tidegate',
      unit: 'bytes a statement',
      ...rounded(figures),
    })),
    ...(costs ? [{ measure: 'costs', engine: 'tidegate', ...costs }] : []),
  ]
  appendFileSync(new URL('policy.jsonl', folder), lines.map((line) => `${JSON.stringify({ ...run, ...line })}\n`).join(''))
}

/** With a plus where the engine's source has changes that are in no commit. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['--no-optional-locks', ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '../../packages/policy/src') === '' ? '' : '+'}`
  } catch {
    return 'uncommitted'
  }
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, significant(value)]))
}

const significant = (value: number): number => Number(value.toPrecision(4))
