/** Runs the part that the command line names and prints its result as JSON; started by `parts.ts`. */
import { allocation, compilation, firstDecision, memory, requestCost } from './costs.ts'
import { growth } from './growth.ts'
import type { Parts } from './parts.ts'

const parts: Parts = {
  duel: async (world, quick) => {
    const { duel } = await import('./duel.ts') // loads the other engines, which the other parts do without
    return duel(world, quick)
  },
  growth: async (worlds, quick) => growth(worlds, quick),
  costs: async (quick) => ({
    compilation: compilation(quick),
    allocations: (['s10', 's100', 'fan1k'] as const).map(allocation),
    firstDecisions: [
      firstDecision('s10', 400),
      firstDecision('s100', 100),
      ...(quick ? [] : [firstDecision('s1k', 20), firstDecision('s10k', 3)]),
    ],
    requestCost: requestCost('s10'),
  }),
  memory: async (world, quick) => memory(world, quick),
}

const [name = '', args = '[]'] = process.argv.slice(2)
const part = Object.entries(parts).find(([known]) => known === name)?.[1] as ((...values: unknown[]) => Promise<unknown>) | undefined
if (part === undefined) throw new Error(`no part \`${name}\``)
const result = await part(...(JSON.parse(args) as unknown[]))
process.stdout.write(JSON.stringify(result))
