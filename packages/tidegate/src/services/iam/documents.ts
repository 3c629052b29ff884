/** Policy documents at IAM's edge: judged when they come, read again leniently when they are used, URL-encoded when they go. */
import { parsePolicy, readPolicy } from '@tidegate/policy'
import type { PolicyDocument, Problem } from '@tidegate/policy'
import type { AwsError } from '../../kernel/aws-error.ts'
import { iamError } from './errors.ts'

/** Throws what AWS answers for a document that it refuses. */
export function acceptInlinePolicy(text: string, owner: 'user' | 'group' | 'role', ownerName: string): PolicyDocument {
  return accepted(parsePolicy(text, 'identity', { owner, name: ownerName }))
}

export function acceptManagedPolicy(text: string): PolicyDocument {
  return accepted(parsePolicy(text, 'managed'))
}

export function acceptTrustPolicy(text: string): PolicyDocument {
  return accepted(parsePolicy(text, 'trust'))
}

/**
 * A stored document as evaluation sees it. INVARIANT: what can't be read denies everything, because what it would have denied can't be told.
 */
export function storedPolicy(text: string, kind: 'identity' | 'managed' | 'trust' | 'boundary', name: string): PolicyDocument {
  const read = readPolicy(text, kind, { name })
  return read.ok ? read.document : denyAll(kind, name)
}

/** Stands for a policy that is missing or broken. */
export function denyAll(kind: 'identity' | 'managed' | 'trust' | 'boundary', name: string): PolicyDocument {
  const about = kind === 'trust' ? { Principal: '*', Action: 'sts:*' } : { Action: '*', Resource: '*' }
  const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Unreadable', Effect: 'Deny', ...about }] }), kind, {
    name,
  })
  if (!read.ok) throw new Error('the policy that denies everything is malformed')
  return read.document
}

/** RFC 3986, as AWS encodes documents in its answers. */
export function encodedDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Characters that count towards quotas: all but the white space between the tokens. */
export function countedSize(text: string): number {
  return text.replaceAll(/("(?:[^"\\]|\\.)*")|[\t\n\r ]+/g, '$1').length
}

function accepted(result: ReturnType<typeof parsePolicy>): PolicyDocument {
  if (result.ok) return result.document
  throw policyError(result.problems[0])
}

function policyError({ code, message, hint }: Problem): AwsError {
  const known = code === 'LimitExceeded' || code === 'ValidationError' ? code : 'MalformedPolicyDocument'
  return iamError(known, message, { detail: hint })
}
