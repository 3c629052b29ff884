/** What every state promises, whatever is behind it. */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { TestContext } from 'vitest'
import { collection } from '../../src/kernel/state.ts'
import type { State } from '../../src/kernel/state.ts'
import type { OpenState } from '../../src/store/durable-state.ts'
import { agreesWithModel, plans } from './state-model.ts'

/** A database that may be opened again after it was closed. */
export interface Subject {
  readonly open: () => Promise<OpenState>
}

export interface Thing {
  readonly name: string
  readonly parts?: readonly string[]
}

const things = collection<Thing>('test.things')
const others = collection<Thing>('test.others')
const account = '111122223333'

export function stateContract(
  title: string,
  prepare: (context: TestContext) => Subject | Promise<Subject>,
  { isDurable = true, runs = 30 } = {},
): void {
  const open = async (context: TestContext) => {
    const state = await (await prepare(context)).open()
    context.onTestFinished(() => state.close())
    return state
  }

  describe(`state in ${title}`, () => {
    test('a work that throws changes nothing, and those of its group stay', async (context) => {
      const { expect } = context
      const state = await open(context)
      const mistake = new Error('mistake')
      const settled = await Promise.allSettled([
        put(state, 'a'),
        state.transact((tx) => {
          tx.put(things, account, 'b', { name: 'b' })
          tx.delete(things, account, 'a')
          throw mistake
        }),
        put(state, 'c'),
      ])
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(settled[1]).toEqual({ status: 'rejected', reason: mistake })
      expect(keys(state)).toEqual(['a', 'c'])
    })

    test('what JSON cannot hold is refused with its transaction', async (context) => {
      const { expect } = context
      const state = await open(context)
      const work = state.transact((tx) => {
        tx.put(things, account, 'a', { name: 'a' })
        tx.put(things, account, 'b', { name: new Date(0) as unknown as string })
      })
      await expect(work).rejects.toThrow('not storable: not a plain object at `/name`')
      expect(keys(state)).toEqual([])
    })

    test.for(['a\0b', '\ud800', 'x\udc00y'])('a key that a database would change is refused (%j)', async (key, context) => {
      const { expect } = context
      const state = await open(context)
      await expect(put(state, key)).rejects.toThrow('not storable as a key')
    })

    test('a work that returns a promise is refused', async (context) => {
      const { expect } = context
      const state = await open(context)
      await context
        .expect(state.transact((tx) => Promise.resolve(tx.put(things, account, 'a', { name: 'a' }))))
        .rejects.toThrow('is synchronous')
      expect(keys(state)).toEqual([])
    })

    test('a transaction that was kept cannot be written to', async (context) => {
      const { expect } = context
      const state = await open(context)
      const kept = await state.transact((tx) => ({ put: () => tx.put(things, account, 'a', { name: 'a' }) }))
      expect(() => kept.put()).toThrow('the transaction is over')
    })

    test('what is not committed is not seen', async (context) => {
      const { expect } = context
      const state = await open(context)
      const done = put(state, 'a')
      expect(keys(state)).toEqual([])
      await done
      expect(keys(state)).toEqual(['a'])
    })

    test('transactions of one turn see each other and are one commit', async (context) => {
      const { expect } = context
      const state = await open(context)
      const before = state.read(({ version }) => version)
      const counts = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          state.transact((tx) => {
            tx.put(things, account, String(i), { name: 'x' })
            return tx.list(things, account).length
          }),
        ),
      )
      expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
      expect(state.read(({ version }) => version)).toBe(before + 1)
    })

    test('a transaction that changes nothing makes no version', async (context) => {
      const { expect } = context
      const state = await open(context)
      await put(state, 'a')
      const before = state.read(({ version }) => version)
      expect(await state.transact((tx) => tx.get(things, account, 'a'))).toEqual({ name: 'a' })
      await state.transact((tx) => tx.delete(things, account, 'none'))
      expect(state.read(({ version }) => version)).toBe(before)
    })

    test('a value is frozen, and the same object until it is written again', async (context) => {
      const { expect } = context
      const state = await open(context)
      const original = { name: 'a', parts: ['x'] }
      await state.transact((tx) => tx.put(things, account, 'a', original))
      original.parts.push('y')
      const read = () => state.read((view) => view.get(things, account, 'a'))
      await put(state, 'b')
      expect(read()).toStrictEqual({ name: 'a', parts: ['x'] })
      expect(read()).toBe(read())
      expect(Object.isFrozen(read()?.parts)).toBe(true)
      const before = read()
      await put(state, 'a')
      expect(read()).not.toBe(before)
    })

    test('a list begins behind a key, keeps to its prefix and ends at its limit', async (context) => {
      const { expect } = context
      const state = await open(context)
      const names = ['b/2', 'a', 'b/1', 'c', 'b', 'b/3', '\u{1f600}', '\uffff', '']
      await state.transact((tx) => names.forEach((key) => tx.put(things, account, key, { name: key })))
      const listed = (range?: Parameters<typeof keys>[1]) => keys(state, range)
      expect(listed()).toEqual(['', 'a', 'b', 'b/1', 'b/2', 'b/3', 'c', '\u{1f600}', '\uffff'])
      expect(listed({ prefix: 'b/' })).toEqual(['b/1', 'b/2', 'b/3'])
      expect(listed({ prefix: 'b/', after: 'b/1', limit: 1 })).toEqual(['b/2'])
      expect(listed({ prefix: 'b/', after: 'b/11' })).toEqual(['b/2', 'b/3'])
      expect(listed({ prefix: 'b/', after: 'c' })).toEqual([])
      expect(listed({ limit: 0 })).toEqual([])
      expect(listed({ after: '' })).toHaveLength(8)
    })

    test('accounts and collections are apart', async (context) => {
      const { expect } = context
      const state = await open(context)
      await put(state, 'a')
      await state.transact((tx) => tx.put(things, '444455556666', 'b', { name: 'b' }))
      const seen = () => state.read((view) => [view.accounts(things), view.accounts(others), view.list(others, account)])
      expect(seen()).toEqual([[account, '444455556666'], [], []])
      await state.transact((tx) => {
        tx.delete(things, account, 'a')
        expect(tx.accounts(things)).toEqual(['444455556666'])
      })
      expect(seen()).toEqual([['444455556666'], [], []])
    })

    test('a collection tells when it was changed', async (context) => {
      const { expect } = context
      const state = await open(context)
      await put(state, 'a')
      const [changed, other] = state.read((view) => [view.changedAt(things), view.changedAt(others)])
      expect([changed, other]).toEqual([state.read(({ version }) => version), 0])
      await state.transact((tx) => tx.put(others, account, 'a', { name: 'a' }))
      expect(state.read((view) => view.changedAt(things))).toBe(changed)
      await state.transact((tx) => tx.delete(things, account, 'a'))
      expect(state.read((view) => view.changedAt(things))).toBe((changed ?? 0) + 2)
    })

    test('closing finishes what was asked for and refuses what comes later', async (context) => {
      const { expect } = context
      const state = await open(context)
      const last = put(state, 'last')
      await state.close()
      await last
      expect(keys(state)).toEqual(['last'])
      await expect(put(state, 'late')).rejects.toMatchObject({ code: 'ServiceUnavailable' })
    })

    test('law: any transactions do what they do to a plain map, through any number of reopenings', async (context) => {
      const { expect } = context
      await fc.assert(
        fc.asyncProperty(plans, async (plan) => {
          const subject = await prepare(context)
          expect(await agreesWithModel(plan, subject.open, isDurable)).toEqual([])
        }),
        { numRuns: runs },
      )
    })
  })
}

/** What is more where a database outlives the process. */
export function durableContract(title: string, prepare: (context: TestContext) => Subject | Promise<Subject>): void {
  describe(`state in ${title}`, () => {
    test('opened again it is what it was', async (context) => {
      const { expect } = context
      const subject = await prepare(context)
      const first = await subject.open()
      const large = { name: 'x'.repeat(1_000_000), parts: ['\0', '\ud800', '\u{1f600}', "'; drop table records; --"] }
      await first.transact((tx) => {
        for (const key of ['large', '__proto__', "o'key", 'schlüssel/😀']) tx.put(things, account, key, large)
      })
      await first.transact((tx) => tx.delete(things, account, '__proto__'))
      const before = first.read((view) => [view.version, view.list(things, account)])
      await first.close()
      const second = await subject.open()
      expect(second.read((view) => [view.version, view.list(things, account)])).toStrictEqual(before)
      await second.close()
    })
  })
}

function put(state: State, key: string): Promise<void> {
  return state.transact((tx) => tx.put(things, account, key, { name: key }))
}

function keys(state: State, range = {}): readonly string[] {
  return state.read((view) => view.list(things, account, range)).map(({ key }) => key)
}
