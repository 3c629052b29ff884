/**
 * Signature version 4 with what a browser has. The console signs as every client does: with the credentials of whoever signed in.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface SigningScope {
  readonly region: string
  /** Signing name, for example `ecs`. */
  readonly service: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The headers of a POST to `/` that carry its signature; `headers` with names in lower case and `host` among them. */
export async function signedHeaders(
  headers: Readonly<Record<string, string>>,
  body: string,
  credentials: Credentials,
  { region, service, now }: SigningScope,
): Promise<Record<string, string>> {
  const date = stamp(now)
  const all: Record<string, string> = {
    ...headers,
    'x-amz-date': date,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(all).toSorted()
  const canonicalHeaders = names.map((name) => `${name}:${(all[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`).join('')
  const canonicalRequest = ['POST', '/', '', canonicalHeaders, names.join(';'), await sha256(body)].join('\n')
  const scope = [date.slice(0, 8), region, service, 'aws4_request']
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), await sha256(canonicalRequest)].join('\n')
  let key: BufferSource = encode(`AWS4${credentials.secretAccessKey}`)
  for (const part of scope) key = await hmac(key, part)
  const credential = `${credentials.accessKeyId}/${scope.join('/')}`
  const signature = hex(await hmac(key, toSign))
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  // The browser sets the host itself.
  const { host: _, ...sent } = all
  return { ...sent, authorization }
}

/** `20150830T123600Z`. */
function stamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return crypto.subtle.sign('HMAC', imported, encode(text))
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', encode(text)))
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
