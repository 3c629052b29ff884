import fc from 'fast-check'
import { test } from 'vitest'
import { anyActor, anySession, issuedAt, typicalSession } from '../../test/support/sessions.ts'
import type { Actor } from '../kernel/caller.ts'
import { instanceAccount } from '../kernel/state.ts'
import { memoryState } from '../store/open-state.ts'
import { areActorsRevoked, isRevoked, pruneRevocations, revocationTable, revocations, revocationsIn, revoke } from './revocation.ts'
import type { Revocation, RevokedSessions } from './revocation.ts'

const now = issuedAt * 1000
const alice: Actor = { type: 'human', issuer: 'https://login.example.com', subject: 'alice' }
const service: Actor = { type: 'workload', issuer: 'ecs', subject: 'service/web' }
const agent: Actor = { type: 'agent', issuer: 'https://login.example.com', subject: 'helper' }
const ofAlice = { kind: 'actor', issuer: alice.issuer, subject: alice.subject } as const

function table(...all: RevokedSessions[]) {
  return revocationTable(all.map((each) => ({ ...each, issuedBefore: issuedAt + 1 })))
}

test('a session of a revoked actor is dead, and so is that of an agent that acts for it', ({ expect }) => {
  expect(isRevoked(typicalSession({ actorChain: [alice] }), table(ofAlice))).toBe(true)
  expect(isRevoked(typicalSession({ actorChain: [agent, alice] }), table(ofAlice))).toBe(true)
  expect(isRevoked(typicalSession({ actorChain: [agent] }), table(ofAlice))).toBe(false)
})

test('a workload outlives the revocation of who deployed it, unless that is asked for', ({ expect }) => {
  const session = typicalSession({ actorChain: [service, alice] })
  expect(isRevoked(session, table(ofAlice))).toBe(false)
  expect(isRevoked(session, table({ ...ofAlice, includesWorkloads: true }))).toBe(true)
  expect(isRevoked(session, table({ kind: 'actor', issuer: service.issuer, subject: service.subject }))).toBe(true)
})

test('an actor is issuer and subject: the label and another issuer say nothing', ({ expect }) => {
  const session = typicalSession({ actorChain: [{ ...alice, label: 'mallory' }] })
  expect(isRevoked(session, table({ ...ofAlice, issuer: 'https://other.example.com' }))).toBe(false)
  expect(isRevoked(session, table({ ...ofAlice, subject: 'mallory' }))).toBe(false)
  expect(isRevoked(session, table(ofAlice))).toBe(true)
})

test('a role, a session, everything', ({ expect }) => {
  const [session, other] = [typicalSession(), typicalSession({ parentArn: 'arn:aws:iam::111122223333:role/other' })]
  const dead = (...all: RevokedSessions[]) => [session, other].map((each) => isRevoked(each, table(...all)))
  expect(dead({ kind: 'role', roleArn: session.parentArn })).toEqual([true, false])
  expect(dead({ kind: 'session', accessKeyId: other.accessKeyId })).toEqual([false, true])
  expect(dead({ kind: 'all' })).toEqual([true, true])
  expect(dead()).toEqual([false, false])
})

test('a user named as a role is not a role', ({ expect }) => {
  const session = typicalSession({ kind: 'federated-user' })
  expect(isRevoked(session, table({ kind: 'role', roleArn: session.parentArn }))).toBe(false)
})

const anyRevocation: fc.Arbitrary<Revocation> = fc
  .tuple(
    fc.oneof(
      fc.record({
        kind: fc.constant('actor' as const),
        issuer: fc.constantFrom('a', 'b'),
        subject: fc.constantFrom('x', 'y'),
        includesWorkloads: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('role' as const), roleArn: fc.constantFrom('r', 's') }),
      fc.constant({ kind: 'all' as const }),
    ),
    fc.integer({ min: 0, max: 20 }),
  )
  .map(([sessions, issuedBefore]) => ({ ...sessions, issuedBefore }))

const anyTarget = fc
  .record({
    session: anySession,
    issuedAt: fc.integer({ min: 0, max: 20 }),
    parentArn: fc.constantFrom('r', 's'),
    actorChain: fc.array(
      anyActor.chain((actor) =>
        fc.record({ type: fc.constant(actor.type), issuer: fc.constantFrom('a', 'b'), subject: fc.constantFrom('x', 'y') }),
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ session, ...rest }) => ({ ...session, ...rest }))

test('law: another revocation never brings a session back to life', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(anyRevocation), anyRevocation, anyTarget, (all, another, session) => {
      const [before, after] = [all, [...all, another]].map((each) => isRevoked(session, revocationTable(each)))
      expect(!before || after).toBe(true)
    }),
  )
})

test('law: a table is as dead as the deadliest of its revocations, in any order', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(anyRevocation), anyTarget, (all, session) => {
      const each = all.some((one) => isRevoked(session, revocationTable([one])))
      expect(isRevoked(session, revocationTable(all))).toBe(each)
      expect(isRevoked(session, revocationTable(all.toReversed()))).toBe(each)
    }),
  )
})

test('law: a session that was issued at the bound or later is alive', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(anyRevocation), anyTarget, (all, session) => {
      const bound = Math.max(0, ...all.map(({ issuedBefore }) => issuedBefore))
      expect(isRevoked({ ...session, issuedAt: bound }, revocationTable(all))).toBe(false)
    }),
  )
})

test('a revocation is in force when it is committed, for what was issued up to that second', async ({ expect }) => {
  const state = await memoryState()
  const current = revocationsIn(state)
  const session = typicalSession()
  expect(isRevoked(session, current())).toBe(false)
  await state.transact((tx) => revoke(tx, { kind: 'role', roleArn: session.parentArn }, now + 999))
  expect(isRevoked(session, current())).toBe(true)
  expect(isRevoked({ ...session, issuedAt: issuedAt + 1 }, current())).toBe(false)
  expect(current()).toBe(current())
})

test('an earlier revocation does not shorten a later one', async ({ expect }) => {
  const state = await memoryState()
  await state.transact((tx) => {
    revoke(tx, ofAlice, now)
    revoke(tx, ofAlice, now - 60_000)
  })
  expect(state.read((view) => view.list(revocations, instanceAccount)).map(({ value }) => value.issuedBefore)).toEqual([issuedAt + 1])
})

test('a revocation is kept as long as a session may live that it kills', async ({ expect }) => {
  const state = await memoryState()
  const left = (afterSeconds: number) =>
    state.transact((tx) => {
      pruneRevocations(tx, (issuedAt + afterSeconds) * 1000)
      return tx.list(revocations, instanceAccount).length
    })
  await state.transact((tx) => revoke(tx, { kind: 'session', accessKeyId: 'ASIAEXAMPLE' }, now))
  expect(await left(129_600)).toBe(1)
  expect(await left(129_602)).toBe(0)
})

test('that of a person stays: a refresh token of hers may live longer than any session', async ({ expect }) => {
  const state = await memoryState()
  await state.transact((tx) => revoke(tx, ofAlice, now))
  await state.transact((tx) => pruneRevocations(tx, now + 365 * 86_400_000))
  expect(
    areActorsRevoked(
      [alice],
      issuedAt,
      revocationTable(state.read((view) => view.list(revocations, instanceAccount)).map(({ value }) => value)),
    ),
  ).toBe(true)
})
