/** The policy types of an evaluation, in the order in which AWS names them when several deny. */
export const policyTypes = ['scp', 'rcp', 'endpoint', 'resource', 'identity', 'boundary', 'session'] as const
export type PolicyType = (typeof policyTypes)[number]

/** A statement by where it stands. */
export interface StatementRef {
  readonly policyType: PolicyType
  /** Name of the policy document. */
  readonly policy: string
  /** Position in the document, from 0. */
  readonly statement: number
  readonly sid: string | undefined
}

/**
 * The outcome of one request and what decided it. Decisions are shared, immutable values: a decision that was made before is not made anew.
 */
export type Decision =
  | { readonly effect: 'allow'; readonly grant: 'policy' | 'root-user' | 'always-allowed'; readonly by: readonly StatementRef[] }
  | { readonly effect: 'explicit-deny'; readonly policyType: PolicyType; readonly by: readonly StatementRef[] }
  /** `missing` is the policy type that had no Allow; `session-type` a limit of the credentials that no policy can lift. */
  | { readonly effect: 'implicit-deny'; readonly missing: PolicyType | 'session-type' }
