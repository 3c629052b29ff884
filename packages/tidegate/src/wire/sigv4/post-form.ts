/** A form that a browser posts to S3 and that somebody with a secret has signed in advance. */
import type { WireBody } from '../../kernel/wire-request.ts'
import { parseCredential, scopeFault, type SignedCredential } from './credential-scope.ts'
import { ambiguousRequest, quoted, signatureError, signatureMismatch } from './errors.ts'
import { parsePostPolicy, requireAllowed } from './post-policy.ts'
import { s3MalformedCredential, s3ScopeText, unsupportedMechanism } from './scope-errors.ts'
import type { SignatureMatch, SigningKeys } from './signing-keys.ts'
import { parseTimestamp } from './timestamp.ts'
import { measuredBody, plainBody } from './verified-body.ts'
import { markUnsigned, markVerified, type UnsignedRequest, type VerifiedSignature } from './verified-signature.ts'
import type { Secret } from './verifier.ts'

/** Multipart parsing is over; nothing of it was trusted. */
export interface PostForm {
  /** By name in lower case, without the file, `${filename}` replaced; the parser has refused names that occur twice. */
  readonly fields: ReadonlyMap<string, string>
  /** The bucket that the request is for. */
  readonly bucket: string
  readonly file: WireBody
}

export type PostAuthentication =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'post-v4'
      readonly accessKeyId: string
      readonly sessionToken: string | undefined
      readonly credential: SignedCredential
      readonly signature: string
      readonly signedAt: number
      readonly policy: string
    }
  | {
      readonly kind: 'post-v2'
      readonly accessKeyId: string
      readonly sessionToken: string | undefined
      readonly signature: string
      readonly policy: string
    }

/** One field of a signature makes a form a signed one. */
export function parsePostForm({ fields }: PostForm, allowsSigV2: boolean): PostAuthentication {
  const isV4 = v4Fields.some((name) => fields.has(name))
  const isV2 = v2Fields.some((name) => fields.has(name))
  if (isV4 && isV2) throw ambiguousRequest('s3', 'the form is signed in two ways')
  if (!isV4 && !isV2) {
    if (fields.has('policy')) throw missingField('x-amz-signature')
    return { kind: 'none' }
  }
  const sessionToken = fields.get('x-amz-security-token')
  if (isV2) {
    if (!allowsSigV2) throw signatureError('InvalidRequest', unsupportedMechanism)
    const [accessKeyId, signature, policy] = ['awsaccesskeyid', 'signature', 'policy'].map((name) => requireField(fields, name))
    return { kind: 'post-v2', accessKeyId: accessKeyId ?? '', signature: signature ?? '', policy: policy ?? '', sessionToken }
  }
  const algorithm = requireField(fields, 'x-amz-algorithm')
  if (algorithm !== 'AWS4-HMAC-SHA256') throw invalidField('x-amz-algorithm', 'Only AWS4-HMAC-SHA256 is supported')
  const credential = readCredential(requireField(fields, 'x-amz-credential'))
  const timestamp = requireField(fields, 'x-amz-date')
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined) throw invalidField('x-amz-date', 'X-Amz-Date must be formated via ISO8601 Long format')
  if (!timestamp.startsWith(credential.date))
    throw invalidField('x-amz-credential', `the date '${credential.date}' is not that of x-amz-date`)
  return {
    kind: 'post-v4',
    accessKeyId: credential.accessKeyId,
    sessionToken,
    credential,
    signature: requireField(fields, 'x-amz-signature'),
    signedAt,
    policy: requireField(fields, 'policy'),
  }
}

/** Signature first, then the policy that it is over, then the form that the policy is about; the file is measured while it is read. */
export function verifyPostForm(
  { fields, bucket, file }: PostForm,
  authentication: Exclude<PostAuthentication, { kind: 'none' }>,
  keys: SigningKeys,
  secret: Secret,
  now: number,
): VerifiedSignature {
  const match = matchForm(authentication, keys, 'refusal' in secret ? undefined : secret.secretAccessKey)
  if ('refusal' in secret) throw secret.refusal
  if (match === undefined) throw signatureMismatch('s3', undefined, { members: { AWSAccessKeyId: authentication.accessKeyId } })
  const range = requireAllowed(parsePostPolicy(authentication.policy), fields, bucket, now)
  const isV4 = authentication.kind === 'post-v4'
  return markVerified(match, {
    version: isV4 ? 'AWS4-HMAC-SHA256' : 'AWS',
    authType: 'POST',
    accessKeyId: authentication.accessKeyId,
    service: 's3',
    region: isV4 ? authentication.credential.region : undefined,
    signedAt: isV4 ? authentication.signedAt : undefined,
    age: isV4 ? Math.max(0, now - authentication.signedAt) : undefined,
    contentSha256: undefined,
    body: measuredBody(file, range),
  })
}

export function acceptUnsignedForm({ file }: PostForm, authentication: Extract<PostAuthentication, { kind: 'none' }>): UnsignedRequest {
  return markUnsigned(authentication, plainBody(file))
}

function matchForm(
  authentication: Exclude<PostAuthentication, { kind: 'none' }>,
  keys: SigningKeys,
  secretAccessKey: string | undefined,
): SignatureMatch | undefined {
  const { policy, signature } = authentication
  if (authentication.kind === 'post-v2') return keys.matchSigV2(secretAccessKey, [policy], signature)
  return keys.match(authentication.credential, secretAccessKey, policy, signature)
}

function readCredential(text: string): SignedCredential {
  const credential = parseCredential(text)
  if (credential === undefined) throw invalidField('x-amz-credential', s3MalformedCredential)
  const fault = scopeFault(credential, 's3')
  if (fault !== undefined) throw invalidField('x-amz-credential', s3ScopeText(fault, credential))
  return credential
}

function requireField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name) ?? ''
  if (value === '' || notAscii.test(value)) throw missingField(name)
  return value
}

function missingField(name: string): Error {
  return invalidField(name, `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`)
}

function invalidField(name: string, message: string): Error {
  return signatureError('InvalidArgument', quoted(message), { members: { ArgumentName: name } })
}

const v4Fields = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature']
const v2Fields = ['awsaccesskeyid', 'signature']
const notAscii = /[^\r\n -~]/
