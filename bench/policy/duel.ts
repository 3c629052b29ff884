/** All engines on one world, interleaved. */
import { referenceDecision } from '../../packages/policy/test/reference.ts'
import { openWorld, schedule, type WorldName } from '../policy-worlds.ts'
import { casbin } from './casbin.ts'
import { cedar } from './cedar.ts'
import { agrees, type Engine, type LoadedEngine } from './engine.ts'
import { cpuMicroseconds, measure, type Figures } from './measure.ts'
import { naiveCached, naiveFresh, naiveSkipping } from './naive.ts'
import { tidegate } from './tidegate.ts'
import { stackOf, type LabelledRequest, type Verdict, type World, type WorldPrincipal } from './world.ts'

export interface DuelResult {
  readonly engine: string
  readonly principals: number
  readonly figures: Figures
  readonly agreement: Agreement
}

export interface Agreement {
  readonly asked: number
  readonly agreed: number
  readonly differences: readonly string[]
}

export interface Duel {
  readonly world: WorldName
  readonly engines: readonly DuelResult[]
  readonly reference: Agreement
}

interface Entry {
  readonly engine: Engine
  readonly isInQuickRuns: boolean
}

/** All engines are asked the same requests of the same principals, as many as have this many statements; what more of them cost us: `growth.ts`. */
const STATEMENTS = 20_000

const roster: readonly Entry[] = [
  { engine: tidegate, isInQuickRuns: true },
  { engine: naiveCached, isInQuickRuns: true },
  { engine: naiveSkipping, isInQuickRuns: false },
  { engine: naiveFresh, isInQuickRuns: false },
  { engine: cedar, isInQuickRuns: true },
  { engine: casbin, isInQuickRuns: true },
]

export async function duel(name: WorldName, quick: boolean): Promise<Duel> {
  const world = openWorld(name, Math.max(1, Math.round(STATEMENTS / (quick ? 4 : 1) / openWorld(name).statements)))
  const population = [...world.population()]
  const requests = schedule(population.flatMap((one) => one.requests))
  const contestants = new Map<string, LoadedEngine>()
  for (const { engine, isInQuickRuns } of roster) {
    if (isInQuickRuns || !(quick || name === 'glob1k')) contestants.set(engine.name, await engine.load(world, population, requests))
  }
  const plan = quick ? { warmUp: 200, firstRound: 1500, window: 20, total: 240 } : { warmUp: 400, firstRound: 8000, window: 30, total: 750 }
  const figures = measure(contestants, plan)
  const seconds = quick ? 0.2 : 0.5
  return {
    world: name,
    engines: [...contestants].flatMap(([engine, loaded]) => {
      const measured = figures.get(engine)
      return measured ? { engine, principals: world.principals, figures: measured, agreement: check(loaded, requests, seconds) } : []
    }),
    reference: checkReference(openWorld(name, 40), seconds),
  }
}

/** Asks as many of the requests as `seconds` allow, at least ten. */
function check(engine: LoadedEngine, requests: readonly LabelledRequest[], seconds: number): Agreement {
  return compare(requests, seconds, (_, position) => engine.verdict(position))
}

/** The reference evaluator of the tests reads documents anew for every decision and shares no code with anything here. */
function checkReference(world: World, seconds: number): Agreement {
  const population = new Map<number, WorldPrincipal>()
  for (const one of world.population()) population.set(one.caller.index, one)
  const requests = schedule([...population.values()].flatMap((one) => one.requests))
  return compare(requests, seconds, (request) => referenceVerdict(world, population.get(request.caller.index), request))
}

function referenceVerdict(world: World, one: WorldPrincipal | undefined, request: LabelledRequest): Verdict {
  if (one === undefined) throw new Error('a request without its principal')
  const { principal } = one.caller
  const { identity, boundary, session, scp, rcp, resource } = stackOf(world, one, [request.guard])
  const outcome = referenceDecision({
    request: {
      principal: principal.arn,
      principalType: principal.kind,
      ...(principal.kind === 'role-session' && { principalRoleArn: principal.roleArn }),
      action: request.action,
      resource: request.resource,
      resourceAccount: request.resourceAccount,
      context: request.context,
    },
    policies: { identity, boundary: boundary ?? null, session: session ? [session] : [], scp, rcp, resource: resource[0] ?? null },
  })
  return outcome === 'implicitDeny' ? 'implicit-deny' : outcome === 'explicitDeny' ? 'explicit-deny' : 'allow'
}

function compare(
  requests: readonly LabelledRequest[],
  seconds: number,
  verdictOf: (request: LabelledRequest, position: number) => Verdict | 'denied',
): Agreement {
  const end = cpuMicroseconds() + seconds * 1e6
  const differences: string[] = []
  let asked = 0
  let agreed = 0
  for (const [position, request] of requests.entries()) {
    if (asked >= 10 && cpuMicroseconds() > end) break
    const verdict = verdictOf(request, position)
    asked++
    if (agrees(verdict, request.want)) agreed++
    else if (differences.length < 3)
      differences.push(`${verdict}, not ${request.want} (${request.about}): ${request.action} on ${request.resource}`)
  }
  return { asked, agreed, differences }
}
