/**
 * Verifies signatures: reads who signed a request, computes what they must have signed, compares, and answers a proof.
 *
 * The order is fixed by types. `parse` finds out what a request claims; whoever has the secrets looks one up; `verify` alone turns both
 * into a `VerifiedSignature`, and it does the same work when there is no secret.
 */
import type { WireRequest } from '../../kernel/wire-request.ts'
import {
  type Authentication,
  type AuthorizationHead,
  parseAuthentication,
  type SigV2,
  type SigV4,
  type Target,
  type Unsigned,
} from './authentication.ts'
import { splitSignature } from './authorization-header.ts'
import { BoundedCache } from '../../kernel/bounded-cache.ts'
import { stringToSign } from './canonical-request.ts'
import { ChunkSignatures } from './chunk-signatures.ts'
import { signatureError, signatureMismatch } from './errors.ts'
import { requireFresh } from './freshness.ts'
import { sha256Of } from './hmac-key.ts'
import { declaredPayload, type Payload } from './payload.ts'
import { type SignatureMatch, SigningKeys } from './signing-keys.ts'
import { sigV2StringsToSign } from './sigv2.ts'
import { chunkedBody, digestBody, plainBody, type VerifiedBody, wholeBody } from './verified-body.ts'
import { markUnsigned, markVerified, type UnsignedRequest, type VerifiedSignature } from './verified-signature.ts'

export interface VerifierOptions {
  /** Clients that are remembered, each with a parsed header and a derived key. */
  readonly capacity?: number
}

/** The secret of the access key id, or why there is none. */
export type Secret = { readonly secretAccessKey: string } | { readonly refusal: Error }

/** What the verifier has to know beside the request. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Bytes that the body of a request may have; S3's bodies, which are not read here, are not limited here. */
  readonly bodyLimit: number
  /** The bucket that the host names, in virtual-hosted style. */
  readonly hostBucket?: string | undefined
}

export class SignatureVerifier {
  readonly #heads: BoundedCache<AuthorizationHead>
  readonly #keys: SigningKeys

  constructor({ capacity = 10_000 }: VerifierOptions = {}) {
    this.#heads = new BoundedCache(capacity)
    this.#keys = new SigningKeys(capacity)
  }

  /** Forms are verified with the same keys. */
  get keys(): SigningKeys {
    return this.#keys
  }

  /** Refuses what can't be right whoever signed it: malformed, ambiguous, for another service, too old. */
  parse(request: Pick<WireRequest, 'headers' | 'query'>, target: Target, now: number): Authentication {
    const authentication = parseAuthentication(request, target, this.#heads)
    if (authentication.kind !== 'none') requireFresh(authentication, target.dialect, now)
    return authentication
  }

  /** Where there is no secret, `refusal` is thrown after the same work as for a wrong signature, and in the same place. */
  verify(
    request: WireRequest,
    authentication: SigV4 | SigV2,
    target: Target,
    secret: Secret,
    circumstances: Circumstances,
  ): Promise<VerifiedSignature> {
    if (authentication.kind === 'sigv2-header' || authentication.kind === 'sigv2-query') {
      return this.#verifySigV2(request, authentication, target, secret, circumstances)
    }
    if (target.service === 's3') return this.#verifyS3(request, authentication, target, secret, circumstances)
    return this.#verifyService(request, authentication, target, secret, circumstances)
  }

  /** For operations that may be called without a signature. */
  async acceptUnsigned(request: WireRequest, unsigned: Unsigned, target: Target, { bodyLimit }: Circumstances): Promise<UnsignedRequest> {
    if (target.service !== 's3') return markUnsigned(unsigned, wholeBody(await request.body.bytes(bodyLimit)))
    const { payload } = declaredPayload(unsigned, 'optional')
    if (payload.kind === 'signed-chunks') {
      const message =
        "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER."
      throw signatureError('InvalidRequest', message)
    }
    return markUnsigned(unsigned, bodyOf(request, payload, undefined))
  }

  /** The body's hash is always our own, of the bytes that will be executed. */
  async #verifyService(
    request: WireRequest,
    authentication: SigV4,
    target: Target,
    secret: Secret,
    circumstances: Circumstances,
  ): Promise<VerifiedSignature> {
    const bytes = await request.body.bytes(circumstances.bodyLimit)
    const bodyHash = sha256Of(bytes)
    const match = this.#match(request, authentication, target, secret, bodyHash)
    const declared = authentication.fields.values.get('x-amz-content-sha256') ?? bodyHash
    if (declared !== bodyHash)
      throw signatureMismatch(target.dialect, undefined, { detail: 'x-amz-content-sha256 is not the hash of the body' })
    return verified(match, authentication, circumstances, undefined, wholeBody(bytes))
  }

