/** The user, group or role whose policies are simulated, and where each of these policies comes from. */
import type { Principal } from '@tidegate/policy'
import type { View } from '../../kernel/state.ts'
import { arnOf, parseArn } from './arn.ts'
import { storedPolicy } from './documents.ts'
import { iamError } from './errors.ts'
import { findPolicy, groupNamed, missing, roleNamed, userNamed } from './lookup.ts'
import { awsManagedPolicies } from './managed-policies/aws-managed-policies.ts'
import { managedDocument } from './principals.ts'
import type { Source } from './simulation.ts'
import { groups } from './state.ts'
import type { PolicyHolder, Tag } from './state.ts'

export interface Subject {
  /** What policies are attached to: of a user its groups too. */
  readonly holders: readonly { readonly type: 'user' | 'group' | 'role'; readonly holder: PolicyHolder }[]
  readonly boundary: string | undefined
  /** Absent for a group, which makes no calls. */
  readonly principal: Principal | undefined
  readonly tags: readonly Tag[]
  /** What is known of every call of it. */
  readonly context: Readonly<Record<string, string>>
}

/** Throws `InvalidInput` and `NoSuchEntity`. */
export function subjectOf(view: View, accountId: string, arn: string): Subject {
  const parsed = parseArn(arn)
  if (parsed === undefined) throw iamError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  if (parsed.accountId !== accountId) missing(`The entity ${arn} cannot be found.`)
  switch (parsed.type) {
    case 'user': {
      const user = userNamed(view, accountId, parsed.name)
      const memberOf = user.groups.flatMap((key) => view.get(groups, accountId, key) ?? [])
      const userArn = arnOf('user', accountId, user)
      return {
        holders: [{ type: 'user', holder: user }, ...memberOf.map((holder) => ({ type: 'group' as const, holder }))],
        boundary: user.boundary,
        principal: { kind: 'user', arn: userArn, account: accountId, id: user.id },
        tags: user.tags,
        context: {
          'aws:PrincipalArn': userArn,
          'aws:PrincipalAccount': accountId,
          'aws:PrincipalType': 'User',
          'aws:userid': user.id,
          'aws:username': user.name,
        },
      }
    }
    case 'role': {
      const role = roleNamed(view, accountId, parsed.name)
      const roleArn = arnOf('role', accountId, role)
      // The session is unknown: no policy can tell it by its name.
      const session = `arn:aws:sts::${accountId}:assumed-role/${role.name}/?`
      return {
        holders: [{ type: 'role', holder: role }],
        boundary: role.boundary,
        principal: { kind: 'role-session', arn: session, account: accountId, id: role.id, roleArn },
        tags: role.tags,
        context: { 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': accountId, 'aws:PrincipalType': 'AssumedRole' },
      }
    }
    case 'group': {
      const group = groupNamed(view, accountId, parsed.name)
      return { holders: [{ type: 'group', holder: group }], boundary: undefined, principal: undefined, tags: [], context: {} }
    }
    default:
      throw iamError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  }
}

export function sourcesOf(view: View, accountId: string, { holders }: Subject): readonly Source[] {
  return holders.flatMap(({ type, holder }) => [
    ...holder.inlinePolicies.map(({ name, document: text }) => {
      const id = `${type}_${holder.name}_${name}`
      return { id, type, text, document: storedPolicy(text, 'identity', id) }
    }),
    ...holder.attachedPolicies.map((arn) => attached(view, accountId, arn)),
  ])
}

function attached(view: View, accountId: string, arn: string): Source {
  const policy = findPolicy(view, accountId, arn)
  const text = policy?.versions.find(({ number }) => number === policy.defaultVersion)?.document ?? ''
  return { id: arn, type: awsManagedPolicies.has(arn) ? 'aws-managed' : 'user-managed', text, document: managedDocument(policy, arn) }
}
