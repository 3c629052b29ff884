import * as iam from '@aws-sdk/client-iam'
import { check, everything, newTarget, roleTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { assertNoPolicies, change, roleKind, tagsShape, boundaryShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId } from '../ids.ts'
import { assertBoundary, changeableRole, isServiceLinked, roleNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { assertRoom } from '../quotas.ts'
import { fullRoleShape, roleShape } from '../shapes.ts'
import { instanceProfiles, keyOf, roles } from '../state.ts'
import type { Role } from '../state.ts'
import { requestTags, tagsOf } from '../tags.ts'
import { acceptTrust } from '../trust-policy.ts'

export const createRole = iamOperation<iam.CreateRoleCommandInput, iam.CreateRoleCommandOutput>(iam.CreateRole$, {
  recordedOutputs: ['Role'],
  authorize({ RoleName, Path, PermissionsBoundary, Tags }, call) {
    const target = newTarget('role', call, { name: RoleName, path: Path })
    const boundary = PermissionsBoundary === undefined ? {} : { 'iam:PermissionsBoundary': PermissionsBoundary }
    const isTagged = Tags !== undefined && Tags.length > 0
    return [
      check('CreateRole', target, { ...boundary, ...requestTags(Tags) }),
      ...(isTagged ? [check('TagRole', target, { ...boundary, ...requestTags(Tags) })] : []),
    ]
  },
  invoke(input, { state, credentials, caller: { accountId }, now }) {
    const id = newId('AROA', credentials)
    const path = input.Path ?? '/'
    if (isServiceLinked({ path })) throw iamError('InvalidInput', `Path ${path} is reserved for service-linked roles.`)
    return state.transact((tx) => {
      if (tx.get(roles, accountId, keyOf(input.RoleName)) !== undefined) {
        throw iamError('EntityAlreadyExists', `Role with name ${input.RoleName} already exists.`)
      }
      assertRoom(tx, accountId, roles)
      assertBoundary(tx, accountId, input.PermissionsBoundary)
      const role: Role = {
        name: input.RoleName,
        path,
        id,
        createdAt: now,
        description: input.Description,
        maxSessionDurationSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
        trustPolicy: input.AssumeRolePolicyDocument,
        trustPrincipals: acceptTrust(tx, input.AssumeRolePolicyDocument),
        boundary: input.PermissionsBoundary,
        tags: tagsOf(input.Tags),
        inlinePolicies: [],
        attachedPolicies: [],
      }
      tx.put(roles, accountId, keyOf(role.name), role)
      const duration = input.MaxSessionDuration === undefined ? {} : { MaxSessionDuration: input.MaxSessionDuration }
      return { Role: { ...roleShape(tx, accountId, role), ...duration, ...boundaryShape(role.boundary), ...tagsShape(role.tags) } }
    })
  },
})

export const getRole = iamOperation<iam.GetRoleCommandInput, iam.GetRoleCommandOutput>(iam.GetRole$, {
  authorize: ({ RoleName }, call) => [check('GetRole', roleTarget(call, RoleName))],
  async invoke({ RoleName }, { state, accessHistory, caller: { accountId } }) {
    const { id } = state.read((view) => roleNamed(view, accountId, RoleName))
    const uses = await accessHistory.lastUses(accountId, [id])
    return state.read((view) => ({ Role: fullRoleShape(view, accountId, roleNamed(view, accountId, RoleName), uses.get(id)) }))
  },
})

export const listRoles = iamOperation<iam.ListRolesCommandInput, iam.ListRolesCommandOutput>(iam.ListRoles$, {
  authorize: () => [check('ListRoles', everything)],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const entries = view.list(roles, accountId).filter(({ value }) => value.path.startsWith(input.PathPrefix ?? '/'))
      const { items, rest } = pageOf(entries, ({ key }) => key, input)
      const shapes = items.map(({ value }) => ({
        ...roleShape(view, accountId, value),
        MaxSessionDuration: value.maxSessionDurationSeconds,
      }))
      return { Roles: shapes, ...rest }
    }),
})

export const updateRole = iamOperation<iam.UpdateRoleCommandInput, iam.UpdateRoleCommandOutput>(iam.UpdateRole$, {
  authorize: ({ RoleName }, call) => [check('UpdateRole', roleTarget(call, RoleName))],
  async invoke({ RoleName, Description, MaxSessionDuration }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      // The description is the one thing of a service-linked role that its account may change.
      const role = MaxSessionDuration === undefined ? roleNamed(tx, accountId, RoleName) : changeableRole(tx, accountId, RoleName)
      tx.put(roles, accountId, keyOf(RoleName), {
        ...role,
        description: Description ?? role.description,
        maxSessionDurationSeconds: MaxSessionDuration ?? role.maxSessionDurationSeconds,
      })
    })
    return {}
  },
})

export const updateRoleDescription = iamOperation<iam.UpdateRoleDescriptionCommandInput, iam.UpdateRoleDescriptionCommandOutput>(
  iam.UpdateRoleDescription$,
  {
    recordedOutputs: ['Role'],
    authorize: ({ RoleName }, call) => [check('UpdateRoleDescription', roleTarget(call, RoleName))],
    invoke: ({ RoleName, Description }, { state, caller: { accountId } }) =>
      state.transact((tx) => {
        const role = { ...roleNamed(tx, accountId, RoleName), description: Description }
        tx.put(roles, accountId, keyOf(RoleName), role)
        return { Role: roleShape(tx, accountId, role) }
      }),
  },
)

export const updateAssumeRolePolicy = iamOperation<iam.UpdateAssumeRolePolicyCommandInput, iam.UpdateAssumeRolePolicyCommandOutput>(
  iam.UpdateAssumeRolePolicy$,
  {
    authorize: ({ RoleName }, call) => [check('UpdateAssumeRolePolicy', roleTarget(call, RoleName))],
    async invoke({ RoleName, PolicyDocument }, { state, caller: { accountId } }) {
      await state.transact((tx) =>
        change(tx, { kind: roleKind, accountId, name: RoleName }, (role) => ({
          ...role,
          trustPolicy: PolicyDocument,
          trustPrincipals: acceptTrust(tx, PolicyDocument),
        })),
      )
      return {}
    },
  },
)

export const deleteRole = iamOperation<iam.DeleteRoleCommandInput, iam.DeleteRoleCommandOutput>(iam.DeleteRole$, {
  authorize: ({ RoleName }, call) => [check('DeleteRole', roleTarget(call, RoleName))],
  async invoke({ RoleName }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const role = changeableRole(tx, accountId, RoleName)
      const key = keyOf(role.name)
      if (tx.list(instanceProfiles, accountId).some(({ value }) => value.role === key)) {
        throw iamError('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.')
      }
      assertNoPolicies(role)
      tx.delete(roles, accountId, key)
    })
    return {}
  },
})

const defaultSessionSeconds = 3600
