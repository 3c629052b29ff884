/** Signed requests as clients of AWS send them: a form to `/`, ten headers of which eight are signed, as the SDK for JavaScript does. */
import { createHmac, createSecretKey, hash, type KeyObject, randomUUID } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface Call {
  readonly service: 'iam' | 'sts'
  readonly parameters: Readonly<Record<string, string>>
  readonly credentials: Credentials
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface SignedRequest {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export function signed({ service, parameters, credentials, at }: Call, host: string): SignedRequest {
  const body = Object.entries({ ...parameters, Version: versions[service] })
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = `${timestamp.slice(0, 8)}/us-east-1/${service}/aws4_request`
  const invocation = randomUUID()
  const toSign: Record<string, string> = {
    'amz-sdk-invocation-id': invocation,
    'amz-sdk-request': 'attempt=1; max=3',
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/x-www-form-urlencoded',
    host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': timestamp,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    'x-amz-user-agent': 'aws-sdk-js/3.1169.0',
  }
  const names = Object.keys(toSign).join(';')
  const canonical = [
    'POST',
    '/',
    '',
    ...Object.entries(toSign).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    toSign['x-amz-content-sha256'],
  ]
  const text = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical.join('\n'))].join('\n')
  const signature = createHmac('sha256', signingKey(credentials.secretAccessKey, scope)).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const userAgent = `aws-sdk-js/3.1169.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/${service}#3.1169.0 m/E,N,${invocation.slice(0, 4)}`
  return { headers: [...Object.entries(toSign), ['user-agent', userAgent], ['authorization', authorization]], body }
}

/** What goes over the wire. */
export function bytesOf({ headers, body }: SignedRequest): Buffer {
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST / HTTP/1.1\r\n${head}connection: keep-alive\r\n\r\n${body}`)
}

/** RFC 3986: `encodeURIComponent` leaves five characters more. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

function signingKey(secret: string, scope: string): KeyObject {
  const known = signingKeys.get(secret + scope)
  if (known !== undefined) return known
  const hmac = (key: Buffer, part: string) => createHmac('sha256', key).update(part).digest()
  const key = createSecretKey(scope.split('/').reduce(hmac, Buffer.from(`AWS4${secret}`)))
  signingKeys.set(secret + scope, key)
  return key
}

const signingKeys = new Map<string, KeyObject>()

const versions = { iam: '2010-05-08', sts: '2011-06-15' } as const
