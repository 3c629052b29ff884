/** Finding entities, and what AWS says where there is none. */
import type { View } from '../../kernel/state.ts'
import { arnOf, parseArn } from './arn.ts'
import { iamError } from './errors.ts'
import { awsManagedPolicies } from './managed-policies/aws-managed-policies.ts'
import {
  accountSettings,
  groups,
  instanceProfiles,
  keyOf,
  mfaDevices,
  openIdConnectProviders,
  policies,
  roles,
  theOne,
  users,
} from './state.ts'
import type { AccountSettings, Group, InstanceProfile, ManagedPolicy, MfaDevice, OpenIdConnectProvider, Role, User } from './state.ts'

export function userNamed(view: View, accountId: string, name: string): User {
  return view.get(users, accountId, keyOf(name)) ?? missing(`The user with name ${name} cannot be found.`)
}

export function groupNamed(view: View, accountId: string, name: string): Group {
  return view.get(groups, accountId, keyOf(name)) ?? missing(`The group with name ${name} cannot be found.`)
}

export function roleNamed(view: View, accountId: string, name: string): Role {
  return view.get(roles, accountId, keyOf(name)) ?? missing(`The role with name ${name} cannot be found.`)
}

/** A role that its account may change: not one that belongs to a service. */
export function changeableRole(view: View, accountId: string, name: string): Role {
  const role = roleNamed(view, accountId, name)
  if (!isServiceLinked(role)) return role
  throw iamError(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
  )
}

export function isServiceLinked({ path }: Pick<Role, 'path'>): boolean {
  return path.startsWith('/aws-service-role/')
}

export function instanceProfileNamed(view: View, accountId: string, name: string): InstanceProfile {
  return view.get(instanceProfiles, accountId, keyOf(name)) ?? missing(`Instance Profile ${name} cannot be found.`)
}

/** A policy of the account or of AWS, under its exact ARN. */
export function findPolicy(view: View, accountId: string, arn: string): ManagedPolicy | undefined {
  const parsed = parseArn(arn)
  if (parsed?.type !== 'policy') return undefined
  if (parsed.accountId === 'aws') return awsManagedPolicies.get(arn)
  if (parsed.accountId !== accountId) return undefined
  const policy = view.get(policies, accountId, keyOf(parsed.name))
  return policy !== undefined && arnOf('policy', accountId, policy) === arn ? policy : undefined
}

export function policyOf(view: View, accountId: string, arn: string): ManagedPolicy {
  return findPolicy(view, accountId, arn) ?? missing(`Policy ${arn} was not found.`)
}

/** A policy that is about to be attached. */
export function attachablePolicy(view: View, accountId: string, arn: string): ManagedPolicy {
  if (parseArn(arn) === undefined) throw iamError('InvalidInput', `ARN ${arn} is not valid.`)
  return findPolicy(view, accountId, arn) ?? missing(`Policy ${arn} does not exist or is not attachable.`)
}

/** A policy that is about to become a permissions boundary. */
export function assertBoundary(view: View, accountId: string, arn: string | undefined): void {
  if (arn === undefined) return
  if (parseArn(arn)?.type !== 'policy') throw iamError('ValidationError', `Value (${arn}) for parameter PermissionsBoundary is invalid.`)
  if (findPolicy(view, accountId, arn) === undefined) missing(`Scope ARN: ${arn} does not exist or is not attachable.`)
}

/** A policy that belongs to the account and can be changed. AWS's own are refused before, as nobody has access to change them. */
export function customerPolicy(view: View, accountId: string, arn: string): ManagedPolicy {
  if (awsManagedPolicies.has(arn)) throw iamError('AccessDenied', `Policy ${arn} is managed by AWS and cannot be changed.`)
  return policyOf(view, accountId, arn)
}

export function providerOf(view: View, accountId: string, arn: string): OpenIdConnectProvider {
  return findProvider(view, accountId, arn) ?? missing(`OpenIDConnect Provider not found for arn ${arn}`)
}

export function findProvider(view: View, accountId: string, arn: string): OpenIdConnectProvider | undefined {
  const prefix = providerArn(accountId, '')
  return arn.startsWith(prefix) ? view.get(openIdConnectProviders, accountId, arn.slice(prefix.length)) : undefined
}

export function providerArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url}`
}

export function mfaDeviceOf(view: View, accountId: string, serialNumber: string): MfaDevice {
  return findMfaDevice(view, accountId, serialNumber) ?? missing(`MFA Device with serial number ${serialNumber} does not exist.`)
}

export function findMfaDevice(view: View, accountId: string, serialNumber: string): MfaDevice | undefined {
  const device = view.get(mfaDevices, accountId, mfaKey(serialNumber))
  return device !== undefined && arnOf('mfa', accountId, device) === serialNumber ? device : undefined
}

/** Key of the device of a serial number, which is an ARN. */
export function mfaKey(serialNumber: string): string {
  return keyOf(serialNumber.slice(serialNumber.indexOf('/') + 1))
}

export function settingsOf(view: View, accountId: string): AccountSettings {
  return view.get(accountSettings, accountId, theOne) ?? {}
}

export function missing(message: string): never {
  throw iamError('NoSuchEntity', message)
}
