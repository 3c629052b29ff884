/**
 * How many of each an account may have.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import type { Collection, View } from '../../kernel/state.ts'
import { iamError } from './errors.ts'
import { groups, instanceProfiles, openIdConnectProviders, policies, roles, users } from './state.ts'

export const quotas = new Map<Collection<unknown>, { readonly name: string; readonly most: number }>([
  [users, { name: 'UsersPerAccount', most: 5000 }],
  [groups, { name: 'GroupsPerAccount', most: 300 }],
  [roles, { name: 'RolesPerAccount', most: 1000 }],
  [policies, { name: 'PoliciesPerAccount', most: 1500 }],
  [instanceProfiles, { name: 'InstanceProfilesPerAccount', most: 1000 }],
  [openIdConnectProviders, { name: 'OpenIdConnectProvidersPerAccount', most: 100 }],
])

/** Throws `LimitExceeded` where another one would be too many. */
export function assertRoom(view: View, accountId: string, collection: Collection<unknown>): void {
  const quota = quotas.get(collection)
  if (quota === undefined || view.list(collection, accountId).length < quota.most) return
  throw iamError('LimitExceeded', `Cannot exceed quota for ${quota.name}: ${quota.most}`)
}
