import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'vitest'
import { collection } from '../kernel/state.ts'
import { memoryBackend } from './backend.ts'
import type { Backend, News } from './backend.ts'
import { DatabaseError } from './database-error.ts'
import { durableState } from './durable-state.ts'
import type { OpenState } from './durable-state.ts'

const things = collection<number>('test.things')
const failure = new DatabaseError('full', 'test.db')

/** A backend in memory that a test can make fail, wait, or have news. */
function puppet() {
  const base = memoryBackend()
  const groups: number[] = []
  const script = {
    /** Before anything is stored. */
    beforeCommit: () => Promise.resolve(),
    /** After it is stored, when the answer may still get lost. */
    afterCommit: () => Promise.resolve(),
    news: undefined as News | undefined,
    hint: () => {},
    groups,
  }
  let stored: News | undefined
  const backend: Backend = {
    ...base,
    async commit(known, work) {
      await script.beforeCommit()
      const news = script.news
      script.news = undefined
      const changes = work(news)
      groups.push(changes.length)
      const version = (news?.version ?? known) + (changes.length > 0 ? 1 : 0)
      stored = { version, changes, isComplete: false }
      await script.afterCommit()
      return version
    },
    newsSince: (known) => Promise.resolve(script.news ?? (stored !== undefined && stored.version > known ? stored : undefined)),
    watch: (onHint) => void (script.hint = onHint),
  }
  return { backend, script }
}

test('a failed commit rejects the whole group, those that threw too, and leaves memory as it was', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  await put(state, 'before', 1)
  script.beforeCommit = () => Promise.reject(failure)
  const settled = await Promise.allSettled([
    put(state, 'a', 1),
    state.transact((tx) => {
      if (tx.get(things, '', 'a') !== undefined) throw new Error('a is there already')
    }),
    put(state, 'before', 2),
  ])
  const refusal = { code: 'ServiceUnavailable', fault: 'server', detail: failure.message, cause: failure }
  for (const each of settled) expect(each).toMatchObject({ status: 'rejected', reason: refusal })
  expect(contents(state)).toEqual([['before', 1]])

  script.beforeCommit = () => Promise.resolve()
  await put(state, 'a', 3)
  expect(contents(state)).toEqual([
    ['a', 3],
    ['before', 1],
  ])
})

test('who was refused because of changes that were not committed is not told that reason', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  script.afterCommit = () => Promise.reject(failure)
  const [, second] = await Promise.allSettled([
    put(state, 'a', 1),
    state.transact((tx) => {
      if (tx.get(things, '', 'a') !== undefined) throw new Error('a is there already')
    }),
  ])
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'ServiceUnavailable' } })
})

test('the client is not told what is wrong with the database', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  script.beforeCommit = () => Promise.reject(failure)
  await expect(put(state, 'a', 1)).rejects.toThrow('The request has failed due to a temporary failure of the server.')
})

test('a commit that happened although its answer got lost is learned of', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  script.afterCommit = () => Promise.reject(failure)
  await expect(put(state, 'a', 1)).rejects.toMatchObject({ code: 'ServiceUnavailable' })
  await expect.poll(() => contents(state)).toEqual([['a', 1]])
  script.afterCommit = () => Promise.resolve()
  expect(await state.transact((tx) => tx.get(things, '', 'a'))).toBe(1)
})

test('what is asked for during a commit is one group after it', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  const gate = Promise.withResolvers<void>()
  script.beforeCommit = () => gate.promise
  const all = [put(state, 'a', 1)]
  await nextTurn()
  for (let i = 0; i < 10; i++) {
    all.push(put(state, `b${i}`, i))
    await nextTurn()
  }
  gate.resolve()
  await Promise.all(all)
  expect(script.groups).toEqual([1, 10])
})

test('T-81 works see what another gateway has committed before them', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  script.news = { version: 7, changes: [{ collection: 'test.things', accountId: '', key: 'n', value: 41 }], isComplete: false }
  const sum = await state.transact((tx) => {
    tx.put(things, '', 'n', (tx.get(things, '', 'n') ?? 0) + 1)
    return tx.get(things, '', 'n')
  })
  expect(sum).toBe(42)
  expect(state.read(({ version }) => version)).toBe(8)
})

test('when changes cannot be told any more, everything is loaded again and every collection has changed', async ({ expect }) => {
  const { backend, script } = puppet()
  const state = await durableState(backend, () => 0)
  await put(state, 'gone', 1)
  script.news = { version: 9, changes: [{ collection: 'test.things', accountId: '', key: 'n', value: 1 }], isComplete: true }
  await state.refresh()
  expect(contents(state)).toEqual([['n', 1]])
  expect(state.read((view) => [view.version, view.changedAt(things)])).toEqual([9, 9])
})

test('it tells since when it has not heard of the database', async ({ expect }) => {
  const { backend, script } = puppet()
  let now = 1000
  let isReachable = true
  const newsSince: Backend['newsSince'] = (known) => (isReachable ? backend.newsSince(known) : Promise.reject(failure))
  const state = await durableState({ ...backend, newsSince }, () => now)
  expect(state.freshAt).toBe(1000)
  now = 2000
  script.hint()
  await expect.poll(() => state.freshAt).toBe(2000)
  isReachable = false
  now = 3000
  await expect(state.refresh()).rejects.toMatchObject({ code: 'ServiceUnavailable', detail: failure.message })
  expect(state.freshAt).toBe(2000)
  expect(state.read((view) => view.get(things, '', 'a'))).toBeUndefined()
})

function put(state: OpenState, key: string, value: number): Promise<void> {
  return state.transact((tx) => tx.put(things, '', key, value))
}

function contents(state: OpenState): readonly (readonly [string, number])[] {
  return state.read((view) => view.list(things, '')).map(({ key, value }) => [key, value] as const)
}
