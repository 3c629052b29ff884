import * as iam from '@aws-sdk/client-iam'
import type { View } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { attachmentsIn } from '../attachments.ts'
import type { Attachments } from '../attachments.ts'
import { check, everything } from '../checks.ts'
import { encodedDocument } from '../documents.ts'
import { attachedPolicyShapes, boundaryShape, inlinePolicyShapes } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { awsManagedPolicies } from '../managed-policies/aws-managed-policies.ts'
import { pageOf } from '../page.ts'
import type { LastUse } from '../ports.ts'
import { fullRoleShape, groupShape, instanceProfileShape, userShape } from '../shapes.ts'
import { groups, instanceProfiles, keyOf, policies, roles, users } from '../state.ts'
import type { Group, ManagedPolicy, Role, User } from '../state.ts'
import { tagShapes } from '../tags.ts'
import { ownerOf, policyShape } from './policies.ts'
import { versionShape } from './policy-versions.ts'

/** Everything, in pages that run over users, groups, roles and policies. AWS's own policies are listed where they are used. */
export const getAccountAuthorizationDetails = iamOperation<
  iam.GetAccountAuthorizationDetailsCommandInput,
  iam.GetAccountAuthorizationDetailsCommandOutput
>(iam.GetAccountAuthorizationDetails$, {
  authorize: () => [check('GetAccountAuthorizationDetails', everything)],
  async invoke(input, { state, accessHistory, caller: { accountId } }) {
    const wanted = new Set<string>(input.Filter ?? [])
    const { items, rest } = state.read((view) => {
      const all = entitiesIn(view, accountId, attachmentsIn(view, accountId))
      const filtered = all.filter(({ type }) => wanted.size === 0 || wanted.has(type))
      return pageOf(filtered, ({ key }) => key, input)
    })
    const roleIds = items.flatMap((item) => (item.type === 'Role' ? [item.value.id] : []))
    const uses = roleIds.length === 0 ? new Map<string, LastUse>() : await accessHistory.lastUses(accountId, roleIds)
    return state.read((view) => {
      const attachments = attachmentsIn(view, accountId)
      return {
        UserDetailList: items.flatMap((item) => (item.type === 'User' ? [userDetail(view, accountId, item.value)] : [])),
        GroupDetailList: items.flatMap((item) => (item.type === 'Group' ? [groupDetail(view, accountId, item.value)] : [])),
        RoleDetailList: items.flatMap((item) => (item.type === 'Role' ? [roleDetail(view, accountId, item.value, uses)] : [])),
        Policies: items.flatMap((item) => ('arn' in item ? [policyDetail(accountId, item.arn, item.value, attachments)] : [])),
        ...rest,
      }
    })
  },
})

type Listed = { readonly key: string } & (
  | { readonly type: 'User'; readonly value: User }
  | { readonly type: 'Group'; readonly value: Group }
  | { readonly type: 'Role'; readonly value: Role }
  | { readonly type: 'LocalManagedPolicy' | 'AWSManagedPolicy'; readonly value: ManagedPolicy; readonly arn: string }
)

function entitiesIn(view: View, accountId: string, attachments: Attachments): readonly Listed[] {
  return [
    ...view.list(users, accountId).map(({ key, value }) => ({ type: 'User' as const, key: `1/${key}`, value })),
    ...view.list(groups, accountId).map(({ key, value }) => ({ type: 'Group' as const, key: `2/${key}`, value })),
    ...view.list(roles, accountId).map(({ key, value }) => ({ type: 'Role' as const, key: `3/${key}`, value })),
    ...view.list(policies, accountId).map(({ key, value }) => {
      return { type: 'LocalManagedPolicy' as const, key: `4/${key}`, value, arn: arnOf('policy', accountId, value) }
    }),
    ...[...awsManagedPolicies].flatMap(([arn, value]) => {
      return attachments.has(arn) ? [{ type: 'AWSManagedPolicy' as const, key: `5/${arn}`, value, arn }] : []
    }),
  ]
}

function userDetail(view: View, accountId: string, user: User): iam.UserDetail {
  const inline = inlinePolicyShapes(user)
  return {
    ...userShape(accountId, user),
    GroupList: user.groups.flatMap((key) => view.get(groups, accountId, key)?.name ?? []),
    ...(inline.length === 0 ? {} : { UserPolicyList: inline }),
    AttachedManagedPolicies: attachedPolicyShapes(view, accountId, user),
    ...boundaryShape(user.boundary),
    Tags: tagShapes(user.tags),
  }
}

function groupDetail(view: View, accountId: string, group: Group): iam.GroupDetail {
  return {
    ...groupShape(accountId, group),
    GroupPolicyList: inlinePolicyShapes(group),
    AttachedManagedPolicies: attachedPolicyShapes(view, accountId, group),
  }
}

function roleDetail(view: View, accountId: string, role: Role, uses: ReadonlyMap<string, LastUse>): iam.RoleDetail {
  const { MaxSessionDuration: _, Description: __, ...shape } = fullRoleShape(view, accountId, role, uses.get(role.id))
  const profiles = view.list(instanceProfiles, accountId).filter(({ value }) => value.role === keyOf(role.name))
  return {
    ...shape,
    RolePolicyList: inlinePolicyShapes(role),
    AttachedManagedPolicies: attachedPolicyShapes(view, accountId, role),
    InstanceProfileList: profiles.map(({ value }) => instanceProfileShape(view, accountId, value)),
    Tags: tagShapes(role.tags),
  }
}

function policyDetail(accountId: string, arn: string, policy: ManagedPolicy, attachments: Attachments): iam.ManagedPolicyDetail {
  return {
    ...policyShape(ownerOf(arn, accountId), policy, attachments),
    PolicyVersionList: policy.versions.map((version) => ({
      Document: encodedDocument(version.document),
      ...versionShape(policy, version),
    })),
  }
}
