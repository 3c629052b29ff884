import * as iam from '@aws-sdk/client-iam'
import { check, roleTarget } from '../checks.ts'
import { deleteBoundary, putBoundary, roleKind, tagHolder, tagPage, untagHolder } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import type { IamCall } from '../iam-operation.ts'
import { roleNamed } from '../lookup.ts'
import { requestTagKeys, requestTags } from '../tags.ts'

/** Judged with the boundary that is asked for, not with the one that is there. */
export const putRolePermissionsBoundary = iamOperation<
  iam.PutRolePermissionsBoundaryCommandInput,
  iam.PutRolePermissionsBoundaryCommandOutput
>(iam.PutRolePermissionsBoundary$, {
  authorize: ({ RoleName, PermissionsBoundary }, call) => [
    check('PutRolePermissionsBoundary', roleTarget(call, RoleName), { 'iam:PermissionsBoundary': PermissionsBoundary }),
  ],
  async invoke({ RoleName, PermissionsBoundary }, call) {
    await call.state.transact((tx) => putBoundary(tx, roleOf(call, RoleName), PermissionsBoundary))
    return {}
  },
})

export const deleteRolePermissionsBoundary = iamOperation<
  iam.DeleteRolePermissionsBoundaryCommandInput,
  iam.DeleteRolePermissionsBoundaryCommandOutput
>(iam.DeleteRolePermissionsBoundary$, {
  authorize: ({ RoleName }, call) => [check('DeleteRolePermissionsBoundary', roleTarget(call, RoleName))],
  async invoke({ RoleName }, call) {
    await call.state.transact((tx) => deleteBoundary(tx, roleOf(call, RoleName)))
    return {}
  },
})

export const tagRole = iamOperation<iam.TagRoleCommandInput, iam.TagRoleCommandOutput>(iam.TagRole$, {
  authorize: ({ RoleName, Tags }, call) => [check('TagRole', roleTarget(call, RoleName), requestTags(Tags))],
  async invoke({ RoleName, Tags }, call) {
    await call.state.transact((tx) => tagHolder(tx, roleOf(call, RoleName), Tags))
    return {}
  },
})

export const untagRole = iamOperation<iam.UntagRoleCommandInput, iam.UntagRoleCommandOutput>(iam.UntagRole$, {
  authorize: ({ RoleName, TagKeys }, call) => [check('UntagRole', roleTarget(call, RoleName), requestTagKeys(TagKeys))],
  async invoke({ RoleName, TagKeys }, call) {
    await call.state.transact((tx) => untagHolder(tx, roleOf(call, RoleName), TagKeys))
    return {}
  },
})

export const listRoleTags = iamOperation<iam.ListRoleTagsCommandInput, iam.ListRoleTagsCommandOutput>(iam.ListRoleTags$, {
  authorize: ({ RoleName }, call) => [check('ListRoleTags', roleTarget(call, RoleName))],
  invoke: (input, { state, caller }) => state.read((view) => tagPage(roleNamed(view, caller.accountId, input.RoleName).tags, input)),
})

function roleOf({ caller: { accountId } }: IamCall, name: string) {
  return { kind: roleKind, accountId, name }
}
