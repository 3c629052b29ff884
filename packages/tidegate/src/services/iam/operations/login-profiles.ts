/** Login profiles are kept as a fact about a user. Accounts here have no passwords: what is sent is never kept, and signs nobody in. */
import * as iam from '@aws-sdk/client-iam'
import { check, selfTarget, userNameOf } from '../checks.ts'
import { iamError } from '../errors.ts'
import { change, userKind } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { missing, userNamed } from '../lookup.ts'
import type { LoginProfile, User } from '../state.ts'

export const createLoginProfile = iamOperation<iam.CreateLoginProfileCommandInput, iam.CreateLoginProfileCommandOutput>(
  iam.CreateLoginProfile$,
  {
    secretInputs: ['Password'],
    recordedOutputs: ['LoginProfile'],
    authorize: ({ UserName }, call) => [check('CreateLoginProfile', selfTarget(call, userNameOf(UserName, call)))],
    invoke({ UserName, PasswordResetRequired = false }, call) {
      const profile = { createdAt: call.now, isPasswordResetRequired: PasswordResetRequired }
      return call.state.transact((tx) => {
        const of = userOf(call, UserName)
        change(tx, of, (user) => {
          if (user.loginProfile === undefined) return { ...user, loginProfile: profile }
          throw iamError('EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`)
        })
        return { LoginProfile: profileShape(userNamed(tx, of.accountId, of.name), profile) }
      })
    },
  },
)

export const getLoginProfile = iamOperation<iam.GetLoginProfileCommandInput, iam.GetLoginProfileCommandOutput>(iam.GetLoginProfile$, {
  authorize: ({ UserName }, call) => [check('GetLoginProfile', selfTarget(call, userNameOf(UserName, call)))],
  invoke: ({ UserName }, call) =>
    call.state.read((view) => {
      const { accountId, name } = userOf(call, UserName)
      const user = userNamed(view, accountId, name)
      return { LoginProfile: profileShape(user, profileOf(user)) }
    }),
})

export const updateLoginProfile = iamOperation<iam.UpdateLoginProfileCommandInput, iam.UpdateLoginProfileCommandOutput>(
  iam.UpdateLoginProfile$,
  {
    secretInputs: ['Password'],
    authorize: ({ UserName }, call) => [check('UpdateLoginProfile', selfTarget(call, UserName))],
    async invoke({ UserName, PasswordResetRequired }, call) {
      await call.state.transact((tx) =>
        change(tx, userOf(call, UserName), (user) => {
          const profile = profileOf(user)
          const isPasswordResetRequired = PasswordResetRequired ?? profile.isPasswordResetRequired
          return { ...user, loginProfile: { ...profile, isPasswordResetRequired } }
        }),
      )
      return {}
    },
  },
)

export const deleteLoginProfile = iamOperation<iam.DeleteLoginProfileCommandInput, iam.DeleteLoginProfileCommandOutput>(
  iam.DeleteLoginProfile$,
  {
    authorize: ({ UserName }, call) => [check('DeleteLoginProfile', selfTarget(call, userNameOf(UserName, call)))],
    async invoke({ UserName }, call) {
      await call.state.transact((tx) =>
        change(tx, userOf(call, UserName), (user) => {
          profileOf(user)
          return { ...user, loginProfile: undefined }
        }),
      )
      return {}
    },
  },
)

function userOf(call: IamCall, given: string | undefined) {
  const name = userNameOf(given, call)
  if (name === undefined) throw iamError('ValidationError', 'Must specify userName when calling with non-User credentials')
  return { kind: userKind, accountId: call.caller.accountId, name }
}

function profileOf({ name, loginProfile }: User): LoginProfile {
  return loginProfile ?? missing(`Login Profile for User ${name} cannot be found.`)
}

function profileShape({ name }: User, { createdAt, isPasswordResetRequired }: LoginProfile): iam.LoginProfile {
  return { UserName: name, CreateDate: new Date(createdAt), PasswordResetRequired: isPasswordResetRequired }
}
