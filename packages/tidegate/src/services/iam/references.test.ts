import fc from 'fast-check'
import { test } from 'vitest'
import { instanceAccount } from '../../kernel/state.ts'
import { accountId, ec2Trust, iamAccount, policy, trustIn } from '../../../test/support/iam.ts'
import { attachmentsIn } from './attachments.ts'
import { arnOf } from './arn.ts'
import { findPolicy } from './lookup.ts'
import { accessKeys, groups, instanceProfiles, keyOf, mfaDevices, policies, roles, users } from './state.ts'
import { trustPolicyText } from './trust-policy.ts'

const pick = (...values: readonly string[]) => fc.constantFrom(...values)
const user = pick('ann', 'Bob', 'carl')
const group = pick('g', 'H')
const role = pick('r', 'S')
const profile = pick('i', 'J')
const managed = pick(...['p', 'Q'].map((name) => arnOf('policy', accountId, { name })), 'arn:aws:iam::aws:policy/ReadOnlyAccess')
const version = pick('v1', 'v2', 'v3')
const device = arnOf('mfa', accountId, { name: 'm' })
const trust = fc.constantFrom(
  ec2Trust,
  trustIn({ AWS: arnOf('user', accountId, { name: 'ann' }) }),
  trustIn({ AWS: arnOf('role', accountId, { name: 'r' }) }),
)
const document = policy('s3:*')

/** What there is before the writes, so that they have something to break. */
const furniture: readonly (readonly [string, object])[] = [
  ['CreatePolicy', { PolicyName: 'p', PolicyDocument: document }],
  ['CreatePolicy', { PolicyName: 'Q', PolicyDocument: document }],
  ['CreateUser', { UserName: 'ann', PermissionsBoundary: arnOf('policy', accountId, { name: 'p' }) }],
  ['CreateUser', { UserName: 'Bob' }],
  ['CreateGroup', { GroupName: 'g' }],
  ['AddUserToGroup', { UserName: 'Bob', GroupName: 'g' }],
  ['AttachGroupPolicy', { GroupName: 'g', PolicyArn: arnOf('policy', accountId, { name: 'Q' }) }],
  ['CreateAccessKey', { UserName: 'Bob' }],
  ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ec2Trust }],
  ['CreateInstanceProfile', { InstanceProfileName: 'i' }],
  ['AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' }],
]

async function furnished() {
  const account = await iamAccount()
  for (const [operation, input] of furniture) await account.run(operation, input)
  return account
}

/** Writes as an account sees them: many are refused, and none may leave a reference to what is not there. */
const write = fc.oneof(
  ...Object.entries<Record<string, fc.Arbitrary<unknown>>>({
    CreateUser: { UserName: user, PermissionsBoundary: fc.option(managed, { nil: undefined }) },
    UpdateUser: { UserName: user, NewUserName: user },
    DeleteUser: { UserName: user },
    CreateGroup: { GroupName: group },
    UpdateGroup: { GroupName: group, NewGroupName: group },
    DeleteGroup: { GroupName: group },
    AddUserToGroup: { UserName: user, GroupName: group },
    RemoveUserFromGroup: { UserName: user, GroupName: group },
    CreateRole: { RoleName: role, AssumeRolePolicyDocument: trust },
    UpdateAssumeRolePolicy: { RoleName: role, PolicyDocument: trust },
    DeleteRole: { RoleName: role },
    CreatePolicy: { PolicyName: pick('p', 'Q'), PolicyDocument: fc.constant(document) },
    CreatePolicyVersion: { PolicyArn: managed, PolicyDocument: fc.constant(document), SetAsDefault: fc.boolean() },
    SetDefaultPolicyVersion: { PolicyArn: managed, VersionId: version },
    DeletePolicyVersion: { PolicyArn: managed, VersionId: version },
    DeletePolicy: { PolicyArn: managed },
    AttachUserPolicy: { UserName: user, PolicyArn: managed },
    DetachUserPolicy: { UserName: user, PolicyArn: managed },
    AttachGroupPolicy: { GroupName: group, PolicyArn: managed },
    DetachGroupPolicy: { GroupName: group, PolicyArn: managed },
    AttachRolePolicy: { RoleName: role, PolicyArn: managed },
    DetachRolePolicy: { RoleName: role, PolicyArn: managed },
    PutUserPermissionsBoundary: { UserName: user, PermissionsBoundary: managed },
    DeleteUserPermissionsBoundary: { UserName: user },
    PutRolePermissionsBoundary: { RoleName: role, PermissionsBoundary: managed },
    CreateInstanceProfile: { InstanceProfileName: profile },
    AddRoleToInstanceProfile: { InstanceProfileName: profile, RoleName: role },
    RemoveRoleFromInstanceProfile: { InstanceProfileName: profile, RoleName: role },
    DeleteInstanceProfile: { InstanceProfileName: profile },
    CreateAccessKey: { UserName: user },
    CreateVirtualMFADevice: { VirtualMFADeviceName: fc.constant('m') },
    DeactivateMFADevice: { UserName: user, SerialNumber: fc.constant(device) },
    DeleteVirtualMFADevice: { SerialNumber: fc.constant(device) },
  }).map(([operation, members]) => fc.record({ operation: fc.constant(operation), input: fc.record(members) })),
)

