import * as iam from '@aws-sdk/client-iam'
import { check, roleTarget } from '../checks.ts'
import {
  attachedPolicies,
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  roleKind,
  inlinePolicy,
  inlinePolicyNames,
  putInlinePolicy,
} from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'

export const putRolePolicy = iamOperation<iam.PutRolePolicyCommandInput, iam.PutRolePolicyCommandOutput>(iam.PutRolePolicy$, {
  authorize: ({ RoleName }, call) => [check('PutRolePolicy', roleTarget(call, RoleName))],
  async invoke({ RoleName, PolicyName, PolicyDocument }, call) {
    await call.state.transact((tx) => putInlinePolicy(tx, roleOf(call, RoleName), PolicyName, PolicyDocument))
    return {}
  },
})

export const getRolePolicy = iamOperation<iam.GetRolePolicyCommandInput, iam.GetRolePolicyCommandOutput>(iam.GetRolePolicy$, {
  authorize: ({ RoleName }, call) => [check('GetRolePolicy', roleTarget(call, RoleName))],
  invoke: ({ RoleName, PolicyName }, call) =>
    call.state.read((view) => {
      const { entityName, ...policy } = inlinePolicy(view, roleOf(call, RoleName), PolicyName)
      return { RoleName: entityName, ...policy }
    }),
})

export const deleteRolePolicy = iamOperation<iam.DeleteRolePolicyCommandInput, iam.DeleteRolePolicyCommandOutput>(iam.DeleteRolePolicy$, {
  authorize: ({ RoleName }, call) => [check('DeleteRolePolicy', roleTarget(call, RoleName))],
  async invoke({ RoleName, PolicyName }, call) {
    await call.state.transact((tx) => deleteInlinePolicy(tx, roleOf(call, RoleName), PolicyName))
    return {}
  },
})

export const listRolePolicies = iamOperation<iam.ListRolePoliciesCommandInput, iam.ListRolePoliciesCommandOutput>(iam.ListRolePolicies$, {
  authorize: ({ RoleName }, call) => [check('ListRolePolicies', roleTarget(call, RoleName))],
  invoke: (input, call) => call.state.read((view) => inlinePolicyNames(view, roleOf(call, input.RoleName), input)),
})

export const attachRolePolicy = iamOperation<iam.AttachRolePolicyCommandInput, iam.AttachRolePolicyCommandOutput>(iam.AttachRolePolicy$, {
  authorize: ({ RoleName, PolicyArn }, call) => [check('AttachRolePolicy', roleTarget(call, RoleName), { 'iam:PolicyARN': PolicyArn })],
  async invoke({ RoleName, PolicyArn }, call) {
    await call.state.transact((tx) => attachPolicy(tx, roleOf(call, RoleName), PolicyArn))
    return {}
  },
})

export const detachRolePolicy = iamOperation<iam.DetachRolePolicyCommandInput, iam.DetachRolePolicyCommandOutput>(iam.DetachRolePolicy$, {
  authorize: ({ RoleName, PolicyArn }, call) => [check('DetachRolePolicy', roleTarget(call, RoleName), { 'iam:PolicyARN': PolicyArn })],
  async invoke({ RoleName, PolicyArn }, call) {
    await call.state.transact((tx) => detachPolicy(tx, roleOf(call, RoleName), PolicyArn))
    return {}
  },
})

export const listAttachedRolePolicies = iamOperation<iam.ListAttachedRolePoliciesCommandInput, iam.ListAttachedRolePoliciesCommandOutput>(
  iam.ListAttachedRolePolicies$,
  {
    authorize: ({ RoleName }, call) => [check('ListAttachedRolePolicies', roleTarget(call, RoleName))],
    invoke: (input, call) => call.state.read((view) => attachedPolicies(view, roleOf(call, input.RoleName), input)),
  },
)

function roleOf({ caller: { accountId } }: IamCall, name: string) {
  return { kind: roleKind, accountId, name }
}
