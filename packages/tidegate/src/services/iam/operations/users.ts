import * as iam from '@aws-sdk/client-iam'
import { rootArn } from '../../../kernel/arn.ts'
import { instanceAccount } from '../../../kernel/state.ts'
import type { Transaction } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { check, everything, newTarget, selfTarget, userNameOf, userTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { assertNoPolicies, boundaryShape, tagsShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId } from '../ids.ts'
import { assertBoundary, userNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { assertRoom } from '../quotas.ts'
import { fullUserShape, userShape } from '../shapes.ts'
import { accessKeys, keyOf, mfaDevices, users } from '../state.ts'
import type { User } from '../state.ts'
import { requestTags, tagsOf } from '../tags.ts'

export const createUser = iamOperation<iam.CreateUserCommandInput, iam.CreateUserCommandOutput>(iam.CreateUser$, {
  recordedOutputs: ['User'],
  authorize({ UserName, Path, PermissionsBoundary, Tags }, call) {
    const target = newTarget('user', call, { name: UserName, path: Path })
    const context = {
      ...(PermissionsBoundary === undefined ? {} : { 'iam:PermissionsBoundary': PermissionsBoundary }),
      ...requestTags(Tags),
    }
    const isTagged = Tags !== undefined && Tags.length > 0
    return [check('CreateUser', target, context), ...(isTagged ? [check('TagUser', target, context)] : [])]
  },
  invoke(input, { state, credentials, caller: { accountId }, now }) {
    const id = newId('AIDA', credentials)
    return state.transact((tx) => {
      assertFree(tx, accountId, input.UserName)
      assertRoom(tx, accountId, users)
      assertBoundary(tx, accountId, input.PermissionsBoundary)
      const user: User = {
        name: input.UserName,
        path: input.Path ?? '/',
        id,
        createdAt: now,
        boundary: input.PermissionsBoundary,
        tags: tagsOf(input.Tags),
        inlinePolicies: [],
        attachedPolicies: [],
        groups: [],
        accessKeyIds: [],
      }
      tx.put(users, accountId, keyOf(user.name), user)
      return { User: { ...userShape(accountId, user), ...boundaryShape(user.boundary), ...tagsShape(user.tags) } }
    })
  },
})

export const getUser = iamOperation<iam.GetUserCommandInput, iam.GetUserCommandOutput>(iam.GetUser$, {
  authorize: ({ UserName }, call) => [check('GetUser', selfTarget(call, userNameOf(UserName, call)))],
  invoke({ UserName }, call) {
    const { accountId } = call.caller
    const name = userNameOf(UserName, call)
    if (name === undefined) return { User: rootShape(accountId) }
    return call.state.read((view) => ({ User: fullUserShape(accountId, userNamed(view, accountId, name)) }))
  },
})

export const listUsers = iamOperation<iam.ListUsersCommandInput, iam.ListUsersCommandOutput>(iam.ListUsers$, {
  authorize: () => [check('ListUsers', everything)],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const entries = view.list(users, accountId).filter(({ value }) => value.path.startsWith(input.PathPrefix ?? '/'))
      const { items, rest } = pageOf(entries, ({ key }) => key, input)
      return { Users: items.map(({ value }) => userShape(accountId, value)), ...rest }
    }),
})

/** Renaming needs access to the user under both names. */
export const updateUser = iamOperation<iam.UpdateUserCommandInput, iam.UpdateUserCommandOutput>(iam.UpdateUser$, {
  authorize({ UserName, NewUserName, NewPath }, call) {
    const { accountId } = call.caller
    const user = call.state.read((view) => view.get(users, accountId, keyOf(UserName))) ?? { name: UserName, path: '/' }
    const target = userTarget(call, UserName)
    const renamed = arnOf('user', accountId, { name: NewUserName ?? user.name, path: NewPath ?? user.path })
    return [check('UpdateUser', target), ...(renamed === target.arn ? [] : [check('UpdateUser', { ...target, arn: renamed })])]
  },
  async invoke({ UserName, NewUserName, NewPath }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const user = userNamed(tx, accountId, UserName)
      const renamed = { ...user, name: NewUserName ?? user.name, path: NewPath ?? user.path }
      if (keyOf(renamed.name) !== keyOf(user.name)) {
        assertFree(tx, accountId, renamed.name)
        tx.delete(users, accountId, keyOf(user.name))
        moveBelongings(tx, accountId, user, keyOf(renamed.name))
      }
      tx.put(users, accountId, keyOf(renamed.name), renamed)
    })
    return {}
  },
})

export const deleteUser = iamOperation<iam.DeleteUserCommandInput, iam.DeleteUserCommandOutput>(iam.DeleteUser$, {
  authorize: ({ UserName }, call) => [check('DeleteUser', userTarget(call, UserName))],
  async invoke({ UserName }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const user = userNamed(tx, accountId, UserName)
      const key = keyOf(user.name)
      assertNoPolicies(user)
      const hasDevice = tx.list(mfaDevices, accountId).some(({ value }) => value.user === key)
      const obstacles: readonly (readonly [boolean, string])[] = [
        [user.groups.length > 0, 'remove users from group'],
        [user.accessKeyIds.length > 0, 'delete access keys'],
        [hasDevice, 'delete MFA device'],
        [user.loginProfile !== undefined, 'delete login profile'],
      ]
      for (const [isThere, remedy] of obstacles) {
        if (isThere) throw iamError('DeleteConflict', `Cannot delete entity, must ${remedy} first.`)
      }
      tx.delete(users, accountId, key)
    })
    return {}
  },
})

function assertFree(tx: Transaction, accountId: string, name: string): void {
  if (tx.get(users, accountId, keyOf(name)) === undefined) return
  throw iamError('EntityAlreadyExists', `User with name ${name} already exists.`)
}

/** Access keys and MFA devices say whose they are by the key of the user. */
function moveBelongings(tx: Transaction, accountId: string, { name, accessKeyIds }: User, user: string): void {
  for (const id of accessKeyIds) {
    const accessKey = tx.get(accessKeys, instanceAccount, id)
    if (accessKey !== undefined) tx.put(accessKeys, instanceAccount, id, { ...accessKey, user })
  }
  for (const { key, value } of tx.list(mfaDevices, accountId)) {
    if (value.user === keyOf(name)) tx.put(mfaDevices, accountId, key, { ...value, user })
  }
}

/** The account root as GetUser shows it to itself. */
function rootShape(accountId: string): iam.User {
  return { Path: '/', UserName: '<root_account>', UserId: accountId, Arn: rootArn(accountId), CreateDate: new Date(0) }
}
