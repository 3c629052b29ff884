import * as iam from '@aws-sdk/client-iam'
import type { View } from '../../../kernel/state.ts'
import { arnOf } from '../arn.ts'
import { attachmentsIn } from '../attachments.ts'
import type { Attachments } from '../attachments.ts'
import { changedPolicyTarget, check, everything, newTarget, policyTarget } from '../checks.ts'
import { acceptManagedPolicy } from '../documents.ts'
import { iamError } from '../errors.ts'
import { tagPage, tagsShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { newId } from '../ids.ts'
import { customerPolicy, policyOf } from '../lookup.ts'
import { awsManagedPolicies } from '../managed-policies/aws-managed-policies.ts'
import { pageOf } from '../page.ts'
import { assertRoom } from '../quotas.ts'
import { keyOf, policies } from '../state.ts'
import type { ManagedPolicy } from '../state.ts'
import { requestTagKeys, requestTags, tagShapes, tagsOf, withoutTags, withTags } from '../tags.ts'

export const createPolicy = iamOperation<iam.CreatePolicyCommandInput, iam.CreatePolicyCommandOutput>(iam.CreatePolicy$, {
  recordedOutputs: ['Policy'],
  authorize({ PolicyName, Path, Tags }, call) {
    const target = newTarget('policy', call, { name: PolicyName, path: Path })
    const isTagged = Tags !== undefined && Tags.length > 0
    return [check('CreatePolicy', target, requestTags(Tags)), ...(isTagged ? [check('TagPolicy', target, requestTags(Tags))] : [])]
  },
  invoke(input, { state, credentials, caller: { accountId }, now }) {
    const id = newId('ANPA', credentials)
    return state.transact((tx) => {
      const key = keyOf(input.PolicyName)
      if (tx.get(policies, accountId, key) !== undefined) {
        throw iamError('EntityAlreadyExists', `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`)
      }
      assertRoom(tx, accountId, policies)
      acceptManagedPolicy(input.PolicyDocument)
      const policy: ManagedPolicy = {
        name: input.PolicyName,
        path: input.Path ?? '/',
        id,
        createdAt: now,
        updatedAt: now,
        description: input.Description,
        tags: tagsOf(input.Tags),
        defaultVersion: 1,
        versions: [{ number: 1, document: input.PolicyDocument, createdAt: now }],
        nextVersion: 2,
      }
      tx.put(policies, accountId, key, policy)
      return { Policy: { ...policyShape(accountId, policy), ...tagsShape(policy.tags) } }
    })
  },
})

export const getPolicy = iamOperation<iam.GetPolicyCommandInput, iam.GetPolicyCommandOutput>(iam.GetPolicy$, {
  authorize: ({ PolicyArn }, call) => [check('GetPolicy', policyTarget(call, PolicyArn))],
  invoke: ({ PolicyArn }, { state, caller: { accountId } }) =>
    state.read((view) => {
      const policy = policyOf(view, accountId, PolicyArn)
      const shape = policyShape(ownerOf(PolicyArn, accountId), policy, attachmentsIn(view, accountId))
      return { Policy: { ...shape, ...descriptionShape(policy), Tags: tagShapes(policy.tags) } }
    }),
})

export const listPolicies = iamOperation<iam.ListPoliciesCommandInput, iam.ListPoliciesCommandOutput>(iam.ListPolicies$, {
  authorize: () => [check('ListPolicies', everything)],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => {
      const attachments = attachmentsIn(view, accountId)
      const found = policiesIn(view, accountId, input.Scope).filter(({ arn, policy }) => {
        const use = attachments.get(arn)
        const isUsed = input.PolicyUsageFilter === 'PermissionsBoundary' ? (use?.boundaries ?? 0) > 0 : (use?.attached ?? 0) > 0
        // A usage filter on its own selects by use as a boundary; every policy may be attached as one of permissions.
        const isWanted = input.OnlyAttached === true || input.PolicyUsageFilter === 'PermissionsBoundary' ? isUsed : true
        return isWanted && policy.path.startsWith(input.PathPrefix ?? '/')
      })
      const { items, rest } = pageOf(found, ({ arn }) => arn, input)
      return { Policies: items.map(({ arn, policy }) => policyShape(ownerOf(arn, accountId), policy, attachments)), ...rest }
    }),
})

