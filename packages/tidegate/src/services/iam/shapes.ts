/** Entities as answers show them. */
import type {
  Group as GroupShape,
  InstanceProfile as InstanceProfileShape,
  Role as RoleShape,
  User as UserShape,
} from '@aws-sdk/client-iam'
import type { View } from '../../kernel/state.ts'
import { arnOf } from './arn.ts'
import { encodedDocument } from './documents.ts'
import { boundaryShape, tagsShape } from './holders.ts'
import type { LastUse } from './ports.ts'
import { roles } from './state.ts'
import type { Group, InstanceProfile, Role, User } from './state.ts'
import { tagShapes } from './tags.ts'
import { trustPolicyText } from './trust-policy.ts'

/** A role as CreateRole answers it, and lists do. */
export function roleShape(view: View, accountId: string, role: Role): RoleShape {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf('role', accountId, role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(trustPolicyText(view, role)),
    ...(role.description === undefined ? {} : { Description: role.description }),
  }
}

/** A role with all that GetRole tells. */
export function fullRoleShape(view: View, accountId: string, role: Role, lastUse: LastUse | undefined): RoleShape {
  return {
    ...roleShape(view, accountId, role),
    MaxSessionDuration: role.maxSessionDurationSeconds,
    ...boundaryShape(role.boundary),
    ...tagsShape(role.tags),
    RoleLastUsed: lastUse === undefined ? {} : { LastUsedDate: new Date(lastUse.at), Region: lastUse.region },
  }
}

export function userShape(accountId: string, user: User): UserShape {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: arnOf('user', accountId, user),
    CreateDate: new Date(user.createdAt),
  }
}

export function fullUserShape(accountId: string, user: User): UserShape {
  return { ...userShape(accountId, user), ...boundaryShape(user.boundary), ...tagsShape(user.tags) }
}

export function groupShape(accountId: string, group: Group): GroupShape {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: arnOf('group', accountId, group),
    CreateDate: new Date(group.createdAt),
  }
}

export function instanceProfileShape(view: View, accountId: string, profile: InstanceProfile): InstanceProfileShape {
  const role = profile.role === undefined ? undefined : view.get(roles, accountId, profile.role)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: arnOf('instance-profile', accountId, profile),
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [roleShape(view, accountId, role)],
  }
}

export function fullInstanceProfileShape(view: View, accountId: string, profile: InstanceProfile): InstanceProfileShape {
  return { ...instanceProfileShape(view, accountId, profile), Tags: tagShapes(profile.tags) }
}
