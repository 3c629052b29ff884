import * as iam from '@aws-sdk/client-iam'
import { check, everything, instanceProfileTarget, newTarget, roleTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { tagPage, tagsShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId } from '../ids.ts'
import { changeableRole, instanceProfileNamed, missing, roleNamed } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { assertRoom } from '../quotas.ts'
import { fullInstanceProfileShape, instanceProfileShape } from '../shapes.ts'
import { instanceProfiles, keyOf } from '../state.ts'
import type { InstanceProfile } from '../state.ts'
import { requestTagKeys, requestTags, tagsOf, withoutTags, withTags } from '../tags.ts'

export const createInstanceProfile = iamOperation<iam.CreateInstanceProfileCommandInput, iam.CreateInstanceProfileCommandOutput>(
  iam.CreateInstanceProfile$,
  {
    recordedOutputs: ['InstanceProfile'],
    authorize({ InstanceProfileName, Path, Tags }, call) {
      const target = newTarget('instance-profile', call, { name: InstanceProfileName, path: Path })
      const isTagged = Tags !== undefined && Tags.length > 0
      return [
        check('CreateInstanceProfile', target, requestTags(Tags)),
        ...(isTagged ? [check('TagInstanceProfile', target, requestTags(Tags))] : []),
      ]
    },
    invoke({ InstanceProfileName: name, Path: path = '/', Tags }, { state, credentials, caller: { accountId }, now }) {
      const id = newId('AIPA', credentials)
      return state.transact((tx) => {
        if (tx.get(instanceProfiles, accountId, keyOf(name)) !== undefined) {
          throw iamError('EntityAlreadyExists', `Instance Profile ${name} already exists.`)
        }
        assertRoom(tx, accountId, instanceProfiles)
        const profile: InstanceProfile = { name, path, id, createdAt: now, tags: tagsOf(Tags) }
        tx.put(instanceProfiles, accountId, keyOf(name), profile)
        return { InstanceProfile: { ...instanceProfileShape(tx, accountId, profile), ...tagsShape(profile.tags) } }
      })
    },
  },
)

export const getInstanceProfile = iamOperation<iam.GetInstanceProfileCommandInput, iam.GetInstanceProfileCommandOutput>(
  iam.GetInstanceProfile$,
  {
    authorize: ({ InstanceProfileName }, call) => [check('GetInstanceProfile', instanceProfileTarget(call, InstanceProfileName))],
    invoke: ({ InstanceProfileName }, { state, caller: { accountId } }) =>
      state.read((view) => {
        const profile = instanceProfileNamed(view, accountId, InstanceProfileName)
        return { InstanceProfile: fullInstanceProfileShape(view, accountId, profile) }
      }),
  },
)

export const listInstanceProfiles = iamOperation<iam.ListInstanceProfilesCommandInput, iam.ListInstanceProfilesCommandOutput>(
  iam.ListInstanceProfiles$,
  {
    authorize: () => [check('ListInstanceProfiles', everything)],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => {
        const entries = view.list(instanceProfiles, accountId).filter(({ value }) => value.path.startsWith(input.PathPrefix ?? '/'))
        const { items, rest } = pageOf(entries, ({ key }) => key, input)
        return { InstanceProfiles: items.map(({ value }) => instanceProfileShape(view, accountId, value)), ...rest }
      }),
  },
)

export const listInstanceProfilesForRole = iamOperation<
  iam.ListInstanceProfilesForRoleCommandInput,
  iam.ListInstanceProfilesForRoleCommandOutput
>(iam.ListInstanceProfilesForRole$, {
  authorize: ({ RoleName }, call) => [check('ListInstanceProfilesForRole', roleTarget(call, RoleName))],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const role = keyOf(roleNamed(view, accountId, input.RoleName).name)
      const entries = view.list(instanceProfiles, accountId).filter(({ value }) => value.role === role)
      const { items, rest } = pageOf(entries, ({ key }) => key, input)
      return { InstanceProfiles: items.map(({ value }) => instanceProfileShape(view, accountId, value)), ...rest }
    }),
})

