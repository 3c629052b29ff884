import { inspect } from 'node:util'
import fc from 'fast-check'
import { test, vi } from 'vitest'
import { query, usePostgres } from '../../test/support/postgres.ts'
import { everything, isSerial, plans, takeTurn } from '../../test/support/state-model.ts'
import type { Done, Plan } from '../../test/support/state-model.ts'
import { collection } from '../kernel/state.ts'
import type { OpenState } from './durable-state.ts'
import { openState } from './open-state.ts'
import { openPostgres } from './postgres.ts'
import { sql } from './statement.ts'

const server = usePostgres()
const things = collection<number>('test.things')

test('a commit is seen by another gateway at once by its notification, and without notifications when it next looks', async (context) => {
  const { expect } = context
  const database = await server(context).database()
  // Nobody looks by the clock, until the test moves it.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  context.onTestFinished(() => void vi.useRealTimers())
  const [one, other] = await Promise.all([openState({ database }), openState({ database })])
  const seen = (key: string) => () => other.read((view) => view.get(things, '', key))
  for (const key of ['a1', 'a2', 'a3', 'a4', 'a5']) {
    await put(one, key)
    await expect.poll(seen(key)).toBe(1)
  }
  await query(database, "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'")
  await put(one, 'b')
  await vi.advanceTimersByTimeAsync(500)
  await expect.poll(seen('b')).toBe(1)
  await one.close()
  await other.close()
})

test('law: transactions of two gateways are as if they were made one after the other', async (context) => {
  const { expect } = context
  await fc.assert(
    fc.asyncProperty(plans, plans, async (...both) => {
      const database = await server(context).database()
      const states = await Promise.all(both.map(() => openState({ database })))
      const done = (await Promise.all(states.map((state, i) => carryOut(both[i] ?? [], state)))).flat()
      await Promise.all(states.map((state) => state.refresh()))
      expect(states.map((state) => isSerial(done, state.read(everything)))).toEqual([true, true])
      await Promise.all(states.map((state) => state.close()))
    }),
    { numRuns: 25 },
  )
})

test('counting by three gateways at once loses nothing', async (context) => {
  const { expect } = context
  const database = await server(context).database()
  const states = await Promise.all([1, 2, 3].map(() => openState({ database })))
  const increment = (state: OpenState) => state.transact((tx) => tx.put(things, '', 'n', (tx.get(things, '', 'n') ?? 0) + 1))
  await Promise.all(
    states.map(async (state) => {
      for (let i = 0; i < 30; i++) await Promise.all([increment(state), increment(state)])
    }),
  )
  expect(await states[0]?.transact((tx) => tx.get(things, '', 'n'))).toBe(180)
  await Promise.all(states.map((state) => state.close()))
})

test('when the server dies, writes are refused and reads go on; when it is back, nothing acknowledged is lost', async (context) => {
  const { expect } = context
  const postgres = server(context)
  const database = await postgres.database()
  const state = await openState({ database })
  const acknowledged: string[] = []
  const refused: unknown[] = []
  let isOver = false
  const load = Promise.all(
    [1, 2, 3].map(async (client) => {
      for (let i = 0; !isOver; i++) {
        const key = `${client}/${i}`
        await put(state, key).then(
          () => acknowledged.push(key),
          (error: unknown) => refused.push(error),
        )
      }
    }),
  )
  for (let i = 0; i < 2; i++) {
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 20)
    await postgres.crash()
  }
  const before = acknowledged.length
  await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 20)
  isOver = true
  await load
  expect(refused.length).toBeGreaterThan(0)
  for (const error of refused) expect(error).toMatchObject({ code: 'ServiceUnavailable' })
  const fresh = await openState({ database })
  const stored = new Set(fresh.read((view) => view.list(things, '')).map(({ key }) => key))
  expect(acknowledged.filter((key) => !stored.has(key))).toEqual([])
  expect(state.read(everything)).toEqual(fresh.read(everything))
  await state.close()
  await fresh.close()
})

test('a database that cannot be reached, or is newer, is refused without showing the password', async (context) => {
  const { expect } = context
  const database = await server(context).database()
  await (await openState({ database })).close()
  await query(database, "insert into migrations (id, name) values (99, 'later')")
  const refusals = await Promise.all(
    [database, 'postgres://tidegate:CANARY@localhost:1/db', database.replace('/postgres?', '/missing?')].map((each) =>
      openState({ database: each }).catch((error: unknown) => error),
    ),
  )
  expect(refusals).toMatchObject([
    { problem: 'newer', place: 'postgres://localhost/postgres' },
    { problem: 'unreachable', place: 'postgres://localhost:1/db' },
    { problem: 'unreachable', place: 'postgres://localhost/missing' },
  ])
  expect(inspect(refusals, { depth: 10, showHidden: true })).not.toContain('CANARY')
})

test('gateways that start at once make the tables once', async (context) => {
  const { expect } = context
  const database = await server(context).database()
  const states = await Promise.all([1, 2, 3, 4].map(() => openState({ database })))
  expect(await query(database, 'select count(*)::int as n from migrations')).toEqual([{ n: 1 }])
  await Promise.all(states.map((state) => state.close()))
})

test('a commit waits for the disk even where the server would not', async (context) => {
  const { expect } = context
  const database = `${await server(context).database()}%20-c%20synchronous_commit%3Doff`
  expect(await query(database, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'off' }])
  const { connected, close } = openPostgres(database)
  expect(await connected((connection) => connection.ask(sql`show synchronous_commit`))).toEqual([{ synchronous_commit: 'on' }])
  await close()
})

function put(state: OpenState, key: string): Promise<void> {
  return state.transact((tx) => tx.put(things, '', key, 1))
}

/** All groups one after the other, those of each at once. */
async function carryOut(plan: Plan, state: OpenState): Promise<readonly Done[]> {
  const done: Done[] = []
  for (const { works } of plan) done.push(...(await Promise.all(works.map(({ steps }) => state.transact((tx) => takeTurn(tx, steps))))))
  return done
}
