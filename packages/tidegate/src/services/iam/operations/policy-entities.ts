import * as iam from '@aws-sdk/client-iam'
import { check, policyTarget } from '../checks.ts'
import { iamOperation } from '../iam-operation.ts'
import { policyOf } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { groups, roles, users } from '../state.ts'
import type { PolicyHolder } from '../state.ts'

/** Pages run over groups, then roles, then users. */
export const listEntitiesForPolicy = iamOperation<iam.ListEntitiesForPolicyCommandInput, iam.ListEntitiesForPolicyCommandOutput>(
  iam.ListEntitiesForPolicy$,
  {
    authorize: ({ PolicyArn }, call) => [check('ListEntitiesForPolicy', policyTarget(call, PolicyArn))],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => {
        policyOf(view, accountId, input.PolicyArn)
        const all = [
          ...view.list(groups, accountId).map(({ value }) => ({ type: 'Group', value })),
          ...view.list(roles, accountId).map(({ value }) => ({ type: 'Role', value })),
          ...view.list(users, accountId).map(({ value }) => ({ type: 'User', value })),
        ]
        const found = all.filter(({ type, value }) => {
          const isKind = input.EntityFilter === undefined || input.EntityFilter === type
          return isKind && value.path.startsWith(input.PathPrefix ?? '/') && isUsedBy(value, input)
        })
        const { items, rest } = pageOf(found, ({ type, value }) => `${type}/${value.name.toLowerCase()}`, input)
        const of = (wanted: string) => items.flatMap(({ type, value }) => (type === wanted ? [value] : []))
        return {
          PolicyGroups: of('Group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
          PolicyRoles: of('Role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
          PolicyUsers: of('User').map(({ name, id }) => ({ UserName: name, UserId: id })),
          ...rest,
        }
      }),
  },
)

function isUsedBy(
  entity: PolicyHolder & { readonly boundary?: string | undefined },
  { PolicyArn, PolicyUsageFilter: usage }: Pick<iam.ListEntitiesForPolicyCommandInput, 'PolicyArn' | 'PolicyUsageFilter'>,
): boolean {
  const isAttached = entity.attachedPolicies.some((arn) => arn === PolicyArn)
  const isBoundary = entity.boundary !== undefined && entity.boundary === PolicyArn
  if (usage === undefined) return isAttached || isBoundary
  return usage === 'PermissionsPolicy' ? isAttached : isBoundary
}
