import { compilePolicies } from '@tidegate/policy'
import { test } from 'vitest'
import { accountId, freshKeys, issuedAt, typicalSession } from '../test/support/sessions.ts'
import { credentialsFrom } from './callers.ts'
import { Organization } from './configuration/organization.ts'
import type { Caller } from './kernel/caller.ts'
import type { KnownRole, KnownUser, Principals } from './services/iam/principals.ts'
import { revocationTable } from './sessions/revocation.ts'
import { sealSession } from './sessions/session-token.ts'

const now = issuedAt * 1000

test('a caller is made once, and again when the user or a policy is another', ({ expect }) => {
  const world = worldOf()
  const call = (): Caller | undefined => world.credentials.find('AKIAEXAMPLE', undefined, now)?.caller()
  const first = call()
  expect(first?.context).toMatchObject({ 'aws:username': 'alice', 'aws:PrincipalTag/Team': 'web' })
  expect(call()).toBe(first)
  world.user = { ...world.user, tags: [{ key: 'Team', value: 'data' }] }
  expect(call()?.context).toMatchObject({ 'aws:PrincipalTag/Team': 'data' })
  world.policies = compilePolicies({ identity: [] })
  expect(call()?.policies).toEqual([world.policies])
})

test('the caller of a session is made once, and again when the role, a policy or the age of its MFA is another', ({ expect }) => {
  const world = worldOf()
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), world.keys)
  const call = (at = now): Caller | undefined => world.credentials.find(accessKeyId, sessionToken, at)?.caller()
  const first = call()
  expect(first?.context['aws:MultiFactorAuthAge']).toBe('30')
  expect(call(now + 999)).toBe(first)
  expect(call(now + 1000)?.context['aws:MultiFactorAuthAge']).toBe('31')
  world.role = { ...world.role, tags: [{ key: 'Tier', value: 'gold' }] }
  expect(call()?.context['aws:PrincipalTag/Tier']).toBe('gold')
  world.policies = compilePolicies({ identity: [] })
  expect(call()?.policies).toEqual([world.policies])
})

test('a session is refused as soon as it is revoked or its role is another, however often it has called', ({ expect }) => {
  const world = worldOf()
  const { accessKeyId, sessionToken } = sealSession(typicalSession(), world.keys)
  const find = () => world.credentials.find(accessKeyId, sessionToken, now)
  expect(find()?.caller()).toBeDefined()
  world.role = { ...world.role, id: 'AROAOTHER' }
  expect(find()).toBeUndefined()
  world.role = { ...world.role, id: typicalSession().parentId }
  expect(find()).toBeDefined()
  world.revoked = revocationTable([{ kind: 'session', accessKeyId, issuedBefore: issuedAt + 1 }])
  expect(find()).toBeUndefined()
})

function worldOf() {
  const keys = freshKeys()
  const arn = `arn:aws:iam::${accountId}:user/alice`
  const tags = [{ key: 'Team', value: 'web' }]
  const user: KnownUser = {
    name: 'alice',
    arn,
    id: 'AIDAEXAMPLE',
    tags,
    context: {},
    principal: { kind: 'user', arn, account: accountId, id: 'AIDAEXAMPLE' },
  }
  const { parentArn, parentId } = typicalSession()
  const role = { name: 'ecs-operators', arn: parentArn, id: parentId, tags: [] } as unknown as KnownRole
  const world = {
    keys,
    user,
    role,
    policies: compilePolicies({ identity: [] }),
    revoked: revocationTable([]),
  }
  const principals: Partial<Principals> = {
    accessKey: () => ({ accountId, userName: 'alice', isActive: true, secretAccessKey: () => 's3cret' }),
    user: () => world.user,
    role: () => world.role,
    policiesOfUser: () => world.policies,
    policiesOfRole: () => world.policies,
  }
  const credentials = credentialsFrom({
    principals: principals as Principals,
    keys,
    revocations: () => world.revoked,
    organization: new Organization(undefined),
  })
  return Object.assign(world, { credentials })
}