export const deletePolicy = iamOperation<iam.DeletePolicyCommandInput, iam.DeletePolicyCommandOutput>(iam.DeletePolicy$, {
  authorize: ({ PolicyArn }, call) => [check('DeletePolicy', changedPolicyTarget(call, PolicyArn))],
  async invoke({ PolicyArn }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const policy = customerPolicy(tx, accountId, PolicyArn)
      if (attachmentsIn(tx, accountId).has(PolicyArn)) {
        throw iamError('DeleteConflict', 'Cannot delete a policy attached to entities.')
      }
      if (policy.versions.length > 1) throw iamError('DeleteConflict', severalVersions)
      tx.delete(policies, accountId, keyOf(policy.name))
    })
    return {}
  },
})

export const tagPolicy = iamOperation<iam.TagPolicyCommandInput, iam.TagPolicyCommandOutput>(iam.TagPolicy$, {
  authorize: ({ PolicyArn, Tags }, call) => [check('TagPolicy', changedPolicyTarget(call, PolicyArn), requestTags(Tags))],
  async invoke({ PolicyArn, Tags }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const policy = customerPolicy(tx, accountId, PolicyArn)
      tx.put(policies, accountId, keyOf(policy.name), { ...policy, tags: withTags(policy.tags, tagsOf(Tags)) })
    })
    return {}
  },
})

export const untagPolicy = iamOperation<iam.UntagPolicyCommandInput, iam.UntagPolicyCommandOutput>(iam.UntagPolicy$, {
  authorize: ({ PolicyArn, TagKeys }, call) => [check('UntagPolicy', changedPolicyTarget(call, PolicyArn), requestTagKeys(TagKeys))],
  async invoke({ PolicyArn, TagKeys }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const policy = customerPolicy(tx, accountId, PolicyArn)
      tx.put(policies, accountId, keyOf(policy.name), { ...policy, tags: withoutTags(policy.tags, TagKeys) })
    })
    return {}
  },
})

export const listPolicyTags = iamOperation<iam.ListPolicyTagsCommandInput, iam.ListPolicyTagsCommandOutput>(iam.ListPolicyTags$, {
  authorize: ({ PolicyArn }, call) => [check('ListPolicyTags', policyTarget(call, PolicyArn))],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => tagPage(policyOf(view, accountId, input.PolicyArn).tags, input)),
})

/** Policies under their ARNs: AWS's own, the account's, or both. */
export function policiesIn(view: View, accountId: string, scope: iam.PolicyScopeType | undefined = 'All') {
  const aws = scope === 'Local' ? [] : [...awsManagedPolicies].map(([arn, policy]) => ({ arn, policy }))
  const local = view.list(policies, accountId).map(({ value }) => ({ arn: arnOf('policy', accountId, value), policy: value }))
  return scope === 'AWS' ? aws : [...aws, ...local]
}

export function policyShape(owner: string, policy: ManagedPolicy, attachments?: Attachments): iam.Policy {
  const arn = arnOf('policy', owner, policy)
  const use = attachments?.get(arn)
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: use?.attached ?? 0,
    PermissionsBoundaryUsageCount: use?.boundaries ?? 0,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
  }
}

export function ownerOf(policyArn: string, accountId: string): string {
  return awsManagedPolicies.has(policyArn) ? 'aws' : accountId
}

/** Only GetPolicy tells the description. */
function descriptionShape({ description }: ManagedPolicy) {
  return description === undefined ? {} : { Description: description }
}

const severalVersions =
  "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."
