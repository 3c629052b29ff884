/** Reading objects and what is known of them. */
import { Buffer } from 'node:buffer'
import {
  GetObject$,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObject$,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import type { Given } from '../../../kernel/judged-operation.ts'
import { describedObject } from '../attributes.ts'
import { checksumMembers } from '../checksums.ts'
import { assertEncryption, customerKeys } from '../encryption.ts'
import { s3Error } from '../errors.ts'
import { expiration } from '../lifecycle-due.ts'
import type { ByteRange, Checksum, ObjectStore, OpenBytes, StoredObject } from '../object-store.ts'
import { assertConditions, isStillTheSame, rangeOf } from '../reading.ts'
import { bucketOperation, type Place, type S3Call } from '../s3-operation.ts'
import { readChecks, seenObject } from '../seen-object.ts'
import type { Bucket } from '../state.ts'

/** A header that S3 honours and its model does not have. */
interface Beside {
  readonly IfRange?: string | undefined
}
type GetInput = Given<GetObjectCommandInput> & Beside
type HeadInput = Given<HeadObjectCommandInput> & Beside

/** The SDK's type of the body is that of a client; this is what the wire sends. */
type GetOutput = Omit<GetObjectCommandOutput, 'Body' | '$metadata'> & { readonly Body: Uint8Array | OpenBytes }

const readObject = [['s3:GetObject', 's3:GetObjectVersion']] as const

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
const getObject = bucketOperation<GetObjectCommandInput & Beside, GetOutput>(GetObject$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: authorizeRead,
  invoke(input, bucket, { objects }) {
    const { object, range, members } = described(input, bucket, objects)
    const opened = objects.open(object, range)
    return { ...members, ...overrides(input), Body: opened.whole ?? opened }
  },
})

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
const headObject = bucketOperation<HeadObjectCommandInput & Beside, HeadObjectCommandOutput>(HeadObject$, {
  isDataEvent: true,
  secretInputs: customerKeys,
  authorize: authorizeRead,
  invoke: (input, bucket, { objects }) => ({ ...described(input, bucket, objects).members, ...overrides(input) }),
})

function authorizeRead(input: GetInput | HeadInput, place: Place, call: S3Call) {
  if (call.caller.principal.kind === 'anonymous' && Object.keys(overrides(input)).length > 0) {
    throw s3Error('InvalidRequest', 'Request specific response headers cannot be used for anonymous GET requests.')
  }
  return readChecks(input, place, call, readObject)
}

function described(input: GetInput | HeadInput, bucket: Bucket, objects: ObjectStore) {
  assertEncryption(input)
  const hasVersions = bucket.versioning !== 'unversioned'
  const object = seenObject(input, hasVersions)
  assertConditions(object, input)
  const { partCount, ...members } = describedObject(object, hasVersions)
  const asked = isStillTheSame(object, input.IfRange) ? input.Range : undefined
  const range = input.PartNumber === undefined ? rangeOf(asked, object.size) : partRange(input, object, objects)
  return {
    object,
    range,
    members: {
      ...members,
      ...expiration(bucket, object),
      ContentLength: range === undefined ? object.size : range.end - range.start,
      ...(range && object.size > 0 && { ContentRange: `bytes ${range.start}-${range.end - 1}/${object.size}` }),
      ...(input.PartNumber !== undefined && partCount !== undefined && { PartsCount: partCount }),
      ...(input.ChecksumMode === 'ENABLED' && checksumMembers(checksumTold(input, object, range, objects))),
    },
  }
}

/** Of the whole object, or of the one part that is sent; a range has none. */
function checksumTold(
  { PartNumber: number }: GetInput | HeadInput,
  object: StoredObject,
  range: ByteRange | undefined,
  objects: ObjectStore,
): Checksum | undefined {
  const { checksum, partCount } = object
  if (range === undefined || (number === 1 && partCount === undefined)) return checksum
  const part = number === undefined ? undefined : objects.partOf(object, number)
  if (checksum === undefined || part === undefined) return undefined
  const value = part.checksums[checksum.algorithm]
  return value === undefined ? undefined : { ...checksum, value }
}

function partRange({ PartNumber: number = 0, Range }: GetInput | HeadInput, object: StoredObject, objects: ObjectStore): ByteRange {
  if (Range !== undefined) throw s3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter')
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw s3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      members: { ArgumentName: 'partNumber', ArgumentValue: String(number) },
    })
  }
  if (object.partCount === undefined && number === 1) return { start: 0, end: object.size }
  const part = objects.partOf(object, number)
  if (part === undefined) {
    throw s3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      members: { PartNumberRequested: String(number), ActualPartCount: String(object.partCount ?? 1) },
    })
  }
  return { start: part.start, end: part.start + part.size }
}

/** What the reader wants to be told in place of what is kept. */
function overrides(given: GetInput | HeadInput) {
  const input = asHeaders(given)
  return {
    ...(input.ResponseCacheControl !== undefined && { CacheControl: input.ResponseCacheControl }),
    ...(input.ResponseContentDisposition !== undefined && { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentEncoding !== undefined && { ContentEncoding: input.ResponseContentEncoding }),
    ...(input.ResponseContentLanguage !== undefined && { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseContentType !== undefined && { ContentType: input.ResponseContentType }),
    ...(input.ResponseExpires !== undefined && { Expires: input.ResponseExpires }),
  }
}

/** They come from the query, in characters; in headers a character is a byte. */
function asHeaders(input: GetInput | HeadInput): GetInput | HeadInput {
  const names = [
    'ResponseCacheControl',
    'ResponseContentDisposition',
    'ResponseContentEncoding',
    'ResponseContentLanguage',
    'ResponseContentType',
  ] as const
  const headers: Partial<Record<(typeof names)[number], string>> = {}
  for (const name of names) {
    const value = input[name]
    if (value === undefined) continue
    // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
    if (/[\u0000-\u001f\u007f]/.test(value))
      throw s3Error('InvalidArgument', 'A header value cannot hold control characters.', { members: { ArgumentName: name } })
    headers[name] = Buffer.from(value, 'utf8').toString('latin1')
  }
  return { ...input, ...headers }
}

export const readOperations = [getObject, headObject]
