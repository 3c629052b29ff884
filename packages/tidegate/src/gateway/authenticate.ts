/** Who makes a request: from its signature to a caller. */
import { AwsError } from '../kernel/aws-error.ts'
import type { Caller } from '../kernel/caller.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Protocol } from '../kernel/operation.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import type { SigV2, SigV4, Target } from '../wire/sigv4/authentication.ts'
import { type Dialect, expiredToken, missingAuthentication, unknownAccessKey } from '../wire/sigv4/errors.ts'
import { acceptUnsignedForm, parsePostForm, type PostForm, verifyPostForm } from '../wire/sigv4/post-form.ts'
import type { VerifiedBody } from '../wire/sigv4/verified-body.ts'
import type { UnsignedRequest, VerifiedSignature } from '../wire/sigv4/verified-signature.ts'
import type { Secret, SignatureVerifier } from '../wire/sigv4/verifier.ts'
import type { Credentials, KnownCredential } from './credentials.ts'
import { signatureContext } from './signature-context.ts'

/** What routing found out about a request before anybody was asked who makes it. */
export interface CalledService {
  /** Signing name of the service. */
  readonly service: string
  readonly protocol: Protocol
  readonly isUnsignedAllowed: boolean
  /** The bucket that the host names, in virtual-hosted style. */
  readonly hostBucket?: string | undefined
}

export interface AuthenticationDeps {
  readonly credentials: Credentials
  readonly verifier: SignatureVerifier
  readonly clock: Clock
  /** Whether S3 takes signature version 2, which `aws s3 presign` still makes. */
  readonly allowS3SigV2: boolean
  /** Bytes that the body of a request to another service than S3 may have. */
  readonly bodyLimit: number
}

export interface Authenticated {
  readonly caller: Caller
  /** The same caller as policies have it by now. Throws when the credential was revoked, deactivated or deleted since. */
  readonly callerNow: () => Caller
  /** The proof that somebody looked; an operation takes this, never a bare request. */
  readonly verified: VerifiedSignature | UnsignedRequest
  /** Condition keys that come from the signature. */
  readonly context: Readonly<Record<string, string>>
  /** Read this body, not that of the request: its bytes are those that were signed. */
  readonly body: VerifiedBody
}

/**
 * Throws `MissingAuthenticationToken` without a signature, `InvalidClientTokenId` for an unknown access key id, `SignatureDoesNotMatch`
 * for a wrong signature, `ExpiredToken`, and what a malformed request deserves; each in the words of the service.
 */
export async function authenticate(request: WireRequest, called: CalledService, deps: AuthenticationDeps): Promise<Authenticated> {
  const now = deps.clock()
  const target = targetOf(called, deps)
  const circumstances = { now, bodyLimit: deps.bodyLimit, hostBucket: called.hostBucket }
  const authentication = deps.verifier.parse(request, target, now)
  if (authentication.kind === 'none') {
    if (target.dialect !== 's3' && !called.isUnsignedAllowed) throw missingAuthentication(target.dialect)
    const unsigned = await deps.verifier.acceptUnsigned(request, authentication, target, circumstances)
    return { caller: anonymous, callerNow: () => anonymous, verified: unsigned, context: {}, body: unsigned.body }
  }
  return identify(target.dialect, accessKeyIdOf(authentication), authentication.sessionToken, now, deps, (secret) =>
    deps.verifier.verify(request, authentication, target, secret, circumstances),
  )
}

/**
 * Who signed the form that a browser posts to S3. What the form may say, and how long its file may be, is checked as well; a form without
 * any field of a signature is of an anonymous caller.
 */
export async function authenticatePostForm(form: PostForm, deps: AuthenticationDeps): Promise<Authenticated> {
  const now = deps.clock()
  const authentication = parsePostForm(form, deps.allowS3SigV2)
  if (authentication.kind === 'none') {
    const unsigned = acceptUnsignedForm(form, authentication)
    return { caller: anonymous, callerNow: () => anonymous, verified: unsigned, context: {}, body: unsigned.body }
  }
  return identify('s3', authentication.accessKeyId, authentication.sessionToken, now, deps, async (secret) =>
    verifyPostForm(form, authentication, deps.verifier.keys, secret, now),
  )
}

/**
 * INVARIANT: when no credential is found, `verify` is called all the same and refuses after the same work, so that neither time nor the
 * order of errors tells an unknown access key id from a wrong signature.
 */
async function identify(
  dialect: Dialect,
  accessKeyId: string,
  sessionToken: string | undefined,
  now: number,
  { credentials }: AuthenticationDeps,
  verify: (secret: Secret) => Promise<VerifiedSignature>,
): Promise<Authenticated> {
  // A session that was good when the request came does not expire under it.
  const find = () =>
    lookUp(() => credentials.find(accessKeyId, sessionToken, now), dialect) ?? {
      refusal: unknownAccessKey(dialect, accessKeyId, sessionToken !== undefined),
    }
  const known = find()
  const verified = await verify(known)
  const callerNow = (): Caller => callerOf(find())
  return { caller: callerOf(known), callerNow, verified, context: signatureContext(verified.facts), body: verified.facts.body }
}

function callerOf(known: KnownCredential | { readonly refusal: Error }): Caller {
  if ('refusal' in known) throw known.refusal
  return known.caller()
}

/** Undefined when nobody has the credential. */
function lookUp(find: () => KnownCredential | undefined, dialect: Dialect): KnownCredential | { readonly refusal: AwsError } | undefined {
  try {
    return find()
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    if (error.code === 'InvalidClientTokenId') return undefined
    return { refusal: error.code.startsWith('ExpiredToken') ? expiredToken(dialect, { cause: error }) : error }
  }
}

function targetOf({ service, protocol }: CalledService, { allowS3SigV2 }: AuthenticationDeps): Target {
  const dialect = service === 's3' ? 's3' : protocol === 'aws-json' ? 'json' : 'query'
  return { service, dialect, allowsSigV2: service === 's3' && allowS3SigV2 }
}

function accessKeyIdOf(authentication: SigV4 | SigV2): string {
  return 'credential' in authentication ? authentication.credential.accessKeyId : authentication.accessKeyId
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
const anonymous: Caller = {
  principal: { kind: 'anonymous' },
  accountId: '',
  context: {},
  policies: [],
  userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
  credential: { kind: 'none' },
  actorChain: [],
}
