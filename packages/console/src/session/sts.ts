/** What the console asks STS: credentials for an ID token, and whose credentials these are. */
import { apiErrorOf, xmlText } from '../api/api-error.ts'
import { send } from '../api/call.ts'
import { type Credentials, signedHeaders } from '../api/sigv4.ts'
import type { OfferedRole } from './person.ts'

export interface RoleSession {
  readonly credentials: Credentials
  /** Of the session: `arn:aws:sts::…:assumed-role/…`. */
  readonly arn: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Not signed: the token is the proof. Rejects with `ApiError`. */
export async function assumeRoleWithWebIdentity(
  { arn, maxDurationSeconds }: OfferedRole,
  sessionName: string,
  idToken: string,
): Promise<RoleSession> {
  const xml = await ask({
    Action: 'AssumeRoleWithWebIdentity',
    Version: VERSION,
    RoleArn: arn,
    RoleSessionName: sessionName,
    WebIdentityToken: idToken,
    DurationSeconds: String(maxDurationSeconds),
  })
  return {
    credentials: {
      accessKeyId: xmlText(xml, 'AccessKeyId') ?? '',
      secretAccessKey: xmlText(xml, 'SecretAccessKey') ?? '',
      sessionToken: xmlText(xml, 'SessionToken'),
    },
    arn: xmlText(xml, 'Arn') ?? '',
    expiresAt: Date.parse(xmlText(xml, 'Expiration') ?? ''),
  }
}

/** ARN of whom credentials belong to; needs no permission. Rejects with `ApiError`. */
export async function callerArn(credentials: Credentials, region: string): Promise<string> {
  const xml = await ask({ Action: 'GetCallerIdentity', Version: VERSION }, { credentials, region })
  return xmlText(xml, 'Arn') ?? ''
}

async function ask(
  parameters: Readonly<Record<string, string>>,
  signer?: { readonly credentials: Credentials; readonly region: string },
): Promise<string> {
  const body = new URLSearchParams(parameters).toString()
  const plain = { host: location.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const { host: _, ...unsigned } = plain
  const headers = signer
    ? await signedHeaders(plain, body, signer.credentials, { region: signer.region, service: 'sts', now: Date.now() })
    : unsigned
  const response = await send({ method: 'POST', headers, body })
  const text = await response.text()
  if (!response.ok) throw apiErrorOf(response, text)
  return text
}

const VERSION = '2011-06-15'
