/** The policy of a bucket as requests are judged by it. */
import { compilePolicies, parsePolicy, type PolicyDocument, type PolicySet, readPolicy } from '@tidegate/policy'
import type { Caller } from '../../kernel/caller.ts'
import { s3Error } from './errors.ts'
import { isPublicPolicy } from './public-policy.ts'
import type { Bucket } from './state.ts'

/** Throws what AWS answers for a document that it refuses. */
export function acceptBucketPolicy(text: string, bucketName: string): PolicyDocument {
  const parsed = parsePolicy(text, 'resource', { service: 's3', name: bucketName })
  if (!parsed.ok) {
    const [{ code, message, hint }] = parsed.problems
    throw s3Error(code === 'PolicyTooLarge' ? code : 'MalformedPolicy', message, { detail: hint })
  }
  const resources = parsed.document.statements.flatMap(({ resource }) => (resource?.not === false ? resource.patterns : []))
  const foreign = resources.find((pattern) => !isOfBucket(pattern, bucketName))
  if (foreign === undefined) return parsed.document
  throw s3Error('MalformedPolicy', 'Policy has invalid resource', { detail: `\`${foreign}\` is not in the bucket` })
}

/** Whether a pattern can match the bucket or something in it. */
function isOfBucket(pattern: string, bucketName: string): boolean {
  const [name = ''] = pattern.replace(/^arn:[^:]*:s3:::/, '').split('/')
  if (pattern === '*') return true
  // What stands before the first wild card decides: bucket names are short, and a pattern that is too wide does no harm here.
  const wild = name.search(/[*?]/)
  return wild < 0 ? name === bucketName : bucketName.startsWith(name.slice(0, wild))
}

export function policyOf(bucket: Bucket, caller: Caller): PolicySet | undefined {
  if (bucket.policy === undefined) return undefined
  const { whole, denials, isPublic } = compiledOf(bucket, bucket.policy)
  const isRestricted = isPublic && (bucket.publicAccessBlock?.RestrictPublicBuckets ?? false)
  return isRestricted && isForeign(bucket, caller) ? denials : whole
}

/** As it is for callers of the bucket's own account. */
export function wholePolicyOf(bucket: Bucket): PolicySet | undefined {
  return bucket.policy === undefined ? undefined : compiledOf(bucket, bucket.policy).whole
}

export function hasPublicPolicy(bucket: Bucket): boolean {
  return bucket.policy !== undefined && compiledOf(bucket, bucket.policy).isPublic
}

/** Of another account, or of none; services act for whoever the policy names. */
function isForeign({ accountId }: Bucket, { principal, accountId: own }: Caller): boolean {
  return principal.kind !== 'service' && own !== accountId
}

interface Compiled {
  readonly whole: PolicySet
  /** What is left of a public policy for other accounts where public access is restricted. */
  readonly denials: PolicySet
  readonly isPublic: boolean
}

function compiledOf(bucket: Bucket, text: string): Compiled {
  let known = compiled.get(bucket)
  if (known === undefined) {
    const document = stored(text, bucket.name)
    const denials = { ...document, statements: document.statements.filter(({ effect }) => effect === 'Deny') }
    known = {
      whole: compilePolicies({ resource: document }),
      denials: compilePolicies({ resource: denials }),
      isPublic: isPublicPolicy(document),
    }
    compiled.set(bucket, known)
  }
  return known
}

/** INVARIANT: what can't be read denies everything, because what it would have denied can't be told. */
function stored(text: string, name: string): PolicyDocument {
  for (const each of [text, denyAll]) {
    const read = readPolicy(each, 'resource', { name })
    if (read.ok) return read.document
  }
  throw new Error('the policy that denies everything is malformed')
}

/** A record stays the same object until it is written again. */
const compiled = new WeakMap<Bucket, Compiled>()
const denyAll =
  '{"Version":"2012-10-17","Statement":[{"Sid":"Unreadable","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::*"}]}'
