/**
 * What the rest of the instance asks IAM: who owns a key, what a user or role is allowed, whom a role trusts.
 *
 * Policies are compiled once. INVARIANT: nothing here is ever stale: a compiled set is kept with the entities it was made from, and those
 * are other objects as soon as anybody writes them.
 */
import { compilePolicies } from '@tidegate/policy'
import type { PolicyDocument, PolicySet, Principal } from '@tidegate/policy'
import { instanceAccount } from '../../kernel/state.ts'
import type { Snapshot, State, View } from '../../kernel/state.ts'
import { arnOf } from './arn.ts'
import { denyAll, storedPolicy } from './documents.ts'
import { findMfaDevice, findPolicy, findProvider, mfaKey } from './lookup.ts'
import type { Secrets } from './ports.ts'
import { accessKeys, groups, keyOf, mfaDevices, openIdConnectProviders, roles, users } from './state.ts'
import type { ManagedPolicy, PolicyHolder, Role, Tag, User } from './state.ts'
import { stepAt, stepOfCode } from './totp.ts'
import { trustPolicySet } from './trust-policy.ts'

type UserPrincipal = Extract<Principal, { kind: 'user' }>
type RoleSessionPrincipal = Extract<Principal, { kind: 'role-session' }>

export interface Principals {
  /** A long-term key, active or not. */
  accessKey(accessKeyId: string): KnownAccessKey | undefined
  user(accountId: string, name: string): KnownUser | undefined
  role(accountId: string, name: string): KnownRole | undefined
  /** Identity-based policies with those of all groups, and the permissions boundary. Denies everything for users that do not exist. */
  policiesOfUser(accountId: string, name: string): PolicySet
  policiesOfRole(accountId: string, name: string): PolicySet
  /** The trust policy as the policy of the role; grants nothing for roles that do not exist. */
  trustPolicyOf(accountId: string, roleName: string): PolicySet
  /** The document of a managed policy's default version, for session policies; `undefined` where there is none. */
  managedPolicy(accountId: string, arn: string): string | undefined
  openIdConnectProvider(accountId: string, arn: string): KnownProvider | undefined
  openIdConnectProviders(accountId: string): readonly KnownProvider[]
  /**
   * Whether a device of the user shows this code now. Each code counts once.
   * @param now milliseconds since 1970
   */
  verifyTotp(accountId: string, attempt: TotpAttempt, now: number): Promise<boolean>
}

export interface KnownAccessKey {
  readonly accountId: string
  /** Absent for a key of the account root. */
  readonly userName?: string
  readonly isActive: boolean
  /** Throws where the key ring can't open it any more. */
  readonly secretAccessKey: () => string
}

interface Known {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly tags: readonly Tag[]
  /** `aws:PrincipalTag/…` entries. */
  readonly context: Readonly<Record<string, string>>
}

export interface KnownUser extends Known {
  readonly principal: UserPrincipal
}

export interface KnownRole extends Known {
  readonly path: string
  readonly maxSessionDurationSeconds: number
  readonly session: (sessionName: string) => RoleSessionPrincipal
}

export interface KnownProvider {
  readonly arn: string
  /** Without `https://`. */
  readonly url: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
}

export interface TotpAttempt {
  /** Name of the user whose device it must be. */
  readonly userName: string
  /** ARN of the device. */
  readonly serialNumber: string
  readonly code: string
}

/** Statements that stand with the trust policy of a role though they are not in it. The same ones are the same objects. */
export type TrustedBeside = (accountId: string, roleName: string) => readonly PolicyDocument[]

