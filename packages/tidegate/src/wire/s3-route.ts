/**
 * Which operation of S3 a request asks for: a closed table over method, level (service, bucket, object) and sub-resource.
 *
 * INVARIANT: a sub-resource that is not in the table never falls back to the operation without it, and neither does an unknown parameter
 * of a request that changes something: `DELETE /bucket?something` is no DeleteBucket.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
 */
import { errorsOf } from '../kernel/aws-error.ts'
import { headerOf, type WireRequest } from '../kernel/wire-request.ts'
import { shown } from './form.ts'
import { hostBucketOf } from './s3-host.ts'
import { type QueryParameter, readQuery } from './sigv4/uri.ts'

export interface S3Route {
  /** As the API writes it; `PostObject` is the upload of a form, which the API has no operation for. */
  readonly operation: string
  /** Decoded, once. */
  readonly bucket: string | undefined
  readonly key: string | undefined
  /** The bucket that the host names. */
  readonly hostBucket: string | undefined
}

export function routeS3(request: Pick<WireRequest, 'method' | 'path' | 'query' | 'headers'>): S3Route {
  const hostBucket = hostBucketOf(headerOf(request, 'host'))
  const { bucket, key } = hostBucket === undefined ? pathStyle(request.path) : { bucket: hostBucket, key: keyOf(request.path.slice(1)) }
  const query = readQuery(request.query)
  if (query === undefined) throw routeError('InvalidURI', "Couldn't parse the specified URI.")
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object'
  const operation = operationOf(level, request, query)
  return { operation, bucket, key, hostBucket }
}

/** The bucket alone, of whatever request; undefined where it names none. */
export function bucketOfPath(request: Pick<WireRequest, 'path' | 'headers'>): string | undefined {
  const hostBucket = hostBucketOf(headerOf(request, 'host'))
  if (hostBucket !== undefined) return hostBucket
  try {
    return pathStyle(request.path).bucket
  } catch {
    return undefined
  }
}

/** `/bucket`, `/bucket/`, `/bucket/key`; a key may begin with slashes. */
function pathStyle(path: string): Pick<S3Route, 'bucket' | 'key'> {
  if (path === '/') return { bucket: undefined, key: undefined }
  const slash = path.indexOf('/', 1)
  const bucket = decoded(slash < 0 ? path.slice(1) : path.slice(1, slash))
  if (bucket === '') throw routeError('InvalidURI', "Couldn't parse the specified URI.")
  return { bucket, key: slash < 0 ? undefined : keyOf(path.slice(slash + 1)) }
}

function keyOf(text: string): string | undefined {
  return text === '' ? undefined : decoded(text)
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw routeError('InvalidURI', "Couldn't parse the specified URI.")
  }
}

type Level = 'service' | 'bucket' | 'object'

function operationOf(level: Level, request: Pick<WireRequest, 'method' | 'path' | 'headers'>, query: readonly QueryParameter[]): string {
  const subresources = query.filter(({ name, value }) => isSubresource(name, value, request.method)).map(({ name }) => name)
  const [subresource, second] = [...new Set(subresources)]
  if (second !== undefined) {
    const message = `Conflicting query string parameters: ${subresources.map((name) => name.slice(0, 100)).join(', ')}`
    throw routeError('InvalidArgument', message, { members: { ArgumentName: 'ResourceType', ArgumentValue: subresource } })
  }
  if (subresource !== undefined) {
    const rows = level === 'object' ? objectSubresources : level === 'bucket' ? bucketSubresources : {}
    const row = Object.hasOwn(rows, subresource) ? rows[subresource] : undefined
    if (row === undefined) {
      const what = `${request.method} ${shown(request.path)}?${subresource.slice(0, 100)}`
      throw routeError('NotImplemented', `${what} is not an operation that Tidegate serves.`)
    }
    const [one, many] = (row[request.method] ?? refuseMethod()).split('|')
    return many === undefined || query.some(({ name }) => name === 'id' || name === 'annotationName') ? (one ?? '') : many
  }
  if (level === 'service') return request.method === 'GET' ? 'ListBuckets' : refuseMethod()
  return level === 'bucket' ? bucketOperation(request, query) : objectOperation(request, query)
}

function bucketOperation(request: Pick<WireRequest, 'method' | 'headers'>, query: readonly QueryParameter[]): string {
  switch (request.method) {
    case 'GET': {
      const listType = query.find(({ name }) => name === 'list-type')?.value
      if (listType === undefined) return 'ListObjects'
      if (listType === '2') return 'ListObjectsV2'
      throw routeError('InvalidArgument', 'Invalid List Type', {
        members: { ArgumentName: 'list-type', ArgumentValue: listType.slice(0, 100) },
      })
    }
    case 'HEAD':
      return 'HeadBucket'
    case 'PUT':
      return 'CreateBucket'
    case 'DELETE':
      return 'DeleteBucket'
    case 'POST': {
      if (/^multipart\/form-data *;/i.test(headerOf(request, 'content-type') ?? '')) return 'PostObject'
      throw routeError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
        members: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
      })
    }
    default:
      return refuseMethod()
  }
}

