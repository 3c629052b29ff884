import * as iam from '@aws-sdk/client-iam'
import { check, groupTarget } from '../checks.ts'
import {
  attachedPolicies,
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  groupKind,
  inlinePolicy,
  inlinePolicyNames,
  putInlinePolicy,
} from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'

export const putGroupPolicy = iamOperation<iam.PutGroupPolicyCommandInput, iam.PutGroupPolicyCommandOutput>(iam.PutGroupPolicy$, {
  authorize: ({ GroupName }, call) => [check('PutGroupPolicy', groupTarget(call, GroupName))],
  async invoke({ GroupName, PolicyName, PolicyDocument }, call) {
    await call.state.transact((tx) => putInlinePolicy(tx, groupOf(call, GroupName), PolicyName, PolicyDocument))
    return {}
  },
})

export const getGroupPolicy = iamOperation<iam.GetGroupPolicyCommandInput, iam.GetGroupPolicyCommandOutput>(iam.GetGroupPolicy$, {
  authorize: ({ GroupName }, call) => [check('GetGroupPolicy', groupTarget(call, GroupName))],
  invoke: ({ GroupName, PolicyName }, call) =>
    call.state.read((view) => {
      const { entityName, ...policy } = inlinePolicy(view, groupOf(call, GroupName), PolicyName)
      return { GroupName: entityName, ...policy }
    }),
})

export const deleteGroupPolicy = iamOperation<iam.DeleteGroupPolicyCommandInput, iam.DeleteGroupPolicyCommandOutput>(
  iam.DeleteGroupPolicy$,
  {
    authorize: ({ GroupName }, call) => [check('DeleteGroupPolicy', groupTarget(call, GroupName))],
    async invoke({ GroupName, PolicyName }, call) {
      await call.state.transact((tx) => deleteInlinePolicy(tx, groupOf(call, GroupName), PolicyName))
      return {}
    },
  },
)

export const listGroupPolicies = iamOperation<iam.ListGroupPoliciesCommandInput, iam.ListGroupPoliciesCommandOutput>(
  iam.ListGroupPolicies$,
  {
    authorize: ({ GroupName }, call) => [check('ListGroupPolicies', groupTarget(call, GroupName))],
    invoke: (input, call) => call.state.read((view) => inlinePolicyNames(view, groupOf(call, input.GroupName), input)),
  },
)

export const attachGroupPolicy = iamOperation<iam.AttachGroupPolicyCommandInput, iam.AttachGroupPolicyCommandOutput>(
  iam.AttachGroupPolicy$,
  {
    authorize: ({ GroupName, PolicyArn }, call) => [
      check('AttachGroupPolicy', groupTarget(call, GroupName), { 'iam:PolicyARN': PolicyArn }),
    ],
    async invoke({ GroupName, PolicyArn }, call) {
      await call.state.transact((tx) => attachPolicy(tx, groupOf(call, GroupName), PolicyArn))
      return {}
    },
  },
)

export const detachGroupPolicy = iamOperation<iam.DetachGroupPolicyCommandInput, iam.DetachGroupPolicyCommandOutput>(
  iam.DetachGroupPolicy$,
  {
    authorize: ({ GroupName, PolicyArn }, call) => [
      check('DetachGroupPolicy', groupTarget(call, GroupName), { 'iam:PolicyARN': PolicyArn }),
    ],
    async invoke({ GroupName, PolicyArn }, call) {
      await call.state.transact((tx) => detachPolicy(tx, groupOf(call, GroupName), PolicyArn))
      return {}
    },
  },
)

export const listAttachedGroupPolicies = iamOperation<
  iam.ListAttachedGroupPoliciesCommandInput,
  iam.ListAttachedGroupPoliciesCommandOutput
>(iam.ListAttachedGroupPolicies$, {
  authorize: ({ GroupName }, call) => [check('ListAttachedGroupPolicies', groupTarget(call, GroupName))],
  invoke: (input, call) => call.state.read((view) => attachedPolicies(view, groupOf(call, input.GroupName), input)),
})

function groupOf({ caller: { accountId } }: IamCall, name: string) {
  return { kind: groupKind, accountId, name }
}
