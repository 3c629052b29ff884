/**
 * Whether a bucket policy is public: it grants something to everybody, or to whom no fixed value narrows.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
import type { PolicyDocument } from '@tidegate/policy'

type Statement = PolicyDocument['statements'][number]
type Condition = Statement['conditions'][number]

export function isPublicPolicy({ statements }: PolicyDocument): boolean {
  return statements.some(
    (statement) => statement.effect === 'Allow' && isForEverybody(statement) && !statement.conditions.some(isNarrowing),
  )
}

function isForEverybody({ principal }: Statement): boolean {
  if (principal === undefined || principal.not) return true
  return principal.entries.some(({ type, value }) => type === 'AWS' && value === '*')
}

function isNarrowing({ operator, key, values }: Condition): boolean {
  const { base, set, ifExists } = operator
  if (ifExists || set === 'ForAllValues' || values.length === 0) return false
  const name = key.toLowerCase()
  if (name === 'aws:sourceip') return base === 'IpAddress' && values.every(isNarrowRange)
  if (!fixedKeys.has(name) || !equalities.has(base)) return false
  return values.every((value) => isFixed(name, value))
}

function isFixed(name: string, value: string): boolean {
  if (value.includes('${')) return false
  // The unique id of a role stands before the name of a session, which nobody knows beforehand.
  const text = name === 'aws:userid' ? value.replace(/^[A-Z0-9]+:\*$/, '') : value
  return !/[*?]/.test(text)
}

/** AWS takes IPv4 ranges wider than /8 and IPv6 ranges wider than /32 for everybody. */
function isNarrowRange(range: string): boolean {
  const [address = '', bits] = range.split('/')
  if (bits === undefined) return true
  return Number(bits) >= (address.includes(':') ? 32 : 8)
}

const fixedKeys: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])
const equalities: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike'])
