import * as iam from '@aws-sdk/client-iam'
import { changedPolicyTarget, check, policyTarget } from '../checks.ts'
import { acceptManagedPolicy, encodedDocument } from '../documents.ts'
import { iamError } from '../errors.ts'
import { iamOperation } from '../iam-operation.ts'
import { customerPolicy, findPolicy, missing, policyOf } from '../lookup.ts'
import { pageOf } from '../page.ts'
import { keyOf, policies } from '../state.ts'
import type { ManagedPolicy, PolicyVersion } from '../state.ts'

export const createPolicyVersion = iamOperation<iam.CreatePolicyVersionCommandInput, iam.CreatePolicyVersionCommandOutput>(
  iam.CreatePolicyVersion$,
  {
    recordedOutputs: ['PolicyVersion'],
    authorize: ({ PolicyArn }, call) => [check('CreatePolicyVersion', changedPolicyTarget(call, PolicyArn))],
    invoke: ({ PolicyArn, PolicyDocument, SetAsDefault = false }, { state, caller: { accountId }, now }) =>
      state.transact((tx) => {
        const policy = customerPolicy(tx, accountId, PolicyArn)
        acceptManagedPolicy(PolicyDocument)
        if (policy.versions.length >= maxVersions) throw iamError('LimitExceeded', tooManyVersions)
        const version: PolicyVersion = { number: policy.nextVersion, document: PolicyDocument, createdAt: now }
        const changed = {
          ...policy,
          updatedAt: now,
          versions: [version, ...policy.versions],
          nextVersion: version.number + 1,
          defaultVersion: SetAsDefault ? version.number : policy.defaultVersion,
        }
        tx.put(policies, accountId, keyOf(policy.name), changed)
        return { PolicyVersion: versionShape(changed, version) }
      }),
  },
)

export const getPolicyVersion = iamOperation<iam.GetPolicyVersionCommandInput, iam.GetPolicyVersionCommandOutput>(iam.GetPolicyVersion$, {
  authorize: ({ PolicyArn }, call) => [check('GetPolicyVersion', policyTarget(call, PolicyArn))],
  invoke: ({ PolicyArn, VersionId }, { state, caller: { accountId } }) =>
    state.read((view) => {
      const policy = findPolicy(view, accountId, PolicyArn)
      const version = versionOf(policy, PolicyArn, VersionId)
      return { PolicyVersion: { Document: encodedDocument(version.document), ...versionShape(policy, version) } }
    }),
})

export const listPolicyVersions = iamOperation<iam.ListPolicyVersionsCommandInput, iam.ListPolicyVersionsCommandOutput>(
  iam.ListPolicyVersions$,
  {
    authorize: ({ PolicyArn }, call) => [check('ListPolicyVersions', policyTarget(call, PolicyArn))],
    invoke: (input, { state, caller: { accountId } }) =>
      state.read((view) => {
        const policy = policyOf(view, accountId, input.PolicyArn)
        const { items, rest } = pageOf(policy.versions, ({ number }) => String(1e9 - number), input) // newest first
        return { Versions: items.map((version) => versionShape(policy, version)), ...rest }
      }),
  },
)

export const setDefaultPolicyVersion = iamOperation<iam.SetDefaultPolicyVersionCommandInput, iam.SetDefaultPolicyVersionCommandOutput>(
  iam.SetDefaultPolicyVersion$,
  {
    authorize: ({ PolicyArn }, call) => [check('SetDefaultPolicyVersion', changedPolicyTarget(call, PolicyArn))],
    async invoke({ PolicyArn, VersionId }, { state, caller: { accountId }, now }) {
      await state.transact((tx) => {
        const policy = customerPolicy(tx, accountId, PolicyArn)
        const { number } = versionOf(policy, PolicyArn, VersionId)
        tx.put(policies, accountId, keyOf(policy.name), { ...policy, defaultVersion: number, updatedAt: now })
      })
      return {}
    },
  },
)

export const deletePolicyVersion = iamOperation<iam.DeletePolicyVersionCommandInput, iam.DeletePolicyVersionCommandOutput>(
  iam.DeletePolicyVersion$,
  {
    authorize: ({ PolicyArn }, call) => [check('DeletePolicyVersion', changedPolicyTarget(call, PolicyArn))],
    async invoke({ PolicyArn, VersionId }, { state, caller: { accountId }, now }) {
      await state.transact((tx) => {
        const policy = customerPolicy(tx, accountId, PolicyArn)
        const { number } = versionOf(policy, PolicyArn, VersionId)
        if (number === policy.defaultVersion) throw iamError('DeleteConflict', 'Cannot delete the default version of a policy.')
        const versions = policy.versions.filter((version) => version.number !== number)
        tx.put(policies, accountId, keyOf(policy.name), { ...policy, versions, updatedAt: now })
      })
      return {}
    },
  },
)

function versionOf(policy: ManagedPolicy | undefined, arn: string, versionId: string): PolicyVersion {
  const found = policy?.versions.find(({ number }) => `v${number}` === versionId)
  return found ?? missing(`Policy ${arn} version ${versionId} does not exist or is not attachable.`)
}

export function versionShape(policy: ManagedPolicy | undefined, { number, createdAt }: PolicyVersion): iam.PolicyVersion {
  return { VersionId: `v${number}`, IsDefaultVersion: number === policy?.defaultVersion, CreateDate: new Date(createdAt) }
}

const maxVersions = 5
const tooManyVersions = 'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.'
