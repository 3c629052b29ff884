/** Session policies: what a session is narrowed to, and the room that they and the tags take. */
import type { PolicyDescriptorType } from '@aws-sdk/client-sts'
import { parsePolicy } from '@tidegate/policy'
import { deflateRawSync } from 'node:zlib'
import type { Session } from '../../kernel/caller.ts'
import { stsError } from './errors.ts'
import type { ManagedPolicies, Tag } from './ports.ts'
import type { SessionTags } from './tags.ts'

export type SessionPolicies = NonNullable<Session['sessionPolicies']>

/**
 * `undefined` where none are given: the session is then not narrowed (or, for a federated user, has nothing).
 * Throws `MalformedPolicyDocument` and `ValidationError`. Whether the ARNs exist is `assertPoliciesExist`'s to say.
 */
export function sessionPolicies(inline: string | undefined, arns: readonly PolicyDescriptorType[] = []): SessionPolicies | undefined {
  if (inline !== undefined) acceptSessionPolicy(inline)
  const given = arns.map(({ arn = '' }) => arn)
  if ((inline?.length ?? 0) + given.join('').length > maxPlainText) {
    throw stsError(
      'ValidationError',
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${maxPlainText}`,
      { detail: 'the inline session policy and the ARNs together' },
    )
  }
  if (inline === undefined && given.length === 0) return undefined
  return { ...(inline === undefined ? {} : { inline }), ...(given.length === 0 ? {} : { arns: given }) }
}

/** Session policies by ARN are those of the account of the session, or AWS's. Throws `ValidationError`. */
export function assertPoliciesExist(policies: SessionPolicies | undefined, accountId: string, managed: ManagedPolicies): void {
  for (const arn of policies?.arns ?? []) {
    const [, owner] = /^arn:aws:iam::(\d{12}|aws):policy\/.+$/.exec(arn) ?? []
    if (owner === undefined) throw stsError('ValidationError', `ARN ${arn} is not valid.`)
    if ((owner !== 'aws' && owner !== accountId) || managed.managedPolicy(accountId, arn) === undefined) {
      throw stsError('ValidationError', `Policy ${arn} does not exist or is not attachable.`)
    }
  }
}

/**
 * `PackedPolicySize`, percent; `undefined` where there is nothing to pack. AWS does not publish how it packs. This estimate follows what
 * it was seen to answer: tags are not compressed, so that nine tags with keys of 2 and values of 250 characters take 498 %, and tags that
 * are inherited count. Policies are taken to be deflated, ARNs not.
 */
export function packedPolicySize(policies: SessionPolicies | undefined, { given, inherited }: SessionTags): number | undefined {
  const tags: readonly Tag[] = [...inherited, ...given]
  if (policies === undefined && tags.length === 0) return undefined
  const policyBytes = policies?.inline === undefined ? 0 : deflateRawSync(policies.inline).length
  const arnBytes = (policies?.arns ?? []).reduce((sum, arn) => sum + Buffer.byteLength(arn), 0)
  const tagBytes = tags.reduce((sum, { key, value }) => sum + Buffer.byteLength(key + value) + bytesPerTag, 0)
  return Math.max(1, Math.floor((100 * (policyBytes + arnBytes + tagBytes)) / packedBytes))
}

/** Throws `PackedPolicyTooLarge`. */
export function assertPackedSize(percent: number | undefined, policies: SessionPolicies | undefined): void {
  if (percent === undefined || percent <= 100) return
  throw stsError(
    'PackedPolicyTooLarge',
    policies === undefined
      ? `Packed size of session tags consumes ${percent}% of allotted space.`
      : `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  )
}

function acceptSessionPolicy(text: string): void {
  const read = parsePolicy(text, 'session')
  if (read.ok) return
  const [{ code, message, hint }] = read.problems
  throw stsError(code === 'ValidationError' ? 'ValidationError' : 'MalformedPolicyDocument', message, { detail: hint })
}

const maxPlainText = 2048
const bytesPerTag = 3
const packedBytes = 460