test('no sequence of writes leaves a reference to what is not there', async ({ expect }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 5, maxLength: 60 }), async (writes) => {
      const account = await furnished()
      for (const { operation, input } of writes) {
        expect(await account.refusal(operation, input)).toSatisfy((refusal) => refusal === undefined || expected.test(String(refusal)))
      }
      expect(danglingIn(account.state)).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('transactions that are asked for at once end as if in some order', async ({ expect }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 10, maxLength: 40 }), async (writes) => {
      const account = await furnished()
      const refusals = await Promise.all(writes.map(async ({ operation, input }) => account.refusal(operation, input)))
      expect(refusals.filter((refusal) => refusal !== undefined && !expected.test(refusal))).toEqual([])
      expect(danglingIn(account.state)).toEqual([])
    }),
    { numRuns: 60 },
  )
})

const expected = /^(ConcurrentModification|EntityAlreadyExists|NoSuchEntity|DeleteConflict|LimitExceeded|MalformedPolicyDocument|denied): /

/** What points at nothing, in words. */
function danglingIn(state: Awaited<ReturnType<typeof iamAccount>>['state']): string[] {
  return state.read((view) => {
    const faults: string[] = []
    const assert = (holds: boolean, fault: string) => {
      if (!holds) faults.push(fault)
    }
    const [allUsers, allRoles] = [view.list(users, accountId), view.list(roles, accountId)]
    const holders = [...allUsers, ...allRoles, ...view.list(groups, accountId)]
    const names = [...holders, ...view.list(policies, accountId), ...view.list(instanceProfiles, accountId)]
    for (const { key, value } of names) assert(key === keyOf(value.name), `${key} is not the key of ${value.name}`)
    for (const { value } of holders) {
      for (const arn of value.attachedPolicies) assert(findPolicy(view, accountId, arn) !== undefined, `${value.name} has ${arn}`)
    }
    for (const { value } of [...allUsers, ...allRoles]) {
      assert(value.boundary === undefined || findPolicy(view, accountId, value.boundary) !== undefined, `boundary of ${value.name}`)
    }
    for (const { key, value } of allUsers) {
      for (const each of value.groups) assert(view.get(groups, accountId, each) !== undefined, `${key} is in ${each}`)
      for (const id of value.accessKeyIds) assert(view.get(accessKeys, instanceAccount, id)?.user === key, `${key} has ${id}`)
    }
    for (const { key, value } of view.list(accessKeys, instanceAccount)) {
      const owner = value.user === undefined ? undefined : view.get(users, accountId, value.user)
      assert(owner?.accessKeyIds.includes(key) === true, `${key} is nobody's`)
    }
    for (const { value } of view.list(instanceProfiles, accountId)) {
      assert(value.role === undefined || view.get(roles, accountId, value.role) !== undefined, `${value.name} has role ${value.role}`)
    }
    for (const { value } of view.list(mfaDevices, accountId)) {
      assert(value.user === undefined || view.get(users, accountId, value.user) !== undefined, `device of ${value.user}`)
    }
    for (const { value } of view.list(policies, accountId)) {
      assert(
        value.versions.some(({ number }) => number === value.defaultVersion),
        `${value.name} has no default version`,
      )
    }
    for (const { value } of allRoles) assert(trustPolicyText(view, value).startsWith('{'), `trust of ${value.name}`)
    for (const [arn, { attached }] of attachmentsIn(view, accountId)) {
      assert(attached === holders.filter(({ value }) => value.attachedPolicies.includes(arn)).length, `count of ${arn}`)
    }
    return faults
  })
}