function objectOperation(request: Pick<WireRequest, 'method' | 'headers'>, query: readonly QueryParameter[]): string {
  const has = (name: string): boolean => query.some((parameter) => parameter.name === name)
  const isOfUpload = has('uploadId')
  switch (request.method) {
    case 'GET':
      return isOfUpload ? 'ListParts' : 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    case 'PUT': {
      const isCopy = headerOf(request, 'x-amz-copy-source') !== undefined || has('x-amz-copy-source')
      if (isOfUpload !== has('partNumber')) {
        throw routeError('InvalidArgument', 'A part is uploaded with both a partNumber and an uploadId', {
          members: { ArgumentName: isOfUpload ? 'partNumber' : 'uploadId', ArgumentValue: '' },
        })
      }
      return isOfUpload ? (isCopy ? 'UploadPartCopy' : 'UploadPart') : isCopy ? 'CopyObject' : 'PutObject'
    }
    case 'DELETE':
      return isOfUpload ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'POST':
      return isOfUpload ? 'CompleteMultipartUpload' : refuseMethod()
    default:
      return refuseMethod()
  }
}

/**
 * Known ones always. Of the rest AWS ignores `x-…`, which is there for logs; a name without a value looks like a sub-resource of a later
 * day, and whatever else is unknown must not change anything.
 */
function isSubresource(name: string, value: string, method: string): boolean {
  if (Object.hasOwn(bucketSubresources, name) || Object.hasOwn(objectSubresources, name)) return true
  if (parameters.has(name) || name.startsWith('response-') || name.toLowerCase().startsWith('x-')) return false
  return value === '' || (method !== 'GET' && method !== 'HEAD')
}

function refuseMethod(): never {
  throw routeError('MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

const routeError = errorsOf({
  InvalidArgument: { status: 400, fault: 'client' },
  InvalidURI: { status: 400, fault: 'client' },
  MethodNotAllowed: { status: 405, fault: 'client' },
  NotImplemented: { status: 501, fault: 'server' },
  PreconditionFailed: { status: 412, fault: 'client' },
})

type Row = Readonly<Record<string, string>>

function readAndWritten(name: string): Row {
  return { GET: `Get${name}`, PUT: `Put${name}` }
}

function configured(name: string): Row {
  return { ...readAndWritten(name), DELETE: `Delete${name}` }
}

/** Of which there are several, told apart by `id`; without it they are listed. */
function identified(name: string): Row {
  return { ...configured(name), GET: `Get${name}|List${name}s` }
}

const bucketSubresources: Readonly<Record<string, Row>> = {
  abac: readAndWritten('BucketAbac'),
  accelerate: readAndWritten('BucketAccelerateConfiguration'),
  acl: readAndWritten('BucketAcl'),
  analytics: identified('BucketAnalyticsConfiguration'),
  cors: configured('BucketCors'),
  delete: { POST: 'DeleteObjects' },
  encryption: configured('BucketEncryption'),
  'intelligent-tiering': identified('BucketIntelligentTieringConfiguration'),
  inventory: identified('BucketInventoryConfiguration'),
  lifecycle: { ...readAndWritten('BucketLifecycleConfiguration'), DELETE: 'DeleteBucketLifecycle' },
  location: { GET: 'GetBucketLocation' },
  logging: readAndWritten('BucketLogging'),
  metadataAnnotationTable: { PUT: 'UpdateBucketMetadataAnnotationTableConfiguration' },
  metadataConfiguration: {
    GET: 'GetBucketMetadataConfiguration',
    POST: 'CreateBucketMetadataConfiguration',
    DELETE: 'DeleteBucketMetadataConfiguration',
  },
  metadataInventoryTable: { PUT: 'UpdateBucketMetadataInventoryTableConfiguration' },
  metadataJournalTable: { PUT: 'UpdateBucketMetadataJournalTableConfiguration' },
  metadataTable: {
    GET: 'GetBucketMetadataTableConfiguration',
    POST: 'CreateBucketMetadataTableConfiguration',
    DELETE: 'DeleteBucketMetadataTableConfiguration',
  },
  metrics: identified('BucketMetricsConfiguration'),
  notification: readAndWritten('BucketNotificationConfiguration'),
  'object-lock': readAndWritten('ObjectLockConfiguration'),
  ownershipControls: configured('BucketOwnershipControls'),
  policy: configured('BucketPolicy'),
  policyStatus: { GET: 'GetBucketPolicyStatus' },
  publicAccessBlock: configured('PublicAccessBlock'),
  replication: configured('BucketReplication'),
  requestPayment: readAndWritten('BucketRequestPayment'),
  session: { GET: 'CreateSession' },
  tagging: configured('BucketTagging'),
  uploads: { GET: 'ListMultipartUploads' },
  versioning: readAndWritten('BucketVersioning'),
  versions: { GET: 'ListObjectVersions' },
  website: configured('BucketWebsite'),
}

const objectSubresources: Readonly<Record<string, Row>> = {
  acl: readAndWritten('ObjectAcl'),
  annotation: { ...configured('ObjectAnnotation'), GET: 'GetObjectAnnotation|ListObjectAnnotations' },
  attributes: { GET: 'GetObjectAttributes' },
  encryption: { PUT: 'UpdateObjectEncryption' },
  'legal-hold': readAndWritten('ObjectLegalHold'),
  renameObject: { PUT: 'RenameObject' },
  restore: { POST: 'RestoreObject' },
  retention: readAndWritten('ObjectRetention'),
  select: { POST: 'SelectObjectContent' },
  tagging: configured('ObjectTagging'),
  torrent: { GET: 'GetObjectTorrent' },
  uploads: { POST: 'CreateMultipartUpload' },
}

/** Parameters that say more about an operation, never which one. */
const parameters: ReadonlySet<string> = new Set([
  'AWSAccessKeyId',
  'Expires',
  'Signature',
  'annotationName',
  'bucket-region',
  'content-md5',
  'content-type',
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'id',
  'key-marker',
  'list-type',
  'marker',
  'max-buckets',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'partNumber',
  'prefix',
  'select-type',
  'start-after',
  'upload-id-marker',
  'uploadId',
  'version-id-marker',
  'versionId',
])
