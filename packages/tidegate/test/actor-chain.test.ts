/** Whatever way a call takes through roles, services and tasks: who is behind it is told right. */
import fc from 'fast-check'
import { test } from 'vitest'
import { chainOf, workloadActor } from '../src/kernel/actor-chain.ts'
import type { Actor, Caller } from '../src/kernel/caller.ts'
import { anonymous, everything, home, StsWorld, token, trusts, user } from './support/sts-world.ts'

const providerArn = `arn:aws:iam::${home}:oidc-provider/idp.example.com`
const alice: Actor = { type: 'human', issuer: 'https://idp.example.com', subject: 'alice', label: 'alice@example.com', groups: ['oncall'] }
const roleArn = (name: string): string => `arn:aws:iam::${home}:role/${name}`

const actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity']

function openWorld(): StsWorld {
  const world = new StsWorld()
  world.providers.push({ arn: providerArn, url: 'idp.example.com', clientIds: ['sts.amazonaws.com'], thumbprints: [] })
  const federated = { Effect: 'Allow', Principal: { Federated: providerArn }, Action: actions }
  const services = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }
  for (const name of ['first', 'second', 'task']) world.addRole(name, { trust: [federated, services, trusts('*')], allows: everything })
  return world
}

/** What a client may write wherever it may write something. */
const hostile = fc.constantFrom(
  'tidegate:Actor',
  'tidegate:OnBehalfOf',
  'actorChain',
  'https://idp.example.com/bob',
  'bob@example.com',
  'human',
)
const hop = fc.oneof(
  fc.record({
    kind: fc.constant('role' as const),
    role: fc.constantFrom('first', 'second'),
    name: fc.constantFrom('bob@example.com', 'root', 'hop'),
    tags: fc.uniqueArray(hostile, { maxLength: 3 }),
    value: hostile,
  }),
  fc.record({ kind: fc.constant('task' as const), id: fc.constantFrom('7f3c0000', '0a1b2c3d') }),
)

const starts = fc.constantFrom('person', 'pipeline', 'user' as const)

test('law: along any way of roles, services and tasks the chain is who made each step, and no input of a client is in it', async ({
  expect,
}) => {
  await fc.assert(
    fc.asyncProperty(starts, fc.array(hop, { minLength: 1, maxLength: 6 }), async (start, hops) => {
      const world = openWorld()
      let { caller, chain } = await begun(world, start)
      for (const step of hops) {
        if (step.kind === 'role') {
          const Tags = step.tags.map((Key) => ({ Key, Value: step.value }))
          const input = { RoleArn: roleArn(step.role), RoleSessionName: step.name, Tags }
          await world.call('AssumeRole', input, caller)
        } else {
          const serviceArn = `arn:aws:ecs:eu-central-1:${home}:service/prod/web`
          const taskArn = `arn:aws:ecs:eu-central-1:${home}:task/prod/${step.id}`
          // What ECS does: the service keeps the chain of who made it, its task acts for it.
          chain = chainOf([workloadActor(taskArn), workloadActor(serviceArn)], chain)
          const input = { RoleArn: roleArn('task'), RoleSessionName: step.id }
          await world.call('AssumeRole', input, serviceCaller(chain))
        }
        expect(world.session.actorChain).toEqual(chain)
        caller = world.callerOf()
        expect(caller.context['tidegate:Actor']).toBe(`${chain[0]?.issuer}#${chain[0]?.subject}`)
        expect(caller.context['tidegate:ActorType']).toBe(chain[0]?.type)
        expect(caller.context['tidegate:ActorGroups']).toEqual(chain[0]?.groups)
        expect(caller.context['tidegate:OnBehalfOf'] ?? []).toEqual(chain.slice(1).map(({ issuer, subject }) => `${issuer}#${subject}`))
      }
    }),
    { numRuns: 60 },
  )
})

async function begun(world: StsWorld, start: 'person' | 'pipeline' | 'user'): Promise<{ caller: Caller; chain: readonly Actor[] }> {
  if (start === 'user') {
    const bob = { ...user('bob'), actorChain: [] }
    return { caller: bob, chain: [{ type: 'principal', issuer: 'iam.amazonaws.com', subject: `arn:aws:iam::${home}:user/bob` }] }
  }
  const ci = { repository: 'octo/shop', workflow: 'deploy', run_id: '9', run_number: '42', ref: 'main', actor: 'carol', actor_id: '7' }
  const person = {
    actor: alice,
    authenticatedAt: world.now / 1000,
    sourceIdentity: 'corp.alice',
    sessionName: 'alice@example.com',
    tags: [],
  }
  world.verifyToken = async () => (start === 'person' ? { ...token(), person } : token(ci))
  await world.call('AssumeRoleWithWebIdentity', { RoleArn: roleArn('first'), RoleSessionName: 'x1', WebIdentityToken: 'a.b.c' }, anonymous)
  const { issuer } = token()
  const pipeline: readonly Actor[] = [
    { type: 'pipeline', issuer, subject: 'build-7', label: 'octo/shop@main#42' },
    { type: 'human', issuer, subject: 'user:7', label: 'carol' },
  ]
  return { caller: world.callerOf(), chain: start === 'person' ? [alice] : pipeline }
}

function serviceCaller(actorChain: readonly Actor[]): Caller {
  return {
    principal: { kind: 'service', name: 'ecs-tasks.amazonaws.com' },
    accountId: home,
    context: {},
    policies: [],
    userIdentity: {},
    credential: { kind: 'none' },
    actorChain,
  }
}