export function principalsOf(state: State, secrets: Secrets, beside: TrustedBeside = () => []): Principals {
  const read = state.read.bind(state)
  return {
    accessKey: (accessKeyId) =>
      read((view) => {
        const key = view.get(accessKeys, instanceAccount, accessKeyId)
        if (key === undefined) return undefined
        const user = key.user === undefined ? undefined : view.get(users, key.accountId, key.user)
        if (key.user !== undefined && user === undefined) return undefined
        return {
          accountId: key.accountId,
          ...(user === undefined ? {} : { userName: user.name }),
          isActive: key.isActive,
          secretAccessKey: () => secrets.open(key.sealedSecret, ['access-key', accessKeyId]),
        }
      }),
    user: (accountId, name) => read((view) => knownUser(accountId, view.get(users, accountId, keyOf(name)))),
    role: (accountId, name) => read((view) => knownRole(accountId, view.get(roles, accountId, keyOf(name)))),
    policiesOfUser: (accountId, name) => read((view) => userPolicies(view, accountId, view.get(users, accountId, keyOf(name)))),
    policiesOfRole: (accountId, name) => read((view) => rolePolicies(view, accountId, view.get(roles, accountId, keyOf(name)))),
    trustPolicyOf: (accountId, roleName) => read((view) => trustOf(view, accountId, roleName, beside)),
    managedPolicy: (accountId, arn) =>
      read((view) => {
        const policy = findPolicy(view, accountId, arn)
        return policy && defaultDocument(policy)
      }),
    openIdConnectProvider: (accountId, arn) =>
      read((view) => {
        const provider = findProvider(view, accountId, arn)
        return provider && { arn, url: provider.url, clientIds: provider.clientIds, thumbprints: provider.thumbprints, tags: provider.tags }
      }),
    openIdConnectProviders: (accountId) =>
      read((view) =>
        view.list(openIdConnectProviders, accountId).map(({ value: { url, clientIds, thumbprints, tags } }) => {
          return { arn: `arn:aws:iam::${accountId}:oidc-provider/${url}`, url, clientIds, thumbprints, tags }
        }),
      ),
    verifyTotp: (accountId, attempt, now) => verifyTotp(state, secrets, accountId, attempt, now),
  }
}

/** Policies of a user as one set; the documents that it is made of are named for messages and traces. */
function userPolicies(view: View, accountId: string, user: User | undefined): PolicySet {
  if (user === undefined) return nobody
  const memberOf = user.groups.map((key) => view.get(groups, accountId, key))
  return policiesOf(view, accountId, user, memberOf)
}

function rolePolicies(view: View, accountId: string, role: Role | undefined): PolicySet {
  return role === undefined ? nobody : policiesOf(view, accountId, role, [])
}

/** The documents of a user, group or role, by where they are attached. */
export function documentsOf(view: View, accountId: string, holder: PolicyHolder): readonly PolicyDocument[] {
  return [
    ...holder.inlinePolicies.map(({ name, document }) => storedPolicy(document, 'identity', `${holder.name}/${name}`)),
    ...holder.attachedPolicies.map((arn) => managedDocument(findPolicy(view, accountId, arn), arn)),
  ]
}

function policiesOf(view: View, accountId: string, entity: User | Role, memberOf: readonly (PolicyHolder | undefined)[]): PolicySet {
  const holders = [entity, ...memberOf]
  const arns = [...holders.flatMap((holder) => holder?.attachedPolicies ?? []), ...(entity.boundary === undefined ? [] : [entity.boundary])]
  const parts: readonly unknown[] = [...holders, ...arns.map((arn) => findPolicy(view, accountId, arn))]
  const known = compiled.get(entity)
  if (known !== undefined && known.parts.length === parts.length && parts.every((part, i) => part === known.parts[i])) return known.set
  const set = compilePolicies({
    identity: holders.flatMap((holder, i) => {
      // A group that is gone while a user is in it can't be: what it would deny is unknown.
      return holder === undefined ? [denyAll('identity', `group ${i}`)] : documentsOf(view, accountId, holder)
    }),
    boundary: entity.boundary === undefined ? undefined : managedDocument(findPolicy(view, accountId, entity.boundary), entity.boundary),
  })
  compiled.set(entity, { parts, set })
  return set
}

