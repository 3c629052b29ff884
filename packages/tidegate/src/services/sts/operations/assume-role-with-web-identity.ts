import { AssumeRoleWithWebIdentity$ } from '@aws-sdk/client-sts'
import type { AssumeRoleWithWebIdentityCommandInput, AssumeRoleWithWebIdentityCommandOutput } from '@aws-sdk/client-sts'
import { actorContext } from '../../../kernel/actor-chain.ts'
import type { Caller } from '../../../kernel/caller.ts'
import { stsError } from '../errors.ts'
import type { OidcProvider, VerifiedToken } from '../ports.ts'
import { assumeRole, defaultSeconds, findRole, roleChecks } from '../role-session.ts'
import type { RoleRequest } from '../role-session.ts'
import { sessionPolicies } from '../session-policies.ts'
import { stsOperation } from '../sts-operation.ts'
import type { StsCall } from '../sts-operation.ts'
import { personContext, provedAt, tokenActors, tokenClaims, tokenContext, tokenSourceIdentity, tokenTags } from '../web-identity-claims.ts'

interface Plan extends RoleRequest {
  readonly token: VerifiedToken
  readonly provider: OidcProvider
  readonly caller: Caller
}

const unidentified = stsOperation<AssumeRoleWithWebIdentityCommandInput, AssumeRoleWithWebIdentityCommandOutput, Plan>(
  AssumeRoleWithWebIdentity$,
  {
    isUnsigned: true,
    secretInputs: ['WebIdentityToken'],
    recordedOutputs: [
      'Credentials',
      'AssumedRoleUser',
      'SubjectFromWebIdentityToken',
      'Provider',
      'Audience',
      'PackedPolicySize',
      'SourceIdentity',
    ],
    async plan(input, call) {
      if (input.ProviderId !== undefined)
        throw stsError('ValidationError', 'ProviderId is only for OAuth 2.0 access tokens, which are not supported')
      const found = findRole(input.RoleArn, call)
      const policies = sessionPolicies(input.Policy, input.PolicyArns)
      const provider = providerOf(input.WebIdentityToken, found.accountId, call)
      const token = await call.webIdentity.verify(input.WebIdentityToken, provider, call.now)
      if (call.revocations.areRevoked(tokenActors(token), provedAt(token))) throw signInAgain()
      return {
        ...found,
        sessionName: input.RoleSessionName,
        durationSeconds: input.DurationSeconds,
        policies,
        tags: tokenTags(token),
        sourceIdentity: tokenSourceIdentity(token),
        token,
        provider,
        caller: webIdentityCaller(token, provider, found.accountId, call.now),
      }
    },
    authorize(plan, call) {
      const { sourceIdentity, caller, durationSeconds = defaultSeconds } = plan
      const given = sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }
      const asked = { 'tidegate:SessionSeconds': String(durationSeconds) }
      return roleChecks('AssumeRoleWithWebIdentity', plan, { ...caller.context, ...given, ...asked }, call)
    },
    invoke({ token, provider, caller, ...request }, call) {
      const mfaAuthenticatedAt = token.person?.mfaAuthenticatedAt
      const who = {
        federatedProvider: provider.arn,
        claims: tokenClaims(token),
        actorChain: caller.actorChain,
        ...(mfaAuthenticatedAt === undefined ? {} : { mfaAuthenticatedAt }),
      }
      return {
        ...assumeRole(request, who, call),
        SubjectFromWebIdentityToken: token.subject,
        Provider: provider.arn,
        Audience: token.audiences[0],
      }
    },
  },
)

/**
 * The trust policy alone decides. Errors: `InvalidIdentityToken`, `ExpiredTokenException`, `IDPRejectedClaim`, `IDPCommunicationError`,
 * `MalformedPolicyDocument`, `PackedPolicyTooLarge`, `ValidationError`.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const assumeRoleWithWebIdentity = {
  ...unidentified,
  /** The provider's subject in place of the anonymous caller, signed or not. */
  identify: async (input: object, call: StsCall): Promise<Caller> => (await unidentified.plan(input, call)).caller,
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html#STS-API-SAML-WIF */
function webIdentityCaller(token: VerifiedToken, provider: OidcProvider, accountId: string, now: number): Caller {
  const actorChain = tokenActors(token)
  return {
    principal: { kind: 'federated', provider: provider.arn },
    accountId,
    context: {
      'aws:FederatedProvider': provider.arn,
      ...tokenContext(token, provider),
      ...personContext(token, now),
      ...actorContext(actorChain),
    },
    policies: [],
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${provider.arn}:${token.audiences[0]}:${token.subject}`,
      userName: token.subject,
      identityProvider: provider.arn,
    },
    credential: { kind: 'none' },
    actorChain,
  }
}

/** Neither a token that is kept somewhere nor one that a refresh token brings undoes a revocation: only signing in again does. */
function signInAgain(): Error {
  return stsError('ExpiredTokenException', 'Token expired: sessions of its subject were revoked after it was issued')
}

/** The provider of the role's account that the token says it is of. */
function providerOf(token: string, accountId: string, { webIdentity, oidcProviders }: StsCall): OidcProvider {
  const issuer = webIdentity.issuerOf(token)
  const url = withoutScheme(issuer)
  const provider = oidcProviders.openIdConnectProviders(accountId).find((each) => withoutScheme(each.url) === url)
  if (provider !== undefined) return provider
  throw stsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${issuer}`)
}

/** Issuers may end in a slash that the provider was registered without. The issuer itself is compared exactly, with its own configuration. */
function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
