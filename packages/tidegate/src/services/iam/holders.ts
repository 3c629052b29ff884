/** What users, groups and roles have in common: inline policies, attached policies, permissions boundaries, tags. */
import type { Tag as TagShape } from '@aws-sdk/client-iam'
import type { Collection, Transaction, View } from '../../kernel/state.ts'
import { acceptInlinePolicy, countedSize, encodedDocument } from './documents.ts'
import { iamError } from './errors.ts'
import {
  assertBoundary,
  attachablePolicy,
  changeableRole,
  findPolicy,
  groupNamed,
  isServiceLinked,
  missing,
  roleNamed,
  userNamed,
} from './lookup.ts'
import { pageOf } from './page.ts'
import type { Page, PageInput } from './page.ts'
import { groups, keyOf, roles, users } from './state.ts'
import type { Group, InlinePolicy, PolicyHolder, Role, Tag, User } from './state.ts'
import { tagShapes, tagsOf, withoutTags, withTags } from './tags.ts'

export interface HolderKind<T extends PolicyHolder> {
  readonly type: 'user' | 'group' | 'role'
  readonly collection: Collection<T>
  /** Throws `NoSuchEntity`. */
  readonly find: (view: View, accountId: string, name: string) => T
  /** Throws `UnmodifiableEntity` too. */
  readonly findChangeable: (view: View, accountId: string, name: string) => T
}

export const userKind: HolderKind<User> = { type: 'user', collection: users, find: userNamed, findChangeable: userNamed }
export const groupKind: HolderKind<Group> = { type: 'group', collection: groups, find: groupNamed, findChangeable: groupNamed }
export const roleKind: HolderKind<Role> = { type: 'role', collection: roles, find: roleNamed, findChangeable: changeableRole }

/** One entity of an account. */
export interface HolderOf<T extends PolicyHolder> {
  readonly kind: HolderKind<T>
  readonly accountId: string
  readonly name: string
}

export function putInlinePolicy<T extends PolicyHolder>(tx: Transaction, of: HolderOf<T>, policyName: string, document: string): void {
  change(tx, of, (entity) => {
    acceptInlinePolicy(document, of.kind.type, entity.name)
    const others = entity.inlinePolicies.filter(({ name }) => keyOf(name) !== keyOf(policyName))
    const inlinePolicies = [...others, { name: policyName, document }].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const limit = inlineLimits[of.kind.type]
    if (inlinePolicies.reduce((sum, policy) => sum + countedSize(policy.document), 0) > limit) {
      throw iamError('LimitExceeded', `Maximum policy size of ${limit} bytes exceeded for ${of.kind.type} ${entity.name}`)
    }
    return { ...entity, inlinePolicies }
  })
}

export function deleteInlinePolicy<T extends PolicyHolder>(tx: Transaction, of: HolderOf<T>, policyName: string): void {
  change(tx, of, (entity) => {
    const { name } = inlinePolicyOf(entity, of, policyName)
    return { ...entity, inlinePolicies: entity.inlinePolicies.filter((policy) => policy.name !== name) }
  })
}

