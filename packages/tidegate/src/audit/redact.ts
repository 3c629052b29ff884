/**
 * Copies what a request or an answer carries into a record: plain JSON, without secrets, of bounded depth.
 *
 * Two nets hold secrets back. An operation lists the members that hold them; and members whose names mean a secret wherever they appear are
 * hidden although nobody listed them. The value is gone before the record is hashed, so the hash says nothing about it either.
 */

/** What CloudTrail writes in place of a secret. */
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * @param secretPaths dotted member names; lists on the way are passed through: `containerDefinitions.environment.value`. `*` is any member.
 * Upper and lower case are the same, because CloudTrail writes `secretString` for what the API calls `SecretString`.
 */
export function redacted(value: unknown, secretPaths: readonly string[] = noPaths): Json {
  let secrets = splitPaths.get(secretPaths)
  if (secrets === undefined) {
    secrets = secretPaths.map((path) => path.toLowerCase().split('.'))
    splitPaths.set(secretPaths, secrets)
  }
  return copy(value, secrets, 0)
}

/** Hides the parts of a presigned URL that would let others use it. */
export function withoutSignatures(text: string): string {
  return text.includes('mz-') || text.includes('MZ-') ? text.replaceAll(signedParts, `$1${hidden}`) : text
}

function copy(value: unknown, secrets: readonly (readonly string[])[], depth: number): Json {
  switch (typeof value) {
    case 'string':
      return withoutSignatures(value)
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null ? null : copyObject(value, secrets, depth)
    case 'undefined':
    case 'function':
    case 'symbol':
      return null
  }
}

function copyObject(value: object, secrets: readonly (readonly string[])[], depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (depth === maxDepth) return '<nested too deeply>'
  if (Array.isArray(value)) return value.map((each) => copy(each, secrets, depth + 1))
  if (isStream(value)) return '<stream>'
  const members: Record<string, Json> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || typeof member === 'function') continue
    const copied = copyMember(name.toLowerCase(), member, secrets, depth)
    if (name === '__proto__') Object.defineProperty(members, name, { value: copied, enumerable: true, configurable: true, writable: true })
    else members[name] = copied
  }
  return members
}

function copyMember(name: string, member: unknown, secrets: readonly (readonly string[])[], depth: number): Json {
  if (member !== null && secretNames.has(name) && !isNested(member)) return hidden
  if (secrets.length === 0) return copy(member, secrets, depth + 1)
  const inner = secrets.filter(([first]) => first === name || first === '*').map(([, ...rest]) => rest)
  return inner.some((path) => path.length === 0) ? hidden : copy(member, inner, depth + 1)
}

/** A structure may bear such a name and hold no secret itself (IAM's `AccessKey`); what is in it is looked at. */
function isNested(member: unknown): boolean {
  return typeof member === 'object' && !ArrayBuffer.isView(member)
}

function isStream(value: object): boolean {
  return Symbol.asyncIterator in value || 'getReader' in value
}

const secretNames = new Set([
  'accesstoken',
  'authorization',
  'authorizationtoken',
  'clientsecret',
  'idtoken',
  'masteruserpassword',
  'newpassword',
  'oldpassword',
  'password',
  'plaintext',
  'privatekey',
  'refreshtoken',
  'samlassertion',
  'secret',
  'secretaccesskey',
  'secretbinary',
  'secretkey',
  'secretstring',
  'securitytoken',
  'sessiontoken',
  'tokencode',
  'webidentitytoken',
  'x-amz-security-token',
  'x-amz-signature',
])

/** The paths of an operation are the same list in every request. */
const splitPaths = new WeakMap<readonly string[], readonly (readonly string[])[]>()
const noPaths: readonly string[] = []
const signedParts = /(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi
const maxDepth = 32
