/** What IAM operations ask the policies: the action on the ARN that the entity has, with its tags and its permissions boundary. */
import { nameOf, rootArn } from '../../kernel/arn.ts'
import type { Check } from '../../kernel/operation.ts'
import { arnOf, parseArn } from './arn.ts'
import { iamError } from './errors.ts'
import type { IamCall } from './iam-operation.ts'
import { findMfaDevice, findPolicy, findProvider } from './lookup.ts'
import { groups, instanceProfiles, keyOf, roles, users } from './state.ts'
import type { Tag } from './state.ts'
import { resourceTags } from './tags.ts'

export type Context = NonNullable<Check['context']>

/** What a check is about. An entity that does not exist is judged by the ARN that its name would have. */
export interface Target {
  readonly arn: string
  readonly accountId?: string
  readonly context: Context
}

export function check(action: string, target: Target, context: Context = {}): Check {
  const account = target.accountId === undefined ? {} : { accountId: target.accountId }
  return { action: `iam:${action}`, resource: target.arn, ...account, context: { ...target.context, ...context } }
}

/** For actions that know no resource. */
export const everything: Target = { arn: '*', context: {} }

export function userTarget({ state, caller: { accountId } }: IamCall, name: string): Target {
  const user = state.read((view) => view.get(users, accountId, keyOf(name)))
  return { arn: arnOf('user', accountId, user ?? { name }), context: principalContext(user) }
}

export function groupTarget({ state, caller: { accountId } }: IamCall, name: string): Target {
  const group = state.read((view) => view.get(groups, accountId, keyOf(name)))
  return { arn: arnOf('group', accountId, group ?? { name }), context: {} }
}

export function roleTarget({ state, caller: { accountId } }: IamCall, name: string): Target {
  const role = state.read((view) => view.get(roles, accountId, keyOf(name)))
  return { arn: arnOf('role', accountId, role ?? { name }), context: principalContext(role) }
}

export function instanceProfileTarget({ state, caller: { accountId } }: IamCall, name: string): Target {
  const profile = state.read((view) => view.get(instanceProfiles, accountId, keyOf(name)))
  return { arn: arnOf('instance-profile', accountId, profile ?? { name }), context: resourceTags(profile?.tags ?? [], false) }
}

/** A managed policy that is read: AWS's own are everyone's to read. */
export function policyTarget({ state, caller: { accountId } }: IamCall, arn: string): Target {
  const policy = state.read((view) => findPolicy(view, accountId, arn))
  return { arn, context: resourceTags(policy?.tags ?? [], false) }
}

/** A managed policy that is changed: AWS's own belong to an account of which nobody here is. */
export function changedPolicyTarget(call: IamCall, arn: string): Target {
  const owner = parseArn(arn)?.accountId
  return { ...policyTarget(call, arn), ...(owner === undefined ? {} : { accountId: owner }) }
}

export function providerTarget({ state, caller: { accountId } }: IamCall, arn: string): Target {
  const provider = state.read((view) => findProvider(view, accountId, arn))
  return { arn, context: resourceTags(provider?.tags ?? [], false) }
}

export function mfaTarget({ state, caller: { accountId } }: IamCall, serialNumber: string): Target {
  const device = state.read((view) => findMfaDevice(view, accountId, serialNumber))
  return { arn: serialNumber, context: resourceTags(device?.tags ?? [], false) }
}

/** An entity that the call makes. */
export function newTarget(type: Parameters<typeof arnOf>[0], { caller }: IamCall, entity: Parameters<typeof arnOf>[2]): Target {
  return { arn: arnOf(type, caller.accountId, entity), context: {} }
}

/**
 * The user that a call is about, where `UserName` may be left out: then it is the caller.
 * `undefined` stands for the account root. Throws `ValidationError` for roles and federated users, who are no IAM users.
 */
export function userNameOf(given: string | undefined, { caller: { principal } }: IamCall): string | undefined {
  if (given !== undefined) return given
  if (principal.kind === 'root') return undefined
  if (principal.kind === 'user') return nameOf(principal.arn)
  throw iamError('ValidationError', 'Must specify userName when calling with non-User credentials')
}

/** The user, or the account root. */
export function selfTarget(call: IamCall, name: string | undefined): Target {
  return name === undefined ? { arn: rootArn(call.caller.accountId), context: {} } : userTarget(call, name)
}

function principalContext(entity: { readonly tags: readonly Tag[]; readonly boundary?: string | undefined } | undefined): Context {
  if (entity === undefined) return {}
  return { ...resourceTags(entity.tags, true), ...(entity.boundary === undefined ? {} : { 'iam:PermissionsBoundary': entity.boundary }) }
}
