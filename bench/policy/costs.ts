/** What a decision allocates, what policies cost to compile and to keep, and what the first decision about an action costs. */
import { compilePolicies, RequestContext } from '@tidegate/policy'
import { openWorld, schedule, type WorldName } from '../policy-worlds.ts'
import { parsed } from './documents.ts'
import { cpuMicroseconds, median, quantile } from './measure.ts'
import { askedOf, compileWorld, deciding, type CompiledWorld } from './tidegate.ts'
import type { LabelledRequest, World, WorldPrincipal } from './world.ts'

export interface Memory {
  readonly world: WorldName
  readonly statements: number
  readonly textBytes: number
  /** Bytes of heap and buffers for each statement: compiled; after each request once; after each principal asked about all its actions. */
  readonly loaded: number
  readonly asked: number
  readonly touched: number
}

/** Source text and parsed JSON are gone by the time of measuring; policies that principals share count as statements once. */
export function memory(name: WorldName, quick: boolean): Memory {
  const full = openWorld(name)
  const world = quick ? openWorld(name, Math.ceil(full.principals / 8)) : full
  const requests = collect(world, (one) => one.requests)
  const actions = collect(world, (one) => [{ caller: one.caller, actions: one.actions }])
  const before = heldBytes()
  let statements = sharedStatements(world)
  let textBytes = 0
  const compiled = compileWorld(world, world.population(), (one) => {
    for (const policy of one.identity) {
      statements += policy.Statement.length
      textBytes += JSON.stringify(policy).length
    }
  })
  const loaded = heldBytes() - before
  for (const request of requests) decide(request, compiled)
  const asked = heldBytes() - before
  const first = requests[0]
  for (const { caller, actions: own } of actions) {
    for (const action of own) if (first) decide({ ...first, caller, action, context: {} }, compiled)
  }
  const touched = heldBytes() - before
  if (compiled.own.length === 0) throw new Error('nothing was compiled')
  return { world: name, statements, textBytes, loaded: loaded / statements, asked: asked / statements, touched: touched / statements }
}

export interface Allocation {
  readonly world: WorldName
  readonly bytesPerDecision: number
  readonly worstWindow: number
}

/**
 * Growth of the heap over windows that are too short to fill the young generation, right after a collection, less that of a window in
 * which nothing is decided.
 */
export function allocation(name: WorldName): Allocation {
  const world = openWorld(name, 100)
  const compiled = compileWorld(world, world.population())
  const requests = schedule(collect(world, (one) => one.requests)).map((request) => askedOf(request, compiled))
  const engine = deciding(requests)
  const count = 10_000
  for (let n = 0; n < 50; n++) engine.run(n * count, count)
  const growths = (decisions: number): number[] =>
    Array.from({ length: 15 }, (_, window) => {
      collectGarbage()
      const before = process.memoryUsage().heapUsed
      engine.run(window * count, decisions)
      return process.memoryUsage().heapUsed - before
    })
  const idle = median(growths(0))
  const samples = growths(count).map((growth) => (growth - idle) / count)
  return { world: name, bytesPerDecision: Math.max(0, median(samples)), worstWindow: Math.max(...samples) }
}

export interface Compilation {
  /** CPU microseconds for a policy of four statements: text to document, document to set. */
  readonly parse: number
  readonly compile: number
}

export function compilation(quick: boolean): Compilation {
  const batch = 500
  const windows = quick ? 8 : 20
  const texts = collect(openWorld('acct100k', ((windows + 4) * batch) / 5), (one) => one.identity.map((policy) => JSON.stringify(policy)))
  const parses: number[] = []
  const compiles: number[] = []
  for (let window = 0; window < windows + 4; window++) {
    const own = texts.slice(window * batch, (window + 1) * batch)
    const started = cpuMicroseconds()
    const documents = own.map((text, n) => parsed(text, 'managed', `policy-${n}`))
    const middle = cpuMicroseconds()
    const sets = documents.map((document) => compilePolicies({ identity: [document] }))
    const ended = cpuMicroseconds()
    if (window < 4) continue // warm-up
    parses.push((middle - started) / sets.length)
    compiles.push((ended - middle) / sets.length)
  }
  return { parse: median(parses), compile: median(compiles) }
}

export interface FirstDecision {
  readonly world: WorldName
  readonly pairs: number
  /** CPU microseconds on average; microseconds on the clock of single ones. */
  readonly mean: number
  readonly p50: number
  readonly p99: number
}

/** The first request of each principal about each action, sets new, code warm. */
export function firstDecision(name: WorldName, principals: number): FirstDecision {
  const world = openWorld(name, principals)
  const requests = schedule(collect(world, (one) => one.requests))
  const firsts = [...new Map(requests.map((request) => [`${request.caller.index} ${request.action}`, request])).values()]
  const warm = compileWorld(world, world.population())
  for (const request of requests) decide(request, warm)
  const compiled = compileWorld(world, world.population())
  const asked = firsts.map((request) => deciding([askedOf(request, compiled)]))
  const samples: number[] = []
  const started = cpuMicroseconds()
  for (const one of asked) {
    const before = performance.now()
    one.run(0, 1)
    samples.push((performance.now() - before) * 1000)
  }
  return {
    world: name,
    pairs: firsts.length,
    mean: (cpuMicroseconds() - started) / firsts.length,
    p50: median(samples),
    p99: quantile(samples, 0.99),
  }
}

/** CPU microseconds to make a request ready: what a gateway pays before `authorize`. */
export function requestCost(name: WorldName): number {
  const requests = collect(openWorld(name, 100), (one) => one.requests)
  const samples: number[] = []
  for (let window = 0; window < 30; window++) {
    const started = cpuMicroseconds()
    let keys = 0
    for (const { context } of requests) keys += new RequestContext(context).get('aws:sourceip') === undefined ? 0 : 1
    if (keys === 0) throw new Error('no request has an address')
    samples.push((cpuMicroseconds() - started) / requests.length)
  }
  return median(samples.slice(10))
}

function decide(request: LabelledRequest, compiled: CompiledWorld): void {
  deciding([askedOf(request, compiled)]).run(0, 1)
}

function collect<T>(world: World, of: (one: WorldPrincipal) => readonly T[]): T[] {
  const all: T[] = []
  for (const one of world.population()) all.push(...of(one))
  return all
}

function sharedStatements({ layers: { boundaries, sessions, scp, resources } }: World): number {
  const guards = Object.values(resources)
  const rcp = guards.find((guard) => guard.rcp)?.rcp?.flat() ?? []
  const policies = [...boundaries, ...sessions, ...scp.flat(), ...rcp, ...guards.flatMap(({ resource }) => resource ?? [])]
  return policies.reduce((sum, { Statement }) => sum + Statement.length, 0)
}

function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc')
  for (let n = 0; n < 2; n++) globalThis.gc({ type: 'major', execution: 'sync' })
}
