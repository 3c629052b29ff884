import { GetFederationToken$ } from '@aws-sdk/client-sts'
import type { GetFederationTokenCommandInput, GetFederationTokenCommandOutput } from '@aws-sdk/client-sts'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import { federatedUserArn } from '../arn.ts'
import { longTermCaller, secondsFor } from '../long-term-caller.ts'
import type { LongTermCaller } from '../long-term-caller.ts'
import { newSession } from '../new-session.ts'
import { assertPackedSize, assertPoliciesExist, packedPolicySize, sessionPolicies } from '../session-policies.ts'
import type { SessionPolicies } from '../session-policies.ts'
import { stsOperation } from '../sts-operation.ts'
import { requestTagContext, sessionTags, taggedSession, tagsOfShapes } from '../tags.ts'
import type { SessionTags } from '../tags.ts'

interface Plan {
  readonly parent: LongTermCaller
  readonly name: string
  readonly durationSeconds: number
  readonly policies: SessionPolicies | undefined
  readonly tags: SessionTags
}

/**
 * A federated user has what its session policies and its user's policies both allow; without session policies it has nothing.
 * Errors: `AccessDenied`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`, `ValidationError`, `InvalidParameterValue` for tags.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export const getFederationToken = stsOperation<GetFederationTokenCommandInput, GetFederationTokenCommandOutput, Plan>(GetFederationToken$, {
  recordedOutputs: ['Credentials', 'FederatedUser', 'PackedPolicySize'],
  plan(input, { caller }) {
    const parent = longTermCaller(caller, 'GetFederationToken')
    return {
      parent,
      name: input.Name,
      durationSeconds: secondsFor(parent, input.DurationSeconds),
      policies: sessionPolicies(input.Policy, input.PolicyArns),
      tags: sessionTags(tagsOfShapes(input.Tags), [], undefined),
    }
  },
  authorize({ parent, name, tags }) {
    const base = { resource: federatedUserArn(parent.accountId, name), context: requestTagContext(tags) }
    const tagging = tags.given.length === 0 ? [] : [{ action: 'sts:TagSession', ...base }]
    return [{ action: 'sts:GetFederationToken', ...base }, ...tagging]
  },
  invoke({ parent, name, durationSeconds, policies, tags }, call) {
    const { accountId, arn, id } = parent
    assertPoliciesExist(policies, accountId, call.managedPolicies)
    const packedSize = packedPolicySize(policies, tags)
    assertPackedSize(packedSize, policies)
    const session = {
      kind: 'federated-user',
      accountId,
      parentArn: arn,
      parentId: id,
      name,
      ...(policies === undefined ? {} : { sessionPolicies: policies }),
      ...taggedSession(tags),
      actorChain: chainBehind(call.caller),
    } as const
    return {
      ...newSession(session, durationSeconds, call),
      FederatedUser: { FederatedUserId: `${accountId}:${name}`, Arn: federatedUserArn(accountId, name) },
      ...(packedSize === undefined ? {} : { PackedPolicySize: packedSize }),
    }
  },
})
