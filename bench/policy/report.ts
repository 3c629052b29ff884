/** Tables of the benchmark. */
import type { Duel } from './duel.ts'
import type { Growth } from './growth.ts'
import type { Memory } from './costs.ts'
import type { Costs } from './parts.ts'

export interface Outcome {
  readonly duels: readonly Duel[]
  readonly growth: readonly Growth[]
  readonly memory: readonly Memory[]
  readonly costs: Costs | undefined
}

export function render(outcome: Outcome): string {
  const sections = [
    decisions(outcome.duels),
    grown(outcome.growth),
    kept(outcome.memory),
    outcome.costs && paid(outcome.costs),
    targets(outcome),
  ]
  return sections.filter((section) => section !== undefined).join('\n\n')
}

/** How often a decision of `engine` costs what one of ours costs. */
export function ratio(duel: Duel | undefined, engine: string): number | undefined {
  const cost = (name: string) => duel?.engines.find((result) => result.engine === name)?.figures.median
  const [own, other] = [cost('tidegate'), cost(engine)]
  return own === undefined || other === undefined ? undefined : other / own
}

function decisions(duels: readonly Duel[]): string | undefined {
  if (duels.length === 0) return undefined
  const rows = duels.flatMap((duel) => [
    ...duel.engines.map(({ engine, principals, figures, agreement }) => [
      duel.world,
      engine,
      micro(figures.median),
      micro(figures.mad),
      micro(figures.best),
      engine === 'tidegate' ? '' : times(ratio(duel, engine)),
      `${principals}`,
      `${figures.decisions}`,
      `${agreement.agreed} of ${agreement.asked}`,
    ]),
    [duel.world, 'reference (tests)', '', '', '', '', '', '', `${duel.reference.agreed} of ${duel.reference.asked}`],
  ])
  const heads = ['world', 'engine', 'median', 'MAD', 'best', '/ tidegate', 'principals', 'decisions', 'agrees with labels']
  return `CPU microseconds of a decision, all policy types, engines interleaved\n${table(heads, rows)}`
}

function grown(growth: readonly Growth[]): string | undefined {
  if (growth.length === 0) return undefined
  const base = growth.find(({ world }) => world === 's10')?.figures.median
  const rows = growth.map(({ world, principals, statements, figures, hot, cold }) => [
    world,
    `${principals}`,
    `${statements}`,
    micro(figures.median),
    micro(figures.mad),
    micro(figures.best),
    base === undefined ? '' : times(figures.median / base),
    nano(hot.p50),
    nano(hot.p99),
    nano(cold.p50),
    nano(cold.p99),
  ])
  const heads = ['world', 'principals', 'statements', 'CPU us', 'MAD', 'best', '/ s10', 'p50 ns', 'p99 ns', 'cold p50', 'cold p99']
  return `tidegate, all worlds in one process, interleaved; p50 and p99 on the clock, cold: after reading 4 MiB elsewhere\n${table(heads, rows)}`
}

function kept(memory: readonly Memory[]): string | undefined {
  if (memory.length === 0) return undefined
  const rows = memory.map(({ world, statements, textBytes, loaded, asked, touched }) => [
    world,
    `${statements}`,
    (textBytes / statements).toFixed(0),
    ...[loaded, asked, touched].map((bytes) => bytes.toFixed(0)),
    ((touched * statements) / 1e6).toFixed(0),
  ])
  const heads = ['world', 'statements', 'text', 'compiled', 'each request once', 'each action of each principal', 'MB in all']
  return `tidegate, bytes a statement\n${table(heads, rows)}`
}

function paid({ allocations, compilation, firstDecisions, requestCost }: Costs): string {
  const rows = [
    ...allocations.map(({ world, bytesPerDecision, worstWindow }) => [
      `bytes allocated by a hot decision, ${world}`,
      bytesPerDecision.toFixed(1),
      `worst window ${worstWindow.toFixed(1)}`,
    ]),
    ['CPU us, policy of 4 statements, text to document', micro(compilation.parse), ''],
    ['CPU us, policy of 4 statements, document to set', micro(compilation.compile), ''],
    ...firstDecisions.map(({ world, pairs, mean, p50, p99 }) => [
      `CPU us, first decision of a principal about an action, ${world}`,
      micro(mean),
      `clock p50 ${micro(p50)}, p99 ${micro(p99)}, of ${pairs}`,
    ]),
    ['CPU us, request context from a record (not in the decisions above)', micro(requestCost), ''],
  ]
  return `tidegate, other costs\n${table(['what', 'measured', ''], rows)}`
}

function targets({ duels, growth, memory, costs }: Outcome): string {
  const duelOf = (world: string) => duels.find((duel) => duel.world === world)
  const cost = (world: string) => growth.find((one) => one.world === world)?.figures.median
  const growthOver = (world: string): number | undefined => {
    const [base, other] = [cost('s10'), cost(world)]
    return base === undefined || other === undefined ? undefined : other / base
  }
  const ratios = [
    ['cedar-wasm, preparsed', [250, 1500, 10_000]],
    ['naive, RegExp cached', [25, 150, 1500]],
  ] as const
  const rows: (string[] | undefined)[] = ratios.flatMap(([engine, least]) =>
    (['s10', 's100', 's1k'] as const).map((world, n) =>
      target(`cheaper than ${engine}, ${world}`, 'at least', least[n] ?? 0, ratio(duelOf(world), engine), times),
    ),
  )
  rows.push(
    target('10,000 statements against 10', 'at most', 1.25, growthOver('s10k'), times),
    target('100,000 policies against 10 statements', 'at most', 3, growthOver('acct100k'), times),
    target('fan1k against s10', 'at most', 0.5, growthOver('fan1k'), times),
    target(
      'bytes allocated by a hot decision',
      'at most',
      0,
      costs && Math.round(Math.max(...costs.allocations.map((a) => a.bytesPerDecision))),
      whole,
    ),
    target(
      'bytes a statement, acct100k, each request once',
      'at most',
      400,
      memory.find(({ world }) => world === 'acct100k')?.asked,
      whole,
    ),
    target(
      'CPU us to compile a policy of 4 statements',
      'at most',
      30,
      costs && costs.compilation.parse + costs.compilation.compile,
      micro,
    ),
  )
  return `targets\n${table(
    ['target', 'asked', 'measured', 'met'],
    rows.filter((row) => row !== undefined),
  )}`
}

function target(
  what: string,
  relation: 'at least' | 'at most',
  limit: number,
  measured: number | undefined,
  text: (value: number) => string,
): string[] | undefined {
  if (measured === undefined) return undefined
  const met = relation === 'at least' ? measured >= limit : measured <= limit
  return [what, `${relation} ${text(limit)}`, text(measured), met ? 'yes' : 'NO']
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const numeric = heads.map((_, column) => column > 0 && rows.every((row) => /^[\d.,x]*$/.test(row[column] ?? '')))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, n) => (numeric[n] ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const micro = (value: number): string => (value < 10 ? value.toFixed(3) : value < 100 ? value.toFixed(1) : grouped(value))
const nano = (value: number): string => grouped(value)
const whole = (value: number): string => value.toFixed(0)
const times = (value: number | undefined): string => (value === undefined ? '' : `${value < 10 ? value.toFixed(2) : grouped(value)}x`)
const grouped = (value: number): string => Math.round(value).toLocaleString('en-US')
