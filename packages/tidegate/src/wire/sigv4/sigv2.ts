/**
 * What signature version 2 signs on S3: verb, a few headers, `x-amz-*`, path, and the sub-resources of the query. Nothing else of a
 * query is signed, so a query may hold nothing else that changes which operation is meant.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
import { Buffer } from 'node:buffer'
import type { WireRequest } from '../../kernel/wire-request.ts'
import type { SigV2 } from './authentication.ts'
import { signatureError } from './errors.ts'
import { isHeaderText } from './header-fields.ts'
import type { QueryParameter } from './uri.ts'

/**
 * `hostBucket` is the bucket that the host names, where it names one: version 2 signs it as part of the path. There are two strings to
 * sign for a bucket that a path names: botocore signs `/bucket/` where it sends `/bucket`.
 */
export function sigV2StringsToSign(
  { method, path }: Pick<WireRequest, 'method' | 'path'>,
  authentication: SigV2,
  hostBucket: string | undefined,
): readonly string[] {
  const headers = effectiveHeaders(authentication)
  const amzHeaders = [...headers.keys()].filter((name) => name.startsWith('x-amz-')).toSorted()
  const signedFirst = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    dateOf(authentication, headers),
    ...amzHeaders.map((name) => `${name}:${headers.get(name) ?? ''}`),
  ].join('\n')
  const subresources = signedSubresources(authentication.query, authentication.kind === 'sigv2-query')
  const paths = hostBucket === undefined ? (/^\/[^/]+$/.test(path) ? [path, `${path}/`] : [path]) : [`/${hostBucket}${path}`]
  return paths.map((each) => `${signedFirst}\n${each}${subresources}`)
}

function dateOf(authentication: SigV2, headers: ReadonlyMap<string, string>): string {
  if (authentication.kind === 'sigv2-query') return authentication.expires
  return headers.has('x-amz-date') ? '' : (headers.get('date') ?? '')
}

/** botocore puts the headers that it signs into the query of a presigned URL; S3 reads them there. */
function effectiveHeaders({ kind, fields, query }: SigV2): ReadonlyMap<string, string> {
  if (kind === 'sigv2-header') return fields.values
  const headers = new Map(fields.values)
  for (const { name, value } of query) {
    if (!isHeaderName(name)) continue
    if (headers.has(name)) throw signatureError('InvalidRequest', `\`${name}\` occurs in the query and in the headers`)
    // A line feed would begin the next header in what is signed: two of them, or one that says both, would have one signature.
    if (!isHeaderText(value)) throw signatureError('InvalidArgument', 'A header value cannot hold control characters.', named(name))
    headers.set(bytesOf(name), bytesOf(value))
  }
  return headers
}

function signedSubresources(query: readonly QueryParameter[], isQuery: boolean): string {
  const signed: string[] = []
  for (const { name, value } of query.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (subresources.has(name) || overrides.has(name)) {
      if (saysMore(value)) throw signatureError('AccessDenied', 'There were query parameters present in the request which were not signed')
      signed.push(value === '' ? name : `${name}=${bytesOf(value)}`)
    } else if (!harmless.has(name) && !(isQuery && (isHeaderName(name) || isSignature(name)))) {
      throw signatureError('AccessDenied', 'There were query parameters present in the request which were not signed')
    }
  }
  return signed.length === 0 ? '' : `?${signed.join('&')}`
}

function isHeaderName(name: string): boolean {
  return name.startsWith('x-amz-') || name === 'content-md5' || name === 'content-type'
}

function isSignature(name: string): boolean {
  return name === 'AWSAccessKeyId' || name === 'Signature' || name === 'Expires'
}

/**
 * Values are signed as they are, so one that holds `&versionId=7` is signed as two parameters are: whoever has a URL for the two could
 * make one of it that means something else.
 */
function saysMore(value: string): boolean {
  return value
    .split('&')
    .slice(1)
    .some((part) => {
      const [name = ''] = part.split('=', 1)
      return subresources.has(name) || overrides.has(name)
    })
}

const named = (name: string) => ({ members: { ArgumentName: name } })

/** In the string to sign characters stand for bytes: values of the query, which were decoded, are made to. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

const subresources: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
])
const overrides: ReadonlySet<string> = new Set([
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
])
/** They select a page of a list, never another operation. */
const harmless: ReadonlySet<string> = new Set([
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'list-type',
  'marker',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'prefix',
  'start-after',
  'upload-id-marker',
  'version-id-marker',
  'x-id',
])
