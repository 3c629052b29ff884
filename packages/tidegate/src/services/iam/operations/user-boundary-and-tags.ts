import * as iam from '@aws-sdk/client-iam'
import { check, userTarget } from '../checks.ts'
import { deleteBoundary, putBoundary, userKind, tagHolder, tagPage, untagHolder } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { userNamed } from '../lookup.ts'
import { requestTagKeys, requestTags } from '../tags.ts'

/** Judged with the boundary that is asked for, not with the one that is there. */
export const putUserPermissionsBoundary = iamOperation<
  iam.PutUserPermissionsBoundaryCommandInput,
  iam.PutUserPermissionsBoundaryCommandOutput
>(iam.PutUserPermissionsBoundary$, {
  authorize: ({ UserName, PermissionsBoundary }, call) => [
    check('PutUserPermissionsBoundary', userTarget(call, UserName), { 'iam:PermissionsBoundary': PermissionsBoundary }),
  ],
  async invoke({ UserName, PermissionsBoundary }, call) {
    await call.state.transact((tx) => putBoundary(tx, userOf(call, UserName), PermissionsBoundary))
    return {}
  },
})

export const deleteUserPermissionsBoundary = iamOperation<
  iam.DeleteUserPermissionsBoundaryCommandInput,
  iam.DeleteUserPermissionsBoundaryCommandOutput
>(iam.DeleteUserPermissionsBoundary$, {
  authorize: ({ UserName }, call) => [check('DeleteUserPermissionsBoundary', userTarget(call, UserName))],
  async invoke({ UserName }, call) {
    await call.state.transact((tx) => deleteBoundary(tx, userOf(call, UserName)))
    return {}
  },
})

export const tagUser = iamOperation<iam.TagUserCommandInput, iam.TagUserCommandOutput>(iam.TagUser$, {
  authorize: ({ UserName, Tags }, call) => [check('TagUser', userTarget(call, UserName), requestTags(Tags))],
  async invoke({ UserName, Tags }, call) {
    await call.state.transact((tx) => tagHolder(tx, userOf(call, UserName), Tags))
    return {}
  },
})

export const untagUser = iamOperation<iam.UntagUserCommandInput, iam.UntagUserCommandOutput>(iam.UntagUser$, {
  authorize: ({ UserName, TagKeys }, call) => [check('UntagUser', userTarget(call, UserName), requestTagKeys(TagKeys))],
  async invoke({ UserName, TagKeys }, call) {
    await call.state.transact((tx) => untagHolder(tx, userOf(call, UserName), TagKeys))
    return {}
  },
})

export const listUserTags = iamOperation<iam.ListUserTagsCommandInput, iam.ListUserTagsCommandOutput>(iam.ListUserTags$, {
  authorize: ({ UserName }, call) => [check('ListUserTags', userTarget(call, UserName))],
  invoke: (input, { state, caller }) => state.read((view) => tagPage(userNamed(view, caller.accountId, input.UserName).tags, input)),
})

function userOf({ caller: { accountId } }: IamCall, name: string) {
  return { kind: userKind, accountId, name }
}
