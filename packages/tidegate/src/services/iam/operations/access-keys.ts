import * as iam from '@aws-sdk/client-iam'
import { accessDeniedMessage, RequestContext } from '@tidegate/policy'
import { instanceAccount } from '../../../kernel/state.ts'
import type { Transaction, View } from '../../../kernel/state.ts'
import { check, everything, selfTarget, userNameOf } from '../checks.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { missing, settingsOf, userNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { accessKeys, accountSettings, keyOf, theOne, users } from '../state.ts'
import type { AccessKey } from '../state.ts'

export const createAccessKey = iamOperation<iam.CreateAccessKeyCommandInput, iam.CreateAccessKeyCommandOutput>(iam.CreateAccessKey$, {
  recordedOutputs: ['AccessKey.UserName', 'AccessKey.AccessKeyId', 'AccessKey.Status', 'AccessKey.CreateDate'],
  authorize: ({ UserName }, call) => [check('CreateAccessKey', selfTarget(call, userNameOf(UserName, call)))],
  invoke({ UserName }, call) {
    const { state, credentials, secrets, now } = call
    const { accountId } = call.caller
    const name = userNameOf(UserName, call)
    const id = credentials.newAccessKeyId(accountId)
    const secret = credentials.newSecretAccessKey()
    const sealedSecret = secrets.seal(secret, ['access-key', id])
    return state.transact((tx) => {
      const ids = keyIdsOf(tx, accountId, name)
      if (ids.length >= maxKeys) throw iamError('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${maxKeys}`)
      const user = name === undefined ? undefined : keyOf(name)
      tx.put(accessKeys, instanceAccount, id, { accountId, user, sealedSecret, isActive: true, createdAt: now })
      setKeyIds(tx, accountId, name, [...ids, id])
      const shownName = name === undefined ? rootName : userNamed(tx, accountId, name).name
      return { AccessKey: { UserName: shownName, AccessKeyId: id, Status: 'Active', SecretAccessKey: secret, CreateDate: new Date(now) } }
    })
  },
})

export const updateAccessKey = iamOperation<iam.UpdateAccessKeyCommandInput, iam.UpdateAccessKeyCommandOutput>(iam.UpdateAccessKey$, {
  authorize: ({ UserName }, call) => [check('UpdateAccessKey', selfTarget(call, userNameOf(UserName, call)))],
  async invoke({ UserName, AccessKeyId, Status }, call) {
    await call.state.transact((tx) => {
      const key = keyOfUser(tx, call.caller.accountId, userNameOf(UserName, call), AccessKeyId)
      tx.put(accessKeys, instanceAccount, AccessKeyId, { ...key, isActive: Status === 'Active' })
    })
    return {}
  },
})

export const deleteAccessKey = iamOperation<iam.DeleteAccessKeyCommandInput, iam.DeleteAccessKeyCommandOutput>(iam.DeleteAccessKey$, {
  authorize: ({ UserName }, call) => [check('DeleteAccessKey', selfTarget(call, userNameOf(UserName, call)))],
  async invoke({ UserName, AccessKeyId }, call) {
    const { accountId } = call.caller
    const name = userNameOf(UserName, call)
    await call.state.transact((tx) => {
      keyOfUser(tx, accountId, name, AccessKeyId)
      const rest = keyIdsOf(tx, accountId, name).filter((id) => id !== AccessKeyId)
      setKeyIds(tx, accountId, name, rest)
      tx.delete(accessKeys, instanceAccount, AccessKeyId)
    })
    return {}
  },
})

export const listAccessKeys = iamOperation<iam.ListAccessKeysCommandInput, iam.ListAccessKeysCommandOutput>(iam.ListAccessKeys$, {
  authorize: ({ UserName }, call) => [check('ListAccessKeys', selfTarget(call, userNameOf(UserName, call)))],
  invoke(input, call) {
    const { accountId } = call.caller
    const name = userNameOf(input.UserName, call)
    return call.state.read((view) => {
      const shownName = name === undefined ? {} : { UserName: userNamed(view, accountId, name).name }
      const { items, rest } = pageOf(keyIdsOf(view, accountId, name), (id) => id, input)
      const shapes = items.flatMap((id) => {
        const key = view.get(accessKeys, instanceAccount, id)
        return key === undefined ? [] : [{ ...shownName, AccessKeyId: id, Status: statusOf(key), CreateDate: new Date(key.createdAt) }]
      })
      return { AccessKeyMetadata: shapes, ...rest }
    })
  },
})

/** A key that the account does not have is answered like one of another account: access denied. */
export const getAccessKeyLastUsed = iamOperation<iam.GetAccessKeyLastUsedCommandInput, iam.GetAccessKeyLastUsedCommandOutput>(
  iam.GetAccessKeyLastUsed$,
  {
    authorize({ AccessKeyId }, call) {
      const key = ownKey(call, AccessKeyId)
      return [check('GetAccessKeyLastUsed', key === undefined ? everything : selfTarget(call, key.user))]
    },
    async invoke({ AccessKeyId }, call) {
      const { state, accessHistory } = call
      const { accountId } = call.caller
      const key = ownKey(call, AccessKeyId)
      if (key === undefined) throw unknownKey(call, AccessKeyId)
      const use = (await accessHistory.lastUses(accountId, [AccessKeyId])).get(AccessKeyId)
      const user = key.user === undefined ? undefined : state.read((view) => view.get(users, accountId, key.user ?? ''))
      return {
        ...(user === undefined ? {} : { UserName: user.name }),
        AccessKeyLastUsed:
          use === undefined
            ? { LastUsedDate: undefined, Region: 'N/A', ServiceName: 'N/A' }
            : { LastUsedDate: new Date(use.at), Region: use.region, ServiceName: use.service },
      }
    },
  },
)

export function statusOf({ isActive }: AccessKey): 'Active' | 'Inactive' {
  return isActive ? 'Active' : 'Inactive'
}

/** Ids of the keys of a user, or of the account root. */
export function keyIdsOf(view: View, accountId: string, name: string | undefined): readonly string[] {
  return name === undefined ? (settingsOf(view, accountId).rootAccessKeyIds ?? []) : userNamed(view, accountId, name).accessKeyIds
}

function setKeyIds(tx: Transaction, accountId: string, name: string | undefined, ids: readonly string[]): void {
  if (name === undefined) tx.put(accountSettings, accountId, theOne, { ...settingsOf(tx, accountId), rootAccessKeyIds: ids })
  else tx.put(users, accountId, keyOf(name), { ...userNamed(tx, accountId, name), accessKeyIds: ids })
}

function keyOfUser(tx: Transaction, accountId: string, name: string | undefined, id: string): AccessKey {
  const key = keyIdsOf(tx, accountId, name).includes(id) ? tx.get(accessKeys, instanceAccount, id) : undefined
  return key ?? missing(`The Access Key with id ${id} cannot be found.`)
}

function ownKey({ state, caller: { accountId } }: IamCall, id: string): AccessKey | undefined {
  const key = state.read((view) => view.get(accessKeys, instanceAccount, id))
  return key?.accountId === accountId ? key : undefined
}

function unknownKey({ caller: { principal, accountId } }: IamCall, id: string) {
  const resource = `access key ${id}`
  const request = { principal, action: 'iam:GetAccessKeyLastUsed', resource, resourceAccount: accountId, context: new RequestContext({}) }
  const [who = ''] = (accessDeniedMessage(request, { effect: 'implicit-deny', missing: 'session-type' }) ?? '').split(' is not authorized')
  return iamError('AccessDenied', `${who} is not authorized to perform iam:GetAccessKeyLastUsed on resource: ${resource}`)
}

const maxKeys = 2
const rootName = '<root_account>'
