/** Random transactions, and the plain map that says what they should do. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { collection } from '../../src/kernel/state.ts'
import type { KeyRange, Transaction, View } from '../../src/kernel/state.ts'
import type { OpenState } from '../../src/store/durable-state.ts'

type Step =
  | { readonly kind: 'put'; readonly place: Place; readonly value: unknown }
  | { readonly kind: 'delete'; readonly place: Place }
  | { readonly kind: 'get'; readonly place: Place }
  | { readonly kind: 'list'; readonly place: Place; readonly range: KeyRange }
  | { readonly kind: 'accounts'; readonly place: Place }

type Place = readonly [collection: string, accountId: string, key: string]

interface Work {
  readonly steps: readonly Step[]
  readonly throws: boolean
}

/** Transactions of one turn. */
interface Group {
  readonly works: readonly Work[]
  readonly reopensAfterwards: boolean
}

export type Plan = readonly Group[]

const key = fc.stringMatching(/^[ab]{0,2}$/)
const place = fc.tuple(fc.constantFrom('one', 'two'), fc.constantFrom('1', '2'), key)
const optional = { requiredKeys: [] }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), place, value: fc.jsonValue({ maxDepth: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      place,
      range: fc.record({ prefix: key, after: key, limit: fc.integer({ min: 0, max: 4 }) }, optional),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('accounts' as const), place }) },
)

const work: fc.Arbitrary<Work> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  throws: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
})

export const plans: fc.Arbitrary<Plan> = fc.array(
  fc.record({
    works: fc.array(work, { minLength: 1, maxLength: 4 }),
    reopensAfterwards: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 6 },
)

/** The differences; none is right. */
export async function agreesWithModel(plan: Plan, open: () => Promise<OpenState>, isDurable: boolean): Promise<readonly string[]> {
  const differences: string[] = []
  const compare = (what: string, got: unknown, want: unknown) => {
    if (!isDeepStrictEqual(got, want)) differences.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`)
  }
  let state = await open()
  let model: Model = new Map()
  for (const [i, { works, reopensAfterwards }] of plan.entries()) {
    const results = works.map(({ steps, throws }) => state.transact((tx) => [steps.map((each) => doStep(tx, each)), mayThrow(throws)]))
    const got = (await Promise.allSettled(results)).map((each) => (each.status === 'fulfilled' ? each.value[0] : 'threw'))
    const want = works.map(({ steps, throws }) => {
      const after = new Map(model)
      const seen = steps.map((each) => doStepInModel(after, each))
      if (throws) return 'threw'
      model = after
      return seen
    })
    compare(`group ${i}`, got, want)
    if (reopensAfterwards && isDurable) {
      await state.close()
      state = await open()
    }
    compare(`state after group ${i}`, state.read(everything), everythingInModel(model))
  }
  await state.close()
  return differences
}

/** A transaction of one of several gateways, with its place in the order that they agree on. */
export interface Done {
  readonly turn: number
  readonly steps: readonly Step[]
  readonly seen: readonly unknown[]
}

/** Does the steps and takes the next number, so that the order of transactions can be told. */
export function takeTurn(tx: Transaction, steps: readonly Step[]): Done {
  const turn = tx.get(turns, '', 'next') ?? 0
  tx.put(turns, '', 'next', turn + 1)
  return { turn, steps, seen: steps.map((each) => doStep(tx, each)) }
}

/** Whether the transactions saw, and left, what they would have one after the other. */
export function isSerial(done: readonly Done[], left: unknown): boolean {
  const model: Model = new Map()
  const inOrder = done.toSorted((a, b) => a.turn - b.turn)
  const agrees = inOrder.map(({ turn, steps, seen }, i) => {
    const want = steps.map((each) => doStepInModel(model, each))
    return turn === i && isDeepStrictEqual(seen, want)
  })
  return agrees.every(Boolean) && isDeepStrictEqual(left, everythingInModel(model))
}

const turns = collection<number>('test.turns')

type Model = Map<string, unknown>

function doStep(tx: Transaction, { place: [name, accountId, key], ...rest }: Step): unknown {
  const named = collection<unknown>(name)
  switch (rest.kind) {
    case 'put':
      return tx.put(named, accountId, key, rest.value)
    case 'delete':
      return tx.delete(named, accountId, key)
    case 'get':
      return tx.get(named, accountId, key)
    case 'list':
      return tx.list(named, accountId, rest.range)
    case 'accounts':
      return tx.accounts(named)
  }
}

function doStepInModel(model: Model, { place, ...rest }: Step): unknown {
  const id = JSON.stringify(place)
  switch (rest.kind) {
    case 'put':
      model.set(id, JSON.parse(JSON.stringify(rest.value)))
      return undefined
    case 'delete':
      model.delete(id)
      return undefined
    case 'get':
      return model.get(id)
    case 'list': {
      const { prefix = '', after, limit = Infinity } = rest.range
      const entries = entriesOf(model, place[0], place[1]).filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after))
      return entries.slice(0, limit).map(([key, value]) => ({ key, value }))
    }
    case 'accounts':
      return ['1', '2'].filter((accountId) => entriesOf(model, place[0], accountId).length > 0)
  }
}

function entriesOf(model: Model, name: string, accountId: string): (readonly [string, unknown])[] {
  const places = [...model].map(([id, value]) => [JSON.parse(id) as Place, value] as const)
  const own = places.filter(([place]) => place[0] === name && place[1] === accountId)
  return own.map(([[, , key], value]) => [key, value] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

export function everything(view: View): unknown {
  return ['one', 'two'].map((name) => ['1', '2'].map((accountId) => view.list(collection<unknown>(name), accountId)))
}

function everythingInModel(model: Model): unknown {
  const listed = (name: string, accountId: string) => entriesOf(model, name, accountId).map(([key, value]) => ({ key, value }))
  return ['one', 'two'].map((name) => ['1', '2'].map((accountId) => listed(name, accountId)))
}

function mayThrow(throws: boolean): undefined {
  if (throws) throw new Error('as planned')
}
