import { AssumeRole$ } from '@aws-sdk/client-sts'
import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import { chainBehind } from '../../../kernel/actor-chain.ts'
import type { Caller, Session } from '../../../kernel/caller.ts'
import { stsError } from '../errors.ts'
import { mfaContext, verifiedMfa } from '../mfa.ts'
import { callingSession } from '../new-session.ts'
import { assumeRole as assume, findRole, roleChecks } from '../role-session.ts'
import type { RoleRequest } from '../role-session.ts'
import { sessionPolicies } from '../session-policies.ts'
import { stsOperation } from '../sts-operation.ts'
import type { Given } from '../../../kernel/judged-operation.ts'
import { sessionTags, tagsOfShapes } from '../tags.ts'

interface Plan extends RoleRequest {
  readonly input: Given<AssumeRoleCommandInput>
  readonly mfaAuthenticatedAt: number | undefined
}

/**
 * Errors: `AccessDenied`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`, `ValidationError`, `InvalidParameterValue` for tags.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const assumeRole = stsOperation<AssumeRoleCommandInput, AssumeRoleCommandOutput, Plan>(AssumeRole$, {
  secretInputs: ['TokenCode', 'ProvidedContexts.ContextAssertion'],
  recordedOutputs: ['Credentials', 'AssumedRoleUser', 'PackedPolicySize', 'SourceIdentity'],
  async plan(input, call) {
    const deriving = callingSession(call)
    assertCallerMayAssume(call.caller)
    assertChainedDuration(input.DurationSeconds, deriving)
    const request = {
      ...findRole(input.RoleArn, call),
      sessionName: input.RoleSessionName,
      durationSeconds: input.DurationSeconds,
      policies: sessionPolicies(input.Policy, input.PolicyArns),
      tags: sessionTags(tagsOfShapes(input.Tags), input.TransitiveTagKeys ?? [], deriving),
      sourceIdentity: sourceIdentityOf(input.SourceIdentity, deriving),
    }
    return { ...request, input, mfaAuthenticatedAt: await verifiedMfa(input, call) }
  },
  authorize(plan, call) {
    const { ExternalId, SourceIdentity, ProvidedContexts = [] } = plan.input
    const providers = ProvidedContexts.map(({ ProviderArn = '' }) => ProviderArn)
    const checks = roleChecks(
      'AssumeRole',
      plan,
      {
        ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
        ...(SourceIdentity === undefined ? {} : { 'sts:SourceIdentity': SourceIdentity }),
        ...(providers.length === 0 ? {} : { 'sts:RequestContextProviders': providers }),
        ...mfaContext(plan.mfaAuthenticatedAt),
      },
      call,
    )
    return providers.length === 0 ? checks : [...checks, ...checks.slice(0, 1).map((check) => ({ ...check, action: 'sts:SetContext' }))]
  },
  invoke({ mfaAuthenticatedAt, input, ...request }, call) {
    if (input.ProvidedContexts !== undefined && input.ProvidedContexts.length > 0) throw noContextProviders()
    const mfa = mfaAuthenticatedAt === undefined ? {} : { mfaAuthenticatedAt }
    return assume(request, { ...mfa, actorChain: chainBehind(call.caller) }, call)
  },
})

function assertCallerMayAssume({ principal }: Caller): void {
  if (principal.kind === 'root') throw stsError('AccessDenied', 'Roles may not be assumed by root accounts.')
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
function assertChainedDuration(seconds: number | undefined, deriving: Session | undefined): void {
  if (deriving?.kind !== 'role-session' || seconds === undefined || seconds <= maxChainedSeconds) return
  throw stsError('ValidationError', 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining')
}

/** INVARIANT: a source identity stays what it was when it was first set. */
function sourceIdentityOf(given: string | undefined, deriving: Session | undefined): string | undefined {
  const inherited = deriving?.sourceIdentity
  if (inherited === undefined) return given
  if (given === undefined || given === inherited) return inherited
  throw stsError('ValidationError', 'The source identity is already set for this assume role session')
}

function noContextProviders(): Error {
  return stsError('ValidationError', 'The context assertion cannot be verified', {
    detail: 'no context provider is known to this instance',
  })
}

const maxChainedSeconds = 3600
