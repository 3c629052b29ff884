/** What the tests of this folder share: keys in memory, and sessions as federation and AssumeRole make them. */
import fc from 'fast-check'
import type { Actor, Session } from '../../src/kernel/caller.ts'
import { newAccessKeyId } from '../../src/sessions/access-key-id.ts'
import { newGeneration } from '../../src/sessions/key-file.ts'
import { keysOf } from '../../src/sessions/key-ring.ts'
import type { Keys } from '../../src/sessions/key-ring.ts'

export const accountId = '111122223333'

/** 2026-11-20T10:00:00Z. */
export const issuedAt = 1_795_168_800

export function freshKeys(): Keys {
  return keysOf([newGeneration([], issuedAt)])
}

const alice: Actor = {
  type: 'human',
  issuer: 'https://login.example.com/realms/staff',
  subject: '7d1f0f4c-5d0e-4a8b-9d7e-0b1f6a2c3d4e',
  label: 'alice@example.com',
}
const deploy: Actor = {
  type: 'pipeline',
  issuer: 'https://token.actions.example.com',
  subject: 'repo:example/shop:ref:refs/heads/main',
  label: 'deploy#42',
}

/** A person who came in through the identity provider and assumed a role. */
export function typicalSession(changes: Partial<Session> = {}): Session {
  return {
    kind: 'role-session',
    accessKeyId: newAccessKeyId('ASIA', accountId),
    accountId,
    parentArn: `arn:aws:iam::${accountId}:role/ecs-operators`,
    parentId: 'AROAQNZGKIQYEXAMPLE56',
    name: 'alice@example.com',
    issuedAt,
    expiresAt: issuedAt + 3600,
    sourceIdentity: 'alice',
    mfaAuthenticatedAt: issuedAt - 30,
    federatedProvider: 'login.example.com/realms/staff',
    claims: { aud: 'tidegate', sub: '7d1f0f4c-5d0e-4a8b-9d7e-0b1f6a2c3d4e' },
    tags: { Team: 'payments', CostCenter: '4711' },
    transitiveTagKeys: ['Team'],
    actorChain: [alice],
    ...changes,
  }
}

/** The longest that is usual: a pipeline of a person, narrowed by a session policy of the greatest length. */
export function largeSession(): Session {
  const statements = Array.from({ length: 12 }, (_, i) => ({
    Sid: `Service${i}`,
    Effect: 'Allow',
    Action: ['ecs:UpdateService', 'ecs:DescribeServices'],
    Resource: `arn:aws:ecs:eu-central-1:${accountId}:service/prod/service-${i * 7919}`,
  }))
  const inline = JSON.stringify({ Version: '2012-10-17', Statement: statements }).slice(0, 2048)
  const tags = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`tag-${i}`, `value of tag number ${i * 31}`]))
  const arns = Array.from({ length: 5 }, (_, i) => `arn:aws:iam::${accountId}:policy/limits/limit-${i}`)
  return typicalSession({ sessionPolicies: { inline, arns }, tags, actorChain: [deploy, alice] })
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const texts = fc.dictionary(text, text, { maxKeys: 4 })
const time = fc.integer({ min: 0, max: 4_000_000_000 })

export const anyActor: fc.Arbitrary<Actor> = fc.record(
  {
    type: fc.constantFrom('human', 'pipeline', 'agent', 'workload', 'principal'),
    issuer: text,
    subject: text,
    label: text,
    groups: fc.array(text, { maxLength: 3 }),
  },
  { requiredKeys: ['type', 'issuer', 'subject'] },
)

export const anySession: fc.Arbitrary<Session> = fc
  .record(
    {
      kind: fc.constantFrom('role-session', 'federated-user', 'session-token'),
      accessKeyId: fc.constant('').map(() => newAccessKeyId('ASIA', accountId)),
      accountId: fc.constant(accountId),
      parentArn: text,
      parentId: text,
      name: text,
      issuedAt: time,
      expiresAt: time,
      sessionPolicies: fc.record({ inline: text, arns: fc.array(text, { maxLength: 3 }) }, { requiredKeys: [] }),
      tags: texts,
      transitiveTagKeys: fc.array(text, { maxLength: 3 }),
      sourceIdentity: text,
      mfaAuthenticatedAt: time,
      federatedProvider: text,
      claims: texts,
      actorChain: fc.array(anyActor, { maxLength: 4 }),
    },
    { requiredKeys: ['kind', 'accessKeyId', 'accountId', 'parentArn', 'parentId', 'name', 'issuedAt', 'expiresAt', 'actorChain'] },
  )
  .map((session) => ({ ...session, expiresAt: session.issuedAt + (session.expiresAt % 129_600) }))
