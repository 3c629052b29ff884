/** Who makes a request, once the signature is verified: all that authorization and the audit record need of them. */
import type { PolicySet, Principal } from '@tidegate/policy'

export interface Caller {
  readonly principal: Principal
  /** 12 digits; of the service's own account for a service principal, empty for anonymous callers. */
  readonly accountId: string
  /** Condition keys that describe the principal and its session: `aws:PrincipalArn`, `aws:userid`, `aws:PrincipalTag/…`, `tidegate:Actor` … */
  readonly context: Readonly<Record<string, string | readonly string[]>>
  /** Identity policies, boundary, session policies and SCPs. */
  readonly policies: readonly PolicySet[]
  /** CloudTrail's `userIdentity` element. */
  readonly userIdentity: Readonly<Record<string, unknown>>
  readonly credential: Credential
  /** Who is behind the call, nearest first (`actor-chain.ts`). */
  readonly actorChain: readonly Actor[]
}

export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'long-term'; readonly accessKeyId: string }
  | { readonly kind: 'session'; readonly accessKeyId: string; readonly session: Session }

export interface Actor {
  /**
   * `human`, `pipeline` and `agent` are what an identity provider or a session says they are; a `workload` is a task or service of ECS, or what
   * has a token of another issuer. `principal` is an IAM user or the account root: whose hand holds its key, nobody asserts.
   */
  readonly type: 'human' | 'pipeline' | 'agent' | 'workload' | 'principal'
  /** Issuer and subject: the identity. */
  readonly issuer: string
  readonly subject: string
  /** E-mail address or name: a label, never an identity. */
  readonly label?: string
  /** Of a person: what the identity provider says that she is in. Not inherited by what acts for her. */
  readonly groups?: readonly string[]
}

/** What a session token seals (ARCHITECTURE.md D4). Times are seconds since 1970. */
export interface Session {
  readonly kind: 'role-session' | 'federated-user' | 'session-token'
  readonly accessKeyId: string
  readonly accountId: string
  /** ARN of the role, of the user who asked for the federated session, or of the user or root of a session token. */
  readonly parentArn: string
  /** Unique id of that role or user (`AROA…`, `AIDA…`); a deleted and recreated one has another. */
  readonly parentId: string
  /** Role session name or federated user name; empty for session tokens. */
  readonly name: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly sessionPolicies?: { readonly inline?: string; readonly arns?: readonly string[] }
  readonly tags?: Readonly<Record<string, string>>
  readonly transitiveTagKeys?: readonly string[]
  readonly sourceIdentity?: string
  /** When MFA was used to get the session. */
  readonly mfaAuthenticatedAt?: number
  /** ARN or host of the provider of a web identity session, and the claims that stay usable as condition keys. */
  readonly federatedProvider?: string
  readonly claims?: Readonly<Record<string, string>>
  readonly actorChain: readonly Actor[]
}
