/** What STS needs of the rest of the instance. */
import type { PolicySet } from '@tidegate/policy'
import type { Actor, Caller, Session } from '../../kernel/caller.ts'

export interface StsPorts {
  readonly roles: Roles
  readonly oidcProviders: OidcProviders
  readonly managedPolicies: ManagedPolicies
  readonly sealer: SessionSealer
  readonly webIdentity: WebIdentity
  readonly mfa: Mfa
  readonly authorizationMessages: AuthorizationMessages
  readonly accessKeys: AccessKeys
  readonly revocations: Revocations
}

export interface Roles {
  role(accountId: string, name: string): Role | undefined
  /** The trust policy, compiled as the policy of a resource. Only asked for roles that exist. */
  trustPolicyOf(accountId: string, name: string): PolicySet
}

export interface Role {
  readonly name: string
  /** With the path. */
  readonly arn: string
  /** Unique id, `AROA…`. */
  readonly id: string
  readonly tags: readonly Tag[]
  readonly maxSessionDurationSeconds: number
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface OidcProviders {
  openIdConnectProviders(accountId: string): readonly OidcProvider[]
}

export interface OidcProvider {
  readonly arn: string
  /** Issuer without scheme, as ARN and condition keys have it. */
  readonly url: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
}

export interface ManagedPolicies {
  /** The document of a policy of the account or of AWS; `undefined` where there is none. */
  managedPolicy(accountId: string, arn: string): string | undefined
}

export interface SessionSealer {
  /** Gives the session its access key id and makes credentials of it. */
  seal(session: UnsealedSession): SessionCredentials
}

export type UnsealedSession = Omit<Session, 'accessKeyId'>

export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface WebIdentity {
  /** The issuer that a token says it is of. Nothing of the token is verified yet. Throws `InvalidIdentityToken`. */
  issuerOf(token: string): string
  /**
   * Verifies the token with the keys of the provider. Throws `InvalidIdentityToken`, `ExpiredTokenException`, `IDPRejectedClaim`,
   * `IDPCommunicationError`.
   * @param now milliseconds since 1970
   */
  verify(token: string, provider: OidcProvider, now: number): Promise<VerifiedToken>
}

export interface VerifiedToken {
  readonly issuer: string
  readonly subject: string
  /** Those of the token's audiences that are client ids of the provider; at least one. */
  readonly audiences: readonly [string, ...string[]]
  /** All that the issuer signed. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Where the issuer is known to be one of people: who it is. */
  readonly person?: Person
}

export interface Person {
  readonly actor: Actor
  /** Seconds since 1970; absent where only one factor was used, or where the time is not known. */
  readonly mfaAuthenticatedAt?: number
  /** Seconds since 1970. */
  readonly authenticatedAt: number
  readonly sourceIdentity: string
  readonly sessionName: string
  /** Session tags of the person's groups. */
  readonly tags: readonly Tag[]
}

export interface Revocations {
  /**
   * Whether one of them was cut off after `issuedAt` (seconds since 1970): a token from before makes no new session either.
   */
  areRevoked(actors: readonly Actor[], issuedAt: number): boolean
}

export interface Mfa {
  /**
   * Whether a device of the caller, an IAM user or the account root, shows this code now. Each code counts once.
   * @param now milliseconds since 1970
   */
  verify(serialNumber: string, tokenCode: string, caller: Caller, now: number): Promise<boolean>
}

export interface AuthorizationMessages {
  /** Only for callers of the account that was denied. Throws `InvalidAuthorizationMessageException`. */
  open(encodedMessage: string, accountId: string): string
}

export interface AccessKeys {
  /** The account that an access key id tells; says nothing about whether the key exists. */
  accountOf(accessKeyId: string): string | undefined
}