export function inlinePolicy<T extends PolicyHolder>(view: View, of: HolderOf<T>, policyName: string) {
  const entity = of.kind.find(view, of.accountId, of.name)
  const { name, document } = inlinePolicyOf(entity, of, policyName)
  return { entityName: entity.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
}

export function inlinePolicyNames<T extends PolicyHolder>(view: View, of: HolderOf<T>, input: PageInput) {
  const { inlinePolicies } = of.kind.find(view, of.accountId, of.name)
  const { items, rest } = pageOf(inlinePolicies, ({ name }) => name, input)
  return { PolicyNames: items.map(({ name }) => name), ...rest }
}

export function attachPolicy<T extends PolicyHolder>(tx: Transaction, of: HolderOf<T>, policyArn: string): void {
  change(tx, of, (entity) => {
    const policy = attachablePolicy(tx, of.accountId, policyArn)
    if (isServiceLinked(policy)) throw iamError('PolicyNotAttachable', 'Cannot attach a Service Role Policy to a Customer Role.')
    if (entity.attachedPolicies.includes(policyArn)) return entity
    if (entity.attachedPolicies.length >= maxAttached) {
      throw iamError('LimitExceeded', `Cannot exceed quota for PoliciesPer${capital(of.kind.type)}: ${maxAttached}`)
    }
    return { ...entity, attachedPolicies: [...entity.attachedPolicies, policyArn] }
  })
}

export function detachPolicy<T extends PolicyHolder>(tx: Transaction, of: HolderOf<T>, policyArn: string): void {
  change(tx, of, (entity) => {
    if (!entity.attachedPolicies.includes(policyArn)) missing(`Policy ${policyArn} was not found.`)
    return { ...entity, attachedPolicies: entity.attachedPolicies.filter((arn) => arn !== policyArn) }
  })
}

export function attachedPolicies<T extends PolicyHolder>(
  view: View,
  of: HolderOf<T>,
  input: PageInput & { readonly PathPrefix?: string | undefined },
) {
  const entity = of.kind.find(view, of.accountId, of.name)
  const shown = attachedPolicyShapes(view, of.accountId, entity, input.PathPrefix)
  const { items, rest } = pageOf(shown, ({ PolicyArn }) => PolicyArn, input)
  return { AttachedPolicies: items, ...rest }
}

export function attachedPolicyShapes(view: View, accountId: string, { attachedPolicies: arns }: PolicyHolder, pathPrefix = '/') {
  return arns.flatMap((arn) => {
    const policy = findPolicy(view, accountId, arn)
    return policy?.path.startsWith(pathPrefix) === true ? [{ PolicyName: policy.name, PolicyArn: arn }] : []
  })
}

export function inlinePolicyShapes({ inlinePolicies }: PolicyHolder) {
  return inlinePolicies.map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodedDocument(document) }))
}

export function putBoundary<T extends User | Role>(tx: Transaction, of: HolderOf<T>, policyArn: string): void {
  change(tx, of, (entity) => {
    assertBoundary(tx, of.accountId, policyArn)
    return { ...entity, boundary: policyArn }
  })
}

export function deleteBoundary<T extends User | Role>(tx: Transaction, of: HolderOf<T>): void {
  change(tx, of, (entity) => {
    if (entity.boundary === undefined) missing(`${capital(of.kind.type)} ${entity.name} does not have a permissions boundary.`)
    return { ...entity, boundary: undefined }
  })
}

/** The `PermissionsBoundary` member of users and roles. */
export function boundaryShape(arn: string | undefined) {
  if (arn === undefined) return {}
  return { PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const, PermissionsBoundaryArn: arn } }
}

export function tagHolder<T extends User | Role>(tx: Transaction, of: HolderOf<T>, tags: readonly TagShape[]): void {
  change(tx, of, (entity) => ({ ...entity, tags: withTags(entity.tags, tagsOf(tags)) }), of.kind.find)
}

export function untagHolder<T extends User | Role>(tx: Transaction, of: HolderOf<T>, keys: readonly string[]): void {
  change(tx, of, (entity) => ({ ...entity, tags: withoutTags(entity.tags, keys) }), of.kind.find)
}

export function tagPage(tags: readonly Tag[], input: PageInput) {
  const { items, rest }: Page<Tag> = pageOf(tags, ({ key }) => key, input)
  return { Tags: tagShapes(items), ...rest }
}

/** `Tags` as most answers have them: left out where there are none. */
export function tagsShape(tags: readonly Tag[]): { Tags?: TagShape[] } {
  return tags.length === 0 ? {} : { Tags: tagShapes(tags) }
}

export function change<T extends PolicyHolder>(
  tx: Transaction,
  { kind, accountId, name }: HolderOf<T>,
  work: (entity: T) => T,
  find = kind.findChangeable,
): void {
  tx.put(kind.collection, accountId, keyOf(name), work(find(tx, accountId, name)))
}

/** Throws `DeleteConflict` as long as policies are attached or inline. */
export function assertNoPolicies({ attachedPolicies: arns, inlinePolicies }: PolicyHolder): void {
  if (arns.length > 0) throw iamError('DeleteConflict', 'Cannot delete entity, must detach all policies first.')
  if (inlinePolicies.length > 0) throw iamError('DeleteConflict', 'Cannot delete entity, must delete policies first.')
}

function inlinePolicyOf<T extends PolicyHolder>(entity: T, { kind }: HolderOf<T>, policyName: string): InlinePolicy {
  const found = entity.inlinePolicies.find(({ name }) => keyOf(name) === keyOf(policyName))
  return found ?? missing(`The ${kind.type} policy with name ${policyName} cannot be found.`)
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const inlineLimits = { user: 2048, group: 5120, role: 10240 }
const maxAttached = 10
