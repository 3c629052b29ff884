/**
 * What IAM stores. Names are unique without regard to case and keep theirs, so keys are lower-case names; references between entities are
 * keys too, and every write keeps them whole. Lists of pairs stand where a map would, because names such as `__proto__` are names.
 */
import { collection } from '../../kernel/state.ts'

export interface Tag {
  readonly key: string
  readonly value: string
}

/** A document is kept as it was sent. */
export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

interface Entity {
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  /** Unique id, never used again: `AIDA…`, `AROA…`, `AGPA…`, `ANPA…`, `AIPA…`. */
  readonly id: string
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
}

/** What identity-based policies are attached to. */
export interface PolicyHolder extends Entity {
  readonly inlinePolicies: readonly InlinePolicy[]
  /** ARNs of managed policies, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[]
}

export type Group = PolicyHolder

export interface User extends PolicyHolder {
  readonly tags: readonly Tag[]
  /** ARN of the managed policy that is its permissions boundary. */
  readonly boundary?: string | undefined
  readonly groups: readonly string[]
  readonly accessKeyIds: readonly string[]
  /** That there is one; nobody signs in with a password here, so none is kept. */
  readonly loginProfile?: LoginProfile | undefined
}

export interface LoginProfile {
  readonly createdAt: number
  readonly isPasswordResetRequired: boolean
}

export interface Role extends PolicyHolder {
  readonly tags: readonly Tag[]
  readonly boundary?: string | undefined
  readonly description?: string | undefined
  readonly maxSessionDurationSeconds: number
  readonly trustPolicy: string
  /** The users and roles that the trust policy names, and who they were when it was written. */
  readonly trustPrincipals: readonly TrustPrincipal[]
}

export interface TrustPrincipal {
  /** As the document writes it. */
  readonly arn: string
  /** Unique id of the user, or of the role behind a role or session ARN. */
  readonly id: string
}

export interface ManagedPolicy extends Entity {
  readonly description?: string | undefined
  readonly tags: readonly Tag[]
  readonly updatedAt: number
  readonly defaultVersion: number
  /** Newest first. */
  readonly versions: readonly PolicyVersion[]
  /** Number of the next version: numbers of deleted versions are not used again. */
  readonly nextVersion: number
}

export interface PolicyVersion {
  readonly number: number
  readonly document: string
  readonly createdAt: number
}

export interface InstanceProfile extends Entity {
  readonly tags: readonly Tag[]
  readonly role?: string | undefined
}

export interface OpenIdConnectProvider {
  /** Without `https://`, as ARN and condition keys have it. */
  readonly url: string
  readonly createdAt: number
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
}

export interface MfaDevice {
  readonly name: string
  readonly path: string
  readonly createdAt: number
  readonly tags: readonly Tag[]
  /** TOTP seed in base32. */
  readonly sealedSeed: string
  readonly user?: string | undefined
  readonly enabledAt?: number | undefined
  /** Number of the 30-second step of the newest code that was accepted; older ones are refused. */
  readonly lastStep?: number | undefined
  /** How many steps the device's clock is ahead, as its last synchronization told. */
  readonly drift?: number | undefined
}

/** Stored for the whole instance: whoever signs a request names only the key. */
export interface AccessKey {
  readonly accountId: string
  /** Key of the user; absent for a key of the account root. */
  readonly user?: string | undefined
  readonly sealedSecret: string
  readonly isActive: boolean
  readonly createdAt: number
}

export interface AccountSettings {
  readonly alias?: string | undefined
  readonly passwordPolicy?: PasswordPolicy | undefined
  readonly rootAccessKeyIds?: readonly string[] | undefined
}

/** Kept and shown; without passwords there is nothing that it governs. */
export interface PasswordPolicy {
  readonly minimumPasswordLength: number
  readonly requireSymbols: boolean
  readonly requireNumbers: boolean
  readonly requireUppercaseCharacters: boolean
  readonly requireLowercaseCharacters: boolean
  readonly allowUsersToChangePassword: boolean
  readonly maxPasswordAge?: number | undefined
  readonly passwordReusePrevention?: number | undefined
  readonly hardExpiry?: boolean | undefined
}

export interface CredentialReport {
  readonly createdAt: number
  readonly content: string
}

export interface AccessReportJob {
  /** What it is about: a user, group, role or managed policy. */
  readonly arn: string
  readonly isActionLevel: boolean
  readonly createdAt: number
}

export const users = collection<User>('iam.users')
export const groups = collection<Group>('iam.groups')
export const roles = collection<Role>('iam.roles')
export const policies = collection<ManagedPolicy>('iam.policies')
export const instanceProfiles = collection<InstanceProfile>('iam.instance-profiles')
/** By URL without scheme. */
export const openIdConnectProviders = collection<OpenIdConnectProvider>('iam.open-id-connect-providers')
/** By path and name, without the leading slash: the end of the serial number. */
export const mfaDevices = collection<MfaDevice>('iam.mfa-devices')
/** By access key id, under `instanceAccount`. */
export const accessKeys = collection<AccessKey>('iam.access-keys')
export const accountSettings = collection<AccountSettings>('iam.account-settings')
export const credentialReports = collection<CredentialReport>('iam.credential-reports')
export const accessReportJobs = collection<AccessReportJob>('iam.access-report-jobs')
/** Deletions of service-linked roles that were done, by task id. */
export const roleDeletions = collection<{ readonly createdAt: number }>('iam.role-deletions')

/** Key of the only value of an account in `accountSettings` and `credentialReports`. */
export const theOne = 'account'

/** ASCII only: the names that IAM allows have no other letters. */
export function keyOf(name: string): string {
  return name.toLowerCase()
}