/** A missing policy denies, as one that can't be read does. */
export function managedDocument(policy: ManagedPolicy | undefined, arn: string): PolicyDocument {
  if (policy === undefined) return denyAll('managed', arn)
  let document = managedDocuments.get(policy)
  if (document === undefined) {
    const text = defaultDocument(policy)
    document = text === undefined ? denyAll('managed', arn) : storedPolicy(text, 'managed', arn)
    managedDocuments.set(policy, document)
  }
  return document
}

function defaultDocument({ versions, defaultVersion }: ManagedPolicy): string | undefined {
  return versions.find(({ number }) => number === defaultVersion)?.document
}

function trustOf(view: Snapshot, accountId: string, roleName: string, beside: TrustedBeside): PolicySet {
  const role = view.get(roles, accountId, keyOf(roleName))
  return role === undefined ? untrusting : trustPolicySet(view, role, arnOf('role', accountId, role), beside(accountId, role.name))
}

/** The same user as a state value gives the same object. */
function knownUser(accountId: string, user: User | undefined): KnownUser | undefined {
  if (user === undefined) return undefined
  const known = knownUsers.get(user)
  if (known !== undefined) return known
  const made = newKnownUser(accountId, user)
  knownUsers.set(user, made)
  return made
}

function newKnownUser(accountId: string, user: User): KnownUser {
  const arn = arnOf('user', accountId, user)
  const principal = { kind: 'user', arn, account: accountId, id: user.id } as const
  return { name: user.name, arn, id: user.id, tags: user.tags, context: principalTags(user.tags), principal }
}

function knownRole(accountId: string, role: Role | undefined): KnownRole | undefined {
  if (role === undefined) return undefined
  const known = knownRoles.get(role)
  if (known !== undefined) return known
  const made = newKnownRole(accountId, role)
  knownRoles.set(role, made)
  return made
}

function newKnownRole(accountId: string, role: Role): KnownRole {
  const { name, id, path, tags, maxSessionDurationSeconds } = role
  const roleArn = arnOf('role', accountId, role)
  const session = (sessionName: string): RoleSessionPrincipal => {
    return { kind: 'role-session', arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`, account: accountId, id, roleArn }
  }
  return { name, arn: roleArn, id, path, tags, context: principalTags(tags), maxSessionDurationSeconds, session }
}

export function principalTags(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value]))
}

async function verifyTotp(state: State, secrets: Secrets, accountId: string, attempt: TotpAttempt, now: number): Promise<boolean> {
  const { userName, serialNumber, code } = attempt
  const device = state.read((view) => findMfaDevice(view, accountId, serialNumber))
  if (device?.user !== keyOf(userName)) return false
  const seed = secrets.open(device.sealedSeed, ['mfa', serialNumber])
  const around = stepAt(now) + (device.drift ?? 0)
  const step = stepOfCode(seed, code, { around, tolerance: 1, after: device.lastStep })
  if (step === undefined) return false
  // Whoever asks twice at once with the same code gets one yes.
  return state.transact((tx) => {
    const present = tx.get(mfaDevices, accountId, mfaKey(serialNumber))
    if (present?.sealedSeed !== device.sealedSeed || present.user !== device.user || (present.lastStep ?? -1) >= step) return false
    tx.put(mfaDevices, accountId, mfaKey(serialNumber), { ...present, lastStep: step })
    return true
  })
}

const nobody = compilePolicies({ identity: [denyAll('identity', 'nobody')] })
const untrusting = compilePolicies({ resource: denyAll('trust', 'nobody') })

const compiled = new WeakMap<object, { readonly parts: readonly unknown[]; readonly set: PolicySet }>()
const managedDocuments = new WeakMap<ManagedPolicy, PolicyDocument>()
// A value lies in one account only.
const knownUsers = new WeakMap<User, KnownUser>()
const knownRoles = new WeakMap<Role, KnownRole>()
