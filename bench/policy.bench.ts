/**
 * What does a decision of the policy engine cost, how does that grow, and against what others?
 *
 * Inputs: the seeded worlds of `policy-worlds.ts`: 10 to 10,000 statements a principal, an account of 100,000 policies, 1,000 statements
 * that only a tag tells apart; all policy types in play; 70 % allowed, 20 % near misses, 10 % denied, thousands of requests of the same hundreds of
 * principals. Engines: ours; naive evaluators with RegExp; `@cedar-policy/cedar-wasm` and `casbin`, each in its fastest form with the same
 * policies translated (the head of each file in `policy/` says how).
 *
 * Measured is CPU time of the process, all threads, over short windows that the engines take in turn; the median of the windows counts,
 * ratios are taken within one run. Correctness is printed beside speed: every engine must answer as the labels say, which hold by
 * construction and to which the reference evaluator of the tests agrees.
 *
 *   node --conditions=@tidegate/source --expose-gc bench/policy.bench.ts [--quick] [--world NAME ...]
 *
 * A full run appends to `results/policy.jsonl`, one line for each world and engine.
 */
import { parseArgs } from 'node:util'
import { isWorldName, shapes, type WorldName } from './policy-worlds.ts'
import { run } from './policy/parts.ts'
import { record } from './policy/record.ts'
import { render, type Outcome } from './policy/report.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, world: { type: 'string', multiple: true, default: [] } },
})
const unknown = values.world.find((name) => !isWorldName(name))
if (unknown === undefined) {
  const outcome = benchmark(values.quick, values.world.filter(isWorldName))
  process.stdout.write(`${render(outcome)}\n`)
  if (values.quick) process.stdout.write('\nquick: fewer principals, so more of them stays in caches; the figures of a full run count\n')
  if (!values.quick) record(outcome)
  if (outcome.duels.some(disagrees)) process.exitCode = 1
} else {
  process.stderr.write(`error: no world \`${unknown}\`\nnext: one of ${Object.keys(shapes).join(', ')}\n`)
  process.exitCode = 2
}

function benchmark(quick: boolean, chosen: readonly WorldName[]): Outcome {
  if (chosen.length > 0) {
    return {
      duels: chosen.map((world) => run('duel', world, quick)),
      growth: run('growth', chosen, quick),
      memory: chosen.map((world) => run('memory', world, quick)),
      costs: undefined,
    }
  }
  const worlds = Object.keys(shapes).filter(isWorldName)
  const duels = quick ? (['s10', 's100', 's1k'] as const) : worlds
  return {
    duels: duels.map((world) => run('duel', world, quick)),
    growth: run('growth', worlds, quick),
    memory: (quick ? (['acct100k'] as const) : (['s10', 's1k', 'acct100k', 'fan1k'] as const)).map((world) => run('memory', world, quick)),
    costs: run('costs', quick),
  }
}

function disagrees({ world, engines, reference }: Outcome['duels'][number]): boolean {
  const wrong = [...engines, { engine: 'reference', agreement: reference }].filter(({ agreement: { asked, agreed } }) => agreed < asked)
  for (const { engine, agreement } of wrong) process.stderr.write(`${world}, ${engine}: ${agreement.differences.join('\n  ')}\n`)
  return wrong.length > 0
}