  async #verifyS3(
    request: WireRequest,
    authentication: SigV4,
    target: Target,
    secret: Secret,
    circumstances: Circumstances,
  ): Promise<VerifiedSignature> {
    const isPresigned = authentication.kind === 'sigv4-query'
    const { payload, signedAs } = declaredPayload(authentication, isPresigned ? 'presigned' : 'required')
    if (isPresigned && payload.kind === 'signed-chunks') {
      throw signatureError('InvalidRequest', 'The value of x-amz-content-sha256 header is invalid.')
    }
    const match = this.#match(request, authentication, target, secret, signedAs)
    const { timestamp, credential, signature } = authentication
    const chunkSignatures = match.key && new ChunkSignatures(match.key, timestamp, credential.scope, signature)
    return verified(match, authentication, circumstances, signedAs, bodyOf(request, payload, chunkSignatures))
  }

  async #verifySigV2(
    request: WireRequest,
    authentication: SigV2,
    target: Target,
    secret: Secret,
    { hostBucket, now }: Circumstances,
  ): Promise<VerifiedSignature> {
    const { kind, accessKeyId, signature } = authentication
    const signedAt = authentication.kind === 'sigv2-header' ? authentication.signedAt : undefined
    const { payload } = declaredPayload(authentication, 'optional')
    if (payload.kind === 'signed-chunks') throw signatureError('InvalidRequest', 'The value of x-amz-content-sha256 header is invalid.')
    const match = this.#keys.matchSigV2(secretOf(secret), sigV2StringsToSign(request, authentication, hostBucket), signature)
    if ('refusal' in secret) throw secret.refusal
    if (match === undefined) throw signatureMismatch(target.dialect, undefined, { members: { AWSAccessKeyId: accessKeyId } })
    return markVerified(match, {
      version: 'AWS',
      authType: kind === 'sigv2-header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
      accessKeyId,
      service: 's3',
      region: undefined,
      signedAt,
      age: signedAt === undefined ? undefined : Math.max(0, now - signedAt),
      contentSha256: undefined,
      body: bodyOf(request, payload, undefined),
    })
  }

  #match(request: WireRequest, authentication: SigV4, target: Target, secret: Secret, payloadHash: string): SignatureMatch {
    const { credential, signature, kind, signedHeaders, fields } = authentication
    const toSign = stringToSign(request, authentication, target, payloadHash)
    const match = this.#keys.match(credential, secretOf(secret), toSign, signature)
    if ('refusal' in secret) throw secret.refusal
    if (match === undefined) {
      // The string to sign shows a client where its own differs; it holds hashes only.
      const members = target.dialect === 's3' ? { AWSAccessKeyId: credential.accessKeyId, StringToSign: toSign } : {}
      throw signatureMismatch(target.dialect, undefined, { members })
    }
    if (kind === 'sigv4-header') {
      const prefix = splitSignature(fields.values.get('authorization') ?? '')?.prefix
      // Only what has signed correctly is remembered, so nobody else can push it out.
      if (prefix !== undefined && this.#heads.get(prefix) === undefined) this.#heads.set(prefix, { credential, signedHeaders })
    }
    return match
  }
}

function secretOf(secret: Secret): string | undefined {
  return 'refusal' in secret ? undefined : secret.secretAccessKey
}

function verified(
  match: SignatureMatch,
  { kind, credential, signedAt }: SigV4,
  { now }: Circumstances,
  contentSha256: string | undefined,
  body: VerifiedBody,
): VerifiedSignature {
  return markVerified(match, {
    version: 'AWS4-HMAC-SHA256',
    authType: kind === 'sigv4-header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
    accessKeyId: credential.accessKeyId,
    service: credential.service,
    region: credential.region,
    signedAt,
    age: Math.max(0, now - signedAt),
    contentSha256,
    body,
  })
}

function bodyOf({ body }: WireRequest, payload: Payload, signatures: ChunkSignatures | undefined): VerifiedBody {
  switch (payload.kind) {
    case 'unsigned':
      return plainBody(body)
    case 'digest':
      return digestBody(body, payload.sha256)
    case 'unsigned-chunks':
      return chunkedBody(body, { ...payload, signatures: undefined })
    case 'signed-chunks':
      if (signatures === undefined) throw new Error('signed chunks without a key')
      return chunkedBody(body, { ...payload, signatures })
  }
}
