/**
 * Credentials for an ID token, without the SDK's client: nothing signs this call, and every call of an AWS client whose profile asks
 * `tidegate creds process` waits for it.
 */

export interface GivenCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** What STS says instead of credentials; `message` is its own. */
export class StsRefusal extends Error {}

/**
 * Rejects with `StsRefusal`, or with what `fetch` rejects with.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRoleWithWebIdentity(
  url: string,
  input: { readonly roleArn: string; readonly sessionName: string; readonly idToken: string; readonly durationSeconds: number },
): Promise<GivenCredentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: input.roleArn,
    RoleSessionName: input.sessionName,
    WebIdentityToken: input.idToken,
    DurationSeconds: String(input.durationSeconds),
  })
  const response = await fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(10_000) })
  const xml = await response.text()
  if (!response.ok) throw new StsRefusal(textOf(xml, 'Message') ?? `HTTP ${response.status}`)
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'].map(
    (name) => textOf(xml, name),
  )
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined || expiration === undefined) {
    throw new StsRefusal('the answer holds no credentials')
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration) }
}

/** Of the only element of a name, in an answer in which elements have neither attributes nor mixed content. */
function textOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? []
  return text?.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex?: string, decimal?: string, entity?: string) => {
      if (entity !== undefined) return named[entity.toLowerCase()] ?? whole
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    },
  )
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
