import fc from 'fast-check'
import { describe, test } from 'vitest'
import { anyActor } from '../../test/support/sessions.ts'
import { chainBehind, chainOf, longestChain, principalActor, workloadActor } from './actor-chain.ts'
import type { Actor } from './caller.ts'

const alice: Actor = { type: 'human', issuer: 'https://login.example.com', subject: 'alice', groups: ['oncall'] }
const account = '111122223333'

describe('who is behind what a caller creates', () => {
  test('nobody is behind what nobody asked for', ({ expect }) => {
    expect(chainBehind({ actorChain: [], principal: { kind: 'anonymous' } })).toEqual([])
    expect(chainBehind({ actorChain: [], principal: { kind: 'service', name: 'ecs.amazonaws.com' } })).toEqual([])
  })

  test('a chain that is known is handed on as it is', ({ expect }) => {
    const principal = { kind: 'user', arn: `arn:aws:iam::${account}:user/bob`, account } as const
    expect(chainBehind({ actorChain: [alice], principal })).toEqual([alice])
  })

  test('the key of a user or of the root is no proof of a person', ({ expect }) => {
    for (const [kind, name] of [
      ['user', 'user/bob'],
      ['root', 'root'],
    ] as const) {
      const arn = `arn:aws:iam::${account}:${name}`
      expect(chainBehind({ actorChain: [], principal: { kind, arn, account } })).toEqual([principalActor(arn)])
      expect(principalActor(arn)).toEqual({ type: 'principal', issuer: 'iam.amazonaws.com', subject: arn })
    }
  })
})

test('a workload is its ARN, under the service that the ARN names', ({ expect }) => {
  const arn = `arn:aws:ecs:eu-central-1:${account}:service/prod/web`
  expect(workloadActor(arn, 'web')).toEqual({ type: 'workload', issuer: 'ecs.amazonaws.com', subject: arn, label: 'web' })
})

test('however long it gets, a chain loses no person, no pipeline and no agent, and neither its ends nor its order', ({ expect }) => {
  const chains = fc.array(anyActor, { maxLength: 40 })
  fc.assert(
    fc.property(fc.array(anyActor, { minLength: 1, maxLength: 2 }), chains, (acting, behind) => {
      const [whole, chain] = [[...acting, ...behind], chainOf(acting, behind)]
      expect(chain.slice(0, acting.length)).toEqual(acting)
      expect(chain.at(-1)).toBe(whole.at(-1))
      let from = 0
      for (const actor of chain) from = whole.indexOf(actor, from) + 1
      expect(from).toBeGreaterThan(0)
      const lost = whole.filter((actor) => !chain.includes(actor))
      expect(lost.every(({ type }) => type === 'workload')).toBe(true)
      if (whole.length <= longestChain) expect(chain).toEqual(whole)
      const kept = chain.slice(acting.length, -1)
      if (chain.length > longestChain) expect(kept.every(({ type }) => type !== 'workload')).toBe(true)
    }),
  )
})
