/** A request to S3, understood: routed by path, host and sub-resources, authenticated before a byte of its body is read. */
import { Buffer } from 'node:buffer'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import type { StreamedBody } from '../kernel/streamed-body.ts'
import { bodyLimitBytes } from '../wire/protocol.ts'
import { assertBodyDigests } from '../wire/body-digests.ts'
import { type S3Route, routeS3 } from '../wire/s3-route.ts'
import { type Shape, structureOf } from '../wire/shape.ts'
import { signatureError } from '../wire/sigv4/errors.ts'
import { isHeaderText } from '../wire/sigv4/header-fields.ts'
import type { VerifiedBody } from '../wire/sigv4/verified-body.ts'
import { readQuery } from '../wire/sigv4/uri.ts'
import { wireError } from '../wire/wire-error.ts'
import { authenticate, type Authenticated, authenticatePostForm } from './authenticate.ts'
import type { Exchange } from './exchange.ts'
import { postAnswer, readPost } from './post-object.ts'
import { requestKeys } from './request-keys.ts'
import { readHeaders } from './s3-headers.ts'
import type { Plane, Understood } from './serve.ts'

export async function understandRest(exchange: Exchange, plane: Plane): Promise<Understood> {
  const { request } = exchange
  const service = plane.services.find(({ protocol }) => protocol === 'rest-xml')
  if (service === undefined) throw wireError('NotImplemented', 'S3 is not served here.')
  const route = routeS3(request)
  const isPost = route.operation === 'PostObject'
  const operation = service.operations.find(({ name }) => name === (isPost ? 'PutObject' : route.operation))
  if (operation === undefined) throw wireError('NotImplemented', `The action s3:${route.operation} is not built in Tidegate yet.`)
  const protocol = exchange.isFor(service, operation)
  exchange.trace?.enter('authenticate')
  const { authenticated, told, key } = isPost ? await fromForm(exchange, route, plane) : await fromRequest(exchange, route, plane)
  const { caller, callerNow, verified, context, body } = authenticated
  exchange.caller = caller
  exchange.region = ('facts' in verified ? verified.facts.region : undefined) ?? plane.defaultRegion
  const payload = payloadOf(operation.schema[4])
  if (payload === 'streamed' && !isPost) assertMeasured(told)
  const bytes = payload === 'whole' ? await body.bytes(bodyLimitBytes['rest-xml']) : new Uint8Array()
  if (payload === 'whole') assertBodyDigests(told, bytes, { isOfBody: !hasChecksums(operation.schema[4]) })
  const labels = labelsOf({ bucket: route.bucket, key })
  const { told: readable, beside } = readHeaders(told, operation.name)
  const modelled = protocol.parseInput(operation.schema, { ...readable, body: streamed(body, isPost, exchange) }, bytes, labels)
  const input: unknown = Object.assign(modelled, beside)
  const keys = { ...context, ...requestKeys(request, exchange.region, exchange.now) }
  // A body that was read whole may have taken minutes: who has lost the credential or the rights meanwhile is judged as that.
  return { exchange, service, operation, caller: payload === 'whole' ? callerNow() : caller, callerNow, input, keys }
}

/** Who makes a request, and the request as the operation is to read it. */
interface Told {
  readonly authenticated: Authenticated
  readonly told: WireRequest
  readonly key: string | undefined
}

async function fromRequest({ request }: Exchange, { hostBucket, key }: S3Route, { authentication }: Plane): Promise<Told> {
  const called = { service: 's3', protocol: 'rest-xml', isUnsignedAllowed: true, hostBucket } as const
  const authenticated = await authenticate(request, called, authentication)
  const { verified } = authenticated
  const isPresigned = 'facts' in verified && verified.facts.authType === 'REST-QUERY-STRING'
  return { authenticated, told: withDecodedLength(isPresigned ? withHeadersOfQuery(request) : request), key }
}

async function fromForm(exchange: Exchange, { bucket = '' }: S3Route, { authentication }: Plane): Promise<Told> {
  const posted = await readPost(exchange.request, bucket)
  const authenticated = await authenticatePostForm(posted.form, authentication)
  exchange.answer = postAnswer(posted)
  return { authenticated, told: posted.put, key: posted.key }
}

