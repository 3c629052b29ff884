import { test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Origin, StoredEvent } from '../services/logs/ports.ts'
import { openLogEvents } from './log-events.ts'

const alice: Origin = { principalArn: 'arn:aws:iam::111122223333:user/alice', actorChain: [] }
const web: Origin = {
  principalArn: 'arn:aws:iam::111122223333:role/web',
  actorChain: [{ type: 'human', issuer: 'https://login.example', subject: 'bob' }],
}
const event = (time: number, message = `at ${time}`) => ({ time, message, ingestedAt: 100 + time })
const times = (events: readonly StoredEvent[]) => events.map(({ time }) => time)

test('events are read in the order of time, then of arrival, whatever the order in which they came', async ({ expect, onTestFinished }) => {
  const events = openLogEvents(`${temporaryFolder({ onTestFinished })}/events.db`)
  onTestFinished(() => events.close())
  const one = { groupId: 'g', streamId: 'one' }
  const two = { groupId: 'g', streamId: 'two' }
  await Promise.all([events.append(one, [event(5), event(7)], alice), events.append(two, [event(6), event(5, 'second')], web)])
  await events.append({ groupId: 'other', streamId: 'three' }, [event(1)], web)
  const all = events.read({ groupId: 'g', direction: 'forward', limit: 10 })
  expect(all.map(({ message, streamId }) => `${streamId}: ${message}`)).toEqual(['one: at 5', 'two: second', 'two: at 6', 'one: at 7'])
  expect(all.map(({ origin }) => origin)).toEqual([alice, web, web, alice])
  expect(times(events.read({ groupId: 'g', direction: 'backward', limit: 2 }))).toEqual([7, 6])
  expect(times(events.read({ streamId: 'two', direction: 'forward', from: 6, limit: 10 }))).toEqual([6])
  expect(times(events.read({ groupId: 'g', streamIds: ['one'], direction: 'forward', to: 7, limit: 10 }))).toEqual([5])
  expect(times(events.read({ groupId: 'g', direction: 'forward', limit: 10, ...(all[1] && { after: all[1] }) }))).toEqual([6, 7])
  expect(events.bounds('two')).toEqual({ firstTime: 5, lastTime: 6, lastIngestedAt: 106 })
  expect(events.bounds('none')).toBeUndefined()
  expect(events.arrivals('g', 2, 10).map(({ message }) => message)).toEqual(['at 6', 'second'])
  expect(events.lastSequence()).toBe(5)
})

test('what is deleted is gone, and its bytes with it', async ({ expect, onTestFinished }) => {
  const events = openLogEvents(`${temporaryFolder({ onTestFinished })}/events.db`)
  onTestFinished(() => events.close())
  const stream = { groupId: 'g', streamId: 's' }
  await events.append(
    stream,
    Array.from({ length: 2500 }, (_, time) => event(time, 'xy')),
    alice,
  )
  expect(events.storedBytes('g')).toBe(2500 * 28)
  await events.expire('g', 2400)
  expect(times(events.read({ groupId: 'g', direction: 'forward', limit: 1 }))).toEqual([2400])
  expect(events.storedBytes('g')).toBe(100 * 28)
  await events.removeStream('s')
  expect(events.read({ groupId: 'g', direction: 'forward', limit: 1 })).toEqual([])
  await events.append(stream, [event(1)], alice)
  await events.removeGroup('g')
  expect(events.read({ groupId: 'g', direction: 'forward', limit: 1 })).toEqual([])
  expect(events.storedBytes('g')).toBe(0)
  // The ids are free again.
  await events.append(stream, [event(9)], alice)
  expect(times(events.read({ streamId: 's', direction: 'forward', limit: 5 }))).toEqual([9])
})

test('what was appended is there after the next start', async ({ expect, onTestFinished }) => {
  const path = `${temporaryFolder({ onTestFinished })}/events.db`
  const before = openLogEvents(path)
  await before.append({ groupId: 'g', streamId: 's' }, [event(1)], alice)
  void before.append({ groupId: 'g', streamId: 's' }, [event(2)], alice)
  await before.close()
  const after = openLogEvents(path)
  onTestFinished(() => after.close())
  expect(times(after.read({ groupId: 'g', direction: 'forward', limit: 5 }))).toEqual([1, 2])
})
