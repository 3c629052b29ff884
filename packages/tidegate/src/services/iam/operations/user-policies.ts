import * as iam from '@aws-sdk/client-iam'
import { check, userTarget } from '../checks.ts'
import {
  attachedPolicies,
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  userKind,
  inlinePolicy,
  inlinePolicyNames,
  putInlinePolicy,
} from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'

export const putUserPolicy = iamOperation<iam.PutUserPolicyCommandInput, iam.PutUserPolicyCommandOutput>(iam.PutUserPolicy$, {
  authorize: ({ UserName }, call) => [check('PutUserPolicy', userTarget(call, UserName))],
  async invoke({ UserName, PolicyName, PolicyDocument }, call) {
    await call.state.transact((tx) => putInlinePolicy(tx, userOf(call, UserName), PolicyName, PolicyDocument))
    return {}
  },
})

export const getUserPolicy = iamOperation<iam.GetUserPolicyCommandInput, iam.GetUserPolicyCommandOutput>(iam.GetUserPolicy$, {
  authorize: ({ UserName }, call) => [check('GetUserPolicy', userTarget(call, UserName))],
  invoke: ({ UserName, PolicyName }, call) =>
    call.state.read((view) => {
      const { entityName, ...policy } = inlinePolicy(view, userOf(call, UserName), PolicyName)
      return { UserName: entityName, ...policy }
    }),
})

export const deleteUserPolicy = iamOperation<iam.DeleteUserPolicyCommandInput, iam.DeleteUserPolicyCommandOutput>(iam.DeleteUserPolicy$, {
  authorize: ({ UserName }, call) => [check('DeleteUserPolicy', userTarget(call, UserName))],
  async invoke({ UserName, PolicyName }, call) {
    await call.state.transact((tx) => deleteInlinePolicy(tx, userOf(call, UserName), PolicyName))
    return {}
  },
})

export const listUserPolicies = iamOperation<iam.ListUserPoliciesCommandInput, iam.ListUserPoliciesCommandOutput>(iam.ListUserPolicies$, {
  authorize: ({ UserName }, call) => [check('ListUserPolicies', userTarget(call, UserName))],
  invoke: (input, call) => call.state.read((view) => inlinePolicyNames(view, userOf(call, input.UserName), input)),
})

export const attachUserPolicy = iamOperation<iam.AttachUserPolicyCommandInput, iam.AttachUserPolicyCommandOutput>(iam.AttachUserPolicy$, {
  authorize: ({ UserName, PolicyArn }, call) => [check('AttachUserPolicy', userTarget(call, UserName), { 'iam:PolicyARN': PolicyArn })],
  async invoke({ UserName, PolicyArn }, call) {
    await call.state.transact((tx) => attachPolicy(tx, userOf(call, UserName), PolicyArn))
    return {}
  },
})

export const detachUserPolicy = iamOperation<iam.DetachUserPolicyCommandInput, iam.DetachUserPolicyCommandOutput>(iam.DetachUserPolicy$, {
  authorize: ({ UserName, PolicyArn }, call) => [check('DetachUserPolicy', userTarget(call, UserName), { 'iam:PolicyARN': PolicyArn })],
  async invoke({ UserName, PolicyArn }, call) {
    await call.state.transact((tx) => detachPolicy(tx, userOf(call, UserName), PolicyArn))
    return {}
  },
})

export const listAttachedUserPolicies = iamOperation<iam.ListAttachedUserPoliciesCommandInput, iam.ListAttachedUserPoliciesCommandOutput>(
  iam.ListAttachedUserPolicies$,
  {
    authorize: ({ UserName }, call) => [check('ListAttachedUserPolicies', userTarget(call, UserName))],
    invoke: (input, call) => call.state.read((view) => attachedPolicies(view, userOf(call, input.UserName), input)),
  },
)

function userOf({ caller: { accountId } }: IamCall, name: string) {
  return { kind: userKind, accountId, name }
}