function labelsOf({ bucket, key }: Pick<S3Route, 'bucket' | 'key'>): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  if (bucket !== undefined) labels.set('Bucket', bucket)
  if (key !== undefined) labels.set('Key', key)
  return labels
}

/** What is to be read of the body before the operation is asked: nothing where it reads the bytes itself or has no use for any. */
function payloadOf(schema: Parameters<typeof structureOf>[0]): 'whole' | 'streamed' | 'none' {
  const { members } = structureOf(schema)
  const payload = members.find(({ shape }) => shape.traits.httpPayload)
  if (payload !== undefined) return payload.shape.traits.streaming ? 'streamed' : 'whole'
  return members.some(({ shape }) => isOfBody(shape)) ? 'whole' : 'none'
}

/** A body whose length nobody knows beforehand comes in the chunks of `aws-chunked`, or not at all. */
function assertMeasured(told: WireRequest): void {
  if (headerOf(told, 'transfer-encoding') === undefined || headerOf(told, 'content-length') !== undefined) return
  const message = 'A header you provided implies functionality that is not implemented'
  throw wireError('NotImplemented', message, { members: { Header: 'Transfer-Encoding' } })
}

/** Whether its headers tell the checksum of an object rather than of the body: CompleteMultipartUpload. */
function hasChecksums(schema: Parameters<typeof structureOf>[0]): boolean {
  return structureOf(schema).members.some(({ name }) => name === 'ChecksumCRC32')
}

function isOfBody({ traits }: Shape): boolean {
  return !traits.httpLabel && traits.httpQuery === undefined && traits.httpHeader === undefined && traits.httpPrefixHeaders === undefined
}

/** The body as an operation gets it: it can only be read as what was verified, and ends well only where its sender may still send it. */
function streamed(body: VerifiedBody, isOfForm: boolean, exchange: Exchange): WireRequest['body'] {
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield* body.stream()
    await exchange.recheck?.()
  }
  const iterable: StreamedBody = {
    isUnmeasured: isOfForm,
    [Symbol.asyncIterator]: parts,
    trailerAlgorithm: body.trailerAlgorithm && trailerAlgorithms[body.trailerAlgorithm],
    trailer() {
      const trailer = body.trailer()
      return trailer && { algorithm: trailerAlgorithms[trailer.algorithm], value: trailer.value }
    },
  }
  return { bytes: (limit) => body.bytes(limit), stream: () => iterable }
}

/** The length that counts is that of the object, not that of the chunks which carry it. */
function withDecodedLength(request: WireRequest): WireRequest {
  const length = headerOf(request, 'x-amz-decoded-content-length')
  if (length === undefined) return request
  return { ...request, headers: [...request.headers.filter(([name]) => name !== 'content-length'), ['content-length', length]] }
}

/**
 * Whoever presigns a URL may put headers into its query. A checksum there is of the empty body that the signer saw, and says nothing
 * about the one that is sent.
 */
function withHeadersOfQuery(request: WireRequest): WireRequest {
  const headers = [...request.headers]
  for (const { name, value } of readQuery(request.query) ?? []) {
    const lower = name.toLowerCase()
    const isHeader = lower.startsWith('x-amz-') || lower === 'content-md5' || lower === 'content-type'
    if (!isHeader || ofSignature.has(lower) || lower.startsWith('x-amz-checksum-') || headers.some(([other]) => other === lower)) continue
    if (!isHeaderText(value)) {
      throw signatureError('InvalidArgument', 'A header value cannot hold control characters.', { members: { ArgumentName: name } })
    }
    headers.push([lower, Buffer.from(value, 'utf8').toString('latin1')])
  }
  return { ...request, headers }
}

/** As the API writes them. */
const trailerAlgorithms = { crc32: 'CRC32', crc32c: 'CRC32C', crc64nvme: 'CRC64NVME', sha1: 'SHA1', sha256: 'SHA256' } as const

const ofSignature: ReadonlySet<string> = new Set([
  'x-amz-algorithm',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
])
