/** What a session may become: T-42 and T-43. */
import { authorize, RequestContext } from '@tidegate/policy'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { everything, home, other, policyText, root, StsWorld, trusts, user } from '../../../test/support/sts-world.ts'
import { AwsError } from '../../kernel/aws-error.ts'
import type { Caller, Session } from '../../kernel/caller.ts'

const alice = user('alice')
const arn = (name: string, accountId = home): string => `arn:aws:iam::${accountId}:role/${name}`
const tag = (Key: string, Value: string): object => ({ Key, Value })

/** Roles that trust everybody in both accounts, so that what is refused is refused by STS. */
function openWorld(): StsWorld {
  const world = new StsWorld()
  const trust = [trusts([`arn:aws:iam::${home}:root`, `arn:aws:iam::${other}:root`])]
  world.addRole('first', { trust, allows: everything })
  world.addRole('second', { trust, allows: everything, tags: [{ key: 'team', value: 'of the role' }] })
  world.addRole('far', { trust, allows: everything, accountId: other })
  return world
}

async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'allowed'
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
}

describe('T-42 a chain sheds nothing', () => {
  async function inFirst(input: object = {}): Promise<{ world: StsWorld; caller: Caller }> {
    const world = openWorld()
    await world.call('AssumeRole', { RoleArn: arn('first'), RoleSessionName: 'one', ...input }, alice)
    return { world, caller: world.callerOf() }
  }
  const second = { RoleArn: arn('second'), RoleSessionName: 'two' }

  test('more than an hour is refused, in the words of AWS', async ({ expect }) => {
    const { world, caller } = await inFirst({ DurationSeconds: 43_200 })
    expect(await refusal(world.call('AssumeRole', { ...second, DurationSeconds: 3601 }, caller))).toBe(
      '400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
    await world.call('AssumeRole', { ...second, DurationSeconds: 3600 }, caller)
    expect(world.session.expiresAt - world.session.issuedAt).toBe(3600)
  })

  test('another source identity is refused, the same is not', async ({ expect }) => {
    const { world, caller } = await inFirst({ SourceIdentity: 'alice' })
    expect(await refusal(world.call('AssumeRole', { ...second, SourceIdentity: 'bob' }, caller))).toBe(
      '400 ValidationError: The source identity is already set for this assume role session',
    )
    await world.call('AssumeRole', { ...second, SourceIdentity: 'alice' }, caller)
    await world.call('AssumeRole', second, caller)
    expect(world.session.sourceIdentity).toBe('alice')
  })

  test('an inherited source identity needs sts:SetSourceIdentity on every hop', async ({ expect }) => {
    const { world, caller } = await inFirst({ SourceIdentity: 'alice' })
    world.addRole('strict', { trust: [trusts(`arn:aws:iam::${home}:root`, {}, ['sts:AssumeRole'])] })
    expect(await refusal(world.call('AssumeRole', { ...second, RoleArn: arn('strict') }, caller))).toContain(
      'no role trust policy allows the sts:SetSourceIdentity action',
    )
  })

  test('inherited transitive tags need sts:TagSession on every hop', async ({ expect }) => {
    const { world, caller } = await inFirst({ Tags: [tag('Team', 'blue')], TransitiveTagKeys: ['Team'] })
    world.addRole('strict', { trust: [trusts(`arn:aws:iam::${home}:root`, {}, ['sts:AssumeRole'])] })
    expect(await refusal(world.call('AssumeRole', { ...second, RoleArn: arn('strict') }, caller))).toContain(
      'no role trust policy allows the sts:TagSession action',
    )
  })

  test.for(['Team', 'team', 'TEAM'])('a transitive tag cannot be set again as `%s`', async (key, { expect }) => {
    const { world, caller } = await inFirst({ Tags: [tag('Team', 'blue')], TransitiveTagKeys: ['Team'] })
    expect(await refusal(world.call('AssumeRole', { ...second, Tags: [tag(key, 'red')] }, caller))).toBe(
      "400 InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  })

  test('a transitive tag stands above the tag of the role, for the trust policy and for the session', async ({ expect }) => {
    const { world, caller } = await inFirst({ Tags: [tag('Team', 'blue'), tag('Own', 'x')], TransitiveTagKeys: ['Team'] })
    const trust = [
      trusts(`arn:aws:iam::${home}:root`, { StringEquals: { 'iam:ResourceTag/Team': 'blue', 'aws:ResourceTag/team': 'blue' } }),
    ]
    world.addRole('tagged', { trust, tags: [{ key: 'team', value: 'red' }] })
    await world.call('AssumeRole', { ...second, RoleArn: arn('tagged') }, caller)
    expect(world.session.tags).toEqual({ Team: 'blue' })
    expect(world.callerOf().context).toMatchObject({ 'aws:PrincipalTag/Team': 'blue' })
    expect(Object.keys(world.callerOf().context)).not.toContain('aws:PrincipalTag/team')
  })

  test('tags that are not transitive end with their session', async ({ expect }) => {
    const { world, caller } = await inFirst({ Tags: [tag('Team', 'blue')] })
    await world.call('AssumeRole', second, caller)
    expect(world.session.tags).toBeUndefined()
    expect(world.session.transitiveTagKeys).toBeUndefined()
  })

  test('more than 50 tags together are refused', async ({ expect }) => {
    const many = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => tag(`${prefix}${i}`, ''))
    const { world, caller } = await inFirst({ Tags: many('a', 26), TransitiveTagKeys: many('a', 26).map((_, i) => `a${i}`) })
    expect(await refusal(world.call('AssumeRole', { ...second, Tags: many('b', 25) }, caller))).toContain('400 InvalidParameterValue')
  })

  test('a session that may not assume a role cannot, whatever its role may', async ({ expect }) => {
    const { world, caller } = await inFirst({ Policy: policyText([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]) })
    expect(await refusal(world.call('AssumeRole', second, caller))).toContain('because no session policy allows the sts:AssumeRole action')
  })
})

describe('T-43 a session cannot make a session that is wider than itself', () => {
  const policy = policyText([{ Effect: 'Allow', Action: ['s3:*', 'sts:*'], Resource: '*' }])
  const makers: readonly [string, (world: StsWorld) => Promise<unknown>][] = [
    ['a role session', (world) => world.call('AssumeRole', { RoleArn: arn('first'), RoleSessionName: 'one', Policy: policy }, alice)],
    ['a federated user', (world) => world.call('GetFederationToken', { Name: 'fed', Policy: policy }, alice)],
    ['a session token', (world) => world.call('GetSessionToken', {}, alice)],
    ['a session token of the root', (world) => world.call('GetSessionToken', {}, root())],
  ]

  test.for(makers)('%s gets no token of the user behind it', async ([, make], { expect }) => {
    const world = openWorld()
    await make(world)
    for (const [name, input] of [
      ['GetSessionToken', {}],
      ['GetFederationToken', { Name: 'fed' }],
    ] as const) {
      expect(await refusal(world.call(name, input, world.callerOf()))).toBe(
        `403 AccessDenied: Cannot call ${name} with session credentials`,
      )
    }
    expect(world.sessions).toHaveLength(1)
  })

  test('a federated user cannot assume a role', async ({ expect }) => {
    const world = openWorld()
    await world.call('GetFederationToken', { Name: 'fed', Policy: policy }, alice)
    expect(await refusal(world.call('AssumeRole', { RoleArn: arn('second'), RoleSessionName: 'two' }, world.callerOf()))).toContain(
      '403 AccessDenied',
    )
  })
})

const word = fc.constantFrom('alice', 'bob', 'carol')
const someTags = fc.uniqueArray(fc.constantFrom('Team', 'team', 'Cost', 'Env', '__proto__'), { maxLength: 3 })
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.constantFrom('*', 'sts:*', 's3:*', 's3:GetObject', 'ecs:*'),
  Resource: fc.constant('*'),
})
const hop = fc.record(
  {
    RoleArn: fc.constantFrom(arn('first'), arn('second'), arn('far', other)),
    RoleSessionName: fc.constant('hop'),
    SourceIdentity: word,
    Policy: fc.array(statement, { minLength: 1, maxLength: 3 }).map(policyText),
    tagged: fc.record({ keys: someTags, transitive: fc.nat({ max: 3 }) }),
    DurationSeconds: fc.constantFrom(900, 3600, 7200),
  },
  { requiredKeys: ['RoleArn', 'RoleSessionName'] },
)

const probes = ['s3:GetObject', 's3:PutObject', 'ecs:RunTask', 'sts:AssumeRole'] as const

test('T-42 law: along any chain, what is inherited persists and no session has more than its policies and its role', async ({ expect }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(hop, { minLength: 1, maxLength: 5 }), async (hops) => {
      const world = openWorld()
      let caller: Caller = alice
      let before: Session | undefined
      for (const { tagged, ...input } of hops) {
        const Tags = tagged?.keys.map((Key) => tag(Key, Key))
        const TransitiveTagKeys = tagged?.keys.slice(0, tagged.transitive)
        const wanted = { ...input, ...(tagged === undefined ? {} : { Tags, TransitiveTagKeys }) }
        const mayAssume = allows(caller, 'sts:AssumeRole')
        if ((await refusal(world.call('AssumeRole', wanted, caller))) !== 'allowed') continue
        const made = world.session
        expect(mayAssume).toBe(true)
        expect(made.actorChain).toEqual(alice.actorChain)
        if (before !== undefined) {
          expect(made.expiresAt - made.issuedAt).toBeLessThanOrEqual(3600)
          expect(made.sourceIdentity).toBe(before.sourceIdentity ?? wanted.SourceIdentity)
          for (const key of before.transitiveTagKeys ?? []) {
            expect(made.transitiveTagKeys).toContain(key)
            expect(Object.entries(made.tags ?? {})).toContainEqual([key, new Map(Object.entries(before.tags ?? {})).get(key)])
          }
        }
        const next = world.callerOf()
        for (const action of probes) {
          if (!allows(next, action)) continue
          expect(wanted.Policy === undefined || allowsInline(wanted.Policy, action)).toBe(true)
        }
        before = made
        caller = next
      }
    }),
    { numRuns: 150 },
  )
})

/** By the identity side alone: the resource has no policy of its own. */
function allows({ principal, policies, accountId }: Caller, action: string): boolean {
  const request = { principal, action, resource: 'arn:aws:s3:::any', resourceAccount: accountId, context: new RequestContext({}) }
  return authorize(request, policies).effect === 'allow'
}

function allowsInline(text: string, action: string): boolean {
  const { Statement } = JSON.parse(text) as { Statement: { Effect: string; Action: string }[] }
  const matching = Statement.filter(({ Action }) => new RegExp(`^${Action.replaceAll('*', '.*')}$`).test(action))
  return matching.some(({ Effect }) => Effect === 'Allow') && matching.every(({ Effect }) => Effect === 'Allow')
}