export const deleteInstanceProfile = iamOperation<iam.DeleteInstanceProfileCommandInput, iam.DeleteInstanceProfileCommandOutput>(
  iam.DeleteInstanceProfile$,
  {
    authorize: ({ InstanceProfileName }, call) => [check('DeleteInstanceProfile', instanceProfileTarget(call, InstanceProfileName))],
    async invoke({ InstanceProfileName }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const profile = instanceProfileNamed(tx, accountId, InstanceProfileName)
        if (profile.role !== undefined) {
          throw iamError('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.')
        }
        tx.delete(instanceProfiles, accountId, keyOf(profile.name))
      })
      return {}
    },
  },
)

/** Instances will act as the role: so the caller must be allowed to pass it to EC2. */
export const addRoleToInstanceProfile = iamOperation<iam.AddRoleToInstanceProfileCommandInput, iam.AddRoleToInstanceProfileCommandOutput>(
  iam.AddRoleToInstanceProfile$,
  {
    authorize({ InstanceProfileName, RoleName }, call) {
      const profile = instanceProfileTarget(call, InstanceProfileName)
      const passing = { 'iam:PassedToService': 'ec2.amazonaws.com', 'iam:AssociatedResourceArn': profile.arn }
      return [check('AddRoleToInstanceProfile', profile), check('PassRole', roleTarget(call, RoleName), passing)]
    },
    async invoke({ InstanceProfileName, RoleName }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const profile = instanceProfileNamed(tx, accountId, InstanceProfileName)
        const role = changeableRole(tx, accountId, RoleName)
        if (profile.role !== undefined) throw iamError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
        tx.put(instanceProfiles, accountId, keyOf(profile.name), { ...profile, role: keyOf(role.name) })
      })
      return {}
    },
  },
)

export const removeRoleFromInstanceProfile = iamOperation<
  iam.RemoveRoleFromInstanceProfileCommandInput,
  iam.RemoveRoleFromInstanceProfileCommandOutput
>(iam.RemoveRoleFromInstanceProfile$, {
  authorize: ({ InstanceProfileName }, call) => [check('RemoveRoleFromInstanceProfile', instanceProfileTarget(call, InstanceProfileName))],
  async invoke({ InstanceProfileName, RoleName }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const profile = instanceProfileNamed(tx, accountId, InstanceProfileName)
      if (profile.role !== keyOf(RoleName)) missing(`Role ${RoleName} in Instance Profile ${InstanceProfileName} cannot be found.`)
      tx.put(instanceProfiles, accountId, keyOf(profile.name), { ...profile, role: undefined })
    })
    return {}
  },
})

export const tagInstanceProfile = iamOperation<iam.TagInstanceProfileCommandInput, iam.TagInstanceProfileCommandOutput>(
  iam.TagInstanceProfile$,
  {
    authorize: ({ InstanceProfileName, Tags }, call) => [
      check('TagInstanceProfile', instanceProfileTarget(call, InstanceProfileName), requestTags(Tags)),
    ],
    async invoke({ InstanceProfileName, Tags }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const profile = instanceProfileNamed(tx, accountId, InstanceProfileName)
        tx.put(instanceProfiles, accountId, keyOf(profile.name), { ...profile, tags: withTags(profile.tags, tagsOf(Tags)) })
      })
      return {}
    },
  },
)

export const untagInstanceProfile = iamOperation<iam.UntagInstanceProfileCommandInput, iam.UntagInstanceProfileCommandOutput>(
  iam.UntagInstanceProfile$,
  {
    authorize: ({ InstanceProfileName, TagKeys }, call) => [
      check('UntagInstanceProfile', instanceProfileTarget(call, InstanceProfileName), requestTagKeys(TagKeys)),
    ],
    async invoke({ InstanceProfileName, TagKeys }, { state, caller: { accountId } }) {
      await state.transact((tx) => {
        const profile = instanceProfileNamed(tx, accountId, InstanceProfileName)
        tx.put(instanceProfiles, accountId, keyOf(profile.name), { ...profile, tags: withoutTags(profile.tags, TagKeys) })
      })
      return {}
    },
  },
)

export const listInstanceProfileTags = iamOperation<iam.ListInstanceProfileTagsCommandInput, iam.ListInstanceProfileTagsCommandOutput>(
  iam.ListInstanceProfileTags$,
  {
    authorize: ({ InstanceProfileName }, call) => [check('ListInstanceProfileTags', instanceProfileTarget(call, InstanceProfileName))],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => tagPage(instanceProfileNamed(view, accountId, input.InstanceProfileName).tags, input)),
  },
)
