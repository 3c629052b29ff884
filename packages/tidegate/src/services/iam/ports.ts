/** What IAM needs of the rest of the instance. */
import type { PolicySet } from '@tidegate/policy'
import type { State } from '../../kernel/state.ts'

export interface IamPorts {
  readonly state: State
  readonly secrets: Secrets
  readonly credentials: CredentialSource
  readonly accessHistory: AccessHistory
  readonly organization: Organization
}

/** Seals what must be stored but never be read from the store: secret access keys, seeds of MFA devices. */
export interface Secrets {
  /** `owner` says what the secret belongs to, so that it can't be moved to another: `['access-key', accessKeyId]`. */
  seal(secret: string, owner: readonly string[]): string
  /** Throws for what was changed, is another owner's, or was sealed with keys that are gone. */
  open(sealed: string, owner: readonly string[]): string
}

/** Randomness. Called before a transaction begins, never inside. */
export interface CredentialSource {
  /** An access key id `AKIA…` that tells its account. */
  newAccessKeyId(accountId: string): string
  newSecretAccessKey(): string
  randomBytes(count: number): Uint8Array
}

/** Who used what and when, as the audit log has it. Times are milliseconds since 1970. */
export interface AccessHistory {
  /** The last use of access keys (by access key id) and of roles (by unique id); those never used are left out. */
  lastUses(accountId: string, ids: readonly string[]): Promise<ReadonlyMap<string, LastUse>>
  /** The services that users and roles (by unique id) used, each with its last use by each of them. */
  servicesUsed(accountId: string, entityIds: readonly string[]): Promise<readonly ServiceUse[]>
}

export interface LastUse {
  readonly at: number
  readonly region: string
  /** Service prefix, for example `s3`. */
  readonly service: string
}

export interface ServiceUse extends LastUse {
  readonly entityId: string
  readonly actions: readonly { readonly name: string; readonly at: number; readonly region: string }[]
}

export interface Organization {
  /** SCPs that limit the principals of an account; `undefined` where no organization does. */
  serviceControlPolicies(accountId: string): PolicySet | undefined
}
