/**
 * The policy of a form that a browser posts to S3: what the form may say, signed by who made it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { Buffer } from 'node:buffer'
import { signatureError } from './errors.ts'

export interface PostPolicy {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly conditions: readonly PostCondition[]
}

export type PostCondition =
  | { readonly operator: 'eq' | 'starts-with'; readonly field: string; readonly value: string }
  | { readonly operator: 'content-length-range'; readonly min: number; readonly max: number }

export interface LengthRange {
  readonly min: number
  readonly max: number
}

/** Of the base64 text that a form has in its field `policy`. */
export function parsePostPolicy(base64: string): PostPolicy {
  const document = readObject(base64)
  for (const name of Object.keys(document)) {
    if (name !== 'expiration' && name !== 'conditions') throw invalidPolicy(`Unexpected: '${name.slice(0, 100)}'`)
  }
  const { expiration, conditions } = document
  if (expiration === undefined) throw invalidPolicy('Policy missing expiration.')
  const expiresAt = typeof expiration === 'string' && isoTime.test(expiration) ? Date.parse(expiration) : Number.NaN
  if (Number.isNaN(expiresAt)) throw invalidPolicy("Invalid 'expiration' value.")
  if (conditions === undefined) throw invalidPolicy('Policy missing conditions.')
  if (!Array.isArray(conditions)) throw invalidPolicy("Invalid 'conditions' value: must be a List.")
  return { expiresAt, conditions: conditions.map(readCondition) }
}

/**
 * Refuses a form that the policy does not allow, and answers how long its file may be. `fields` are by names in lower case, with
 * `${filename}` replaced; `bucket` is the bucket that the request is for.
 */
export function requireAllowed(policy: PostPolicy, fields: ReadonlyMap<string, string>, bucket: string, now: number): LengthRange {
  if (now >= policy.expiresAt) throw refused('Policy expired.')
  const covered = new Set<string>()
  let range: LengthRange = { min: 0, max: Number.MAX_SAFE_INTEGER }
  for (const condition of policy.conditions) {
    if (condition.operator === 'content-length-range') {
      range = { min: Math.max(range.min, condition.min), max: Math.min(range.max, condition.max) }
      continue
    }
    covered.add(condition.field)
    const value = condition.field === 'bucket' ? bucket : fields.get(condition.field)
    if (value === undefined || !holds(condition, value)) {
      const shown = [condition.operator, `$${condition.field}`, condition.value].map((part) => JSON.stringify(part)).join(', ')
      throw refused(`Policy Condition failed: [${shown}]`)
    }
  }
  const extra = ['bucket', ...fields.keys()].filter((name) => !covered.has(name) && !isFree(name))
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`)
  if (fields.has('bucket') && fields.get('bucket') !== bucket) throw refused('Policy Condition failed: ["eq", "$bucket"]')
  return range
}

function holds({ operator, field, value: wanted }: Extract<PostCondition, { field: string }>, value: string): boolean {
  if (operator === 'eq') return value === wanted
  // AWS: each of several content types has to match.
  if (field === 'content-type') return value.split(',').every((each) => each.trim().startsWith(wanted))
  return value.startsWith(wanted)
}

/** Fields that are the signature, what it is over, the file, or its checksum: all others have to be allowed. */
function isFree(name: string): boolean {
  return freeFields.has(name) || name.startsWith('x-ignore-') || name.startsWith('x-amz-checksum-')
}

function readObject(base64: string): Readonly<Record<string, unknown>> {
  const text = base64.trim()
  if (text === '') throw invalidPolicy("Expecting '{' but found End-of-Input")
  if (!/^[A-Za-z0-9+/\r\n]+={0,2}$/.test(text)) throw invalidPolicy('invalid Base64 encoding.')
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))
    const value: unknown = JSON.parse(json)
    if (isObject(value)) return value
  } catch {
    throw invalidPolicy('Invalid JSON.')
  }
  throw invalidPolicy('Invalid JSON.')
}

function readCondition(condition: unknown): PostCondition {
  if (Array.isArray(condition)) return readList(condition)
  if (!isObject(condition)) throw invalidPolicy('Invalid condition test: must be a List or Object.')
  const [entry, ...more] = Object.entries(condition)
  if (entry === undefined || more.length > 0)
    throw invalidPolicy('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.')
  const [field, value] = entry
  if (typeof value !== 'string') throw invalidPolicy('Invalid Simple-Condition: value must be a string.')
  return { operator: 'eq', field: field.toLowerCase(), value }
}

function readList(condition: readonly unknown[]): PostCondition {
  const [operator, first, second] = condition
  const name = typeof operator === 'string' ? operator.toLowerCase() : ''
  if (condition.length !== 3) throw invalidPolicy(`Invalid ${name.slice(0, 40)}: wrong number of arguments.`)
  if (name === 'content-length-range') {
    const [min, max] = [readLength(first), readLength(second)]
    return { operator: name, min, max }
  }
  if (name !== 'eq' && name !== 'starts-with') throw invalidPolicy(`Invalid condition operator '${name.slice(0, 40)}'.`)
  if (typeof first !== 'string' || !first.startsWith('$') || first.length === 1 || typeof second !== 'string') {
    throw invalidPolicy(`Invalid ${name}: a field that starts with $ and a string are required.`)
  }
  return { operator: name, field: first.slice(1).toLowerCase(), value: second }
}

function readLength(value: unknown): number {
  const length = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) throw invalidPolicy('Invalid content-length-range.')
  return length
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalidPolicy(message: string): Error {
  return signatureError('InvalidPolicyDocument', `Invalid Policy: ${message}`)
}

function refused(message: string): Error {
  return signatureError('AccessDenied', `Invalid according to Policy: ${message}`)
}

const freeFields: ReadonlySet<string> = new Set(['awsaccesskeyid', 'file', 'policy', 'signature', 'x-amz-signature'])
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/
