import * as iam from '@aws-sdk/client-iam'
import type { Transaction } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { check, everything, groupTarget, newTarget, userTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { assertNoPolicies, change, userKind } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId } from '../ids.ts'
import { groupNamed, userNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { assertRoom } from '../quotas.ts'
import { groupShape, userShape } from '../shapes.ts'
import { groups, keyOf, users } from '../state.ts'

export const createGroup = iamOperation<iam.CreateGroupCommandInput, iam.CreateGroupCommandOutput>(iam.CreateGroup$, {
  recordedOutputs: ['Group'],
  authorize: ({ GroupName, Path }, call) => [check('CreateGroup', newTarget('group', call, { name: GroupName, path: Path }))],
  invoke({ GroupName, Path = '/' }, { state, credentials, caller: { accountId }, now }) {
    const id = newId('AGPA', credentials)
    return state.transact((tx) => {
      assertFree(tx, accountId, GroupName)
      assertRoom(tx, accountId, groups)
      const group = { name: GroupName, path: Path, id, createdAt: now, inlinePolicies: [], attachedPolicies: [] }
      tx.put(groups, accountId, keyOf(GroupName), group)
      return { Group: groupShape(accountId, group) }
    })
  },
})

export const getGroup = iamOperation<iam.GetGroupCommandInput, iam.GetGroupCommandOutput>(iam.GetGroup$, {
  authorize: ({ GroupName }, call) => [check('GetGroup', groupTarget(call, GroupName))],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const group = groupNamed(view, accountId, input.GroupName)
      const key = keyOf(group.name)
      const members = view.list(users, accountId).filter(({ value }) => value.groups.includes(key))
      const { items, rest } = pageOf(members, (member) => member.key, input)
      return { Group: groupShape(accountId, group), Users: items.map(({ value }) => userShape(accountId, value)), ...rest }
    }),
})

export const listGroups = iamOperation<iam.ListGroupsCommandInput, iam.ListGroupsCommandOutput>(iam.ListGroups$, {
  authorize: () => [check('ListGroups', everything)],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const entries = view.list(groups, accountId).filter(({ value }) => value.path.startsWith(input.PathPrefix ?? '/'))
      const { items, rest } = pageOf(entries, ({ key }) => key, input)
      return { Groups: items.map(({ value }) => groupShape(accountId, value)), ...rest }
    }),
})

/** Renaming needs access to the group under both names. */
export const updateGroup = iamOperation<iam.UpdateGroupCommandInput, iam.UpdateGroupCommandOutput>(iam.UpdateGroup$, {
  authorize({ GroupName, NewGroupName, NewPath }, call) {
    const { accountId } = call.caller
    const group = call.state.read((view) => view.get(groups, accountId, keyOf(GroupName))) ?? { name: GroupName, path: '/' }
    const target = groupTarget(call, GroupName)
    const renamed = arnOf('group', accountId, { name: NewGroupName ?? group.name, path: NewPath ?? group.path })
    return [check('UpdateGroup', target), ...(renamed === target.arn ? [] : [check('UpdateGroup', { ...target, arn: renamed })])]
  },
  async invoke({ GroupName, NewGroupName, NewPath }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const group = groupNamed(tx, accountId, GroupName)
      const renamed = { ...group, name: NewGroupName ?? group.name, path: NewPath ?? group.path }
      const [before, after] = [keyOf(group.name), keyOf(renamed.name)]
      if (before !== after) {
        assertFree(tx, accountId, renamed.name)
        tx.delete(groups, accountId, before)
        for (const { key, value } of tx.list(users, accountId)) {
          if (!value.groups.includes(before)) continue
          tx.put(users, accountId, key, { ...value, groups: value.groups.map((each) => (each === before ? after : each)) })
        }
      }
      tx.put(groups, accountId, after, renamed)
    })
    return {}
  },
})

export const deleteGroup = iamOperation<iam.DeleteGroupCommandInput, iam.DeleteGroupCommandOutput>(iam.DeleteGroup$, {
  authorize: ({ GroupName }, call) => [check('DeleteGroup', groupTarget(call, GroupName))],
  async invoke({ GroupName }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const group = groupNamed(tx, accountId, GroupName)
      const key = keyOf(group.name)
      if (tx.list(users, accountId).some(({ value }) => value.groups.includes(key))) {
        throw iamError('DeleteConflict', 'Cannot delete entity, must remove users from group first.')
      }
      assertNoPolicies(group)
      tx.delete(groups, accountId, key)
    })
    return {}
  },
})

export const addUserToGroup = iamOperation<iam.AddUserToGroupCommandInput, iam.AddUserToGroupCommandOutput>(iam.AddUserToGroup$, {
  authorize: ({ GroupName }, call) => [check('AddUserToGroup', groupTarget(call, GroupName))],
  async invoke({ GroupName, UserName }, { state, caller: { accountId } }) {
    await state.transact((tx) =>
      change(tx, { kind: userKind, accountId, name: UserName }, (user) => {
        const key = keyOf(groupNamed(tx, accountId, GroupName).name)
        if (user.groups.includes(key)) return user
        if (user.groups.length >= maxGroups) throw iamError('LimitExceeded', `Cannot exceed quota for GroupsPerUser: ${maxGroups}`)
        return { ...user, groups: [...user.groups, key] }
      }),
    )
    return {}
  },
})

/** Removing a user who is not in the group is no error. */
export const removeUserFromGroup = iamOperation<iam.RemoveUserFromGroupCommandInput, iam.RemoveUserFromGroupCommandOutput>(
  iam.RemoveUserFromGroup$,
  {
    authorize: ({ GroupName }, call) => [check('RemoveUserFromGroup', groupTarget(call, GroupName))],
    async invoke({ GroupName, UserName }, { state, caller: { accountId } }) {
      await state.transact((tx) =>
        change(tx, { kind: userKind, accountId, name: UserName }, (user) => {
          const key = keyOf(groupNamed(tx, accountId, GroupName).name)
          return { ...user, groups: user.groups.filter((each) => each !== key) }
        }),
      )
      return {}
    },
  },
)

export const listGroupsForUser = iamOperation<iam.ListGroupsForUserCommandInput, iam.ListGroupsForUserCommandOutput>(
  iam.ListGroupsForUser$,
  {
    authorize: ({ UserName }, call) => [check('ListGroupsForUser', userTarget(call, UserName))],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => {
        const found = userNamed(view, accountId, input.UserName).groups.flatMap((key) => view.get(groups, accountId, key) ?? [])
        const { items, rest } = pageOf(found, ({ name }) => keyOf(name), input)
        return { Groups: items.map((group) => groupShape(accountId, group)), ...rest }
      }),
  },
)

function assertFree(tx: Transaction, accountId: string, name: string): void {
  if (tx.get(groups, accountId, keyOf(name)) === undefined) return
  throw iamError('EntityAlreadyExists', `Group with name ${name} already exists.`)
}

const maxGroups = 10
