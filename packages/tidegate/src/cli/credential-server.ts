/**
 * The credentials endpoint of containers, on the loopback interface, for programs of this machine that run as somebody in a role.
 *
 * INVARIANT: it answers whoever has the token, asked for by exactly its own address. A page in a browser has neither: it can't read the file
 * of the token, and it sends the name that it came by (DNS rebinding) or its origin.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expirationText, type RoleCredentials } from './role-credentials.ts'
import { UsageError } from './usage-error.ts'

export interface CredentialServer {
  /** For `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly url: string
  /** For `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`: readable by its owner alone, gone when the server closes. */
  readonly tokenFile: string
  close(): void
}

export interface CredentialServerOptions {
  /** Fetches new credentials. */
  readonly renew: () => Promise<RoleCredentials>
  readonly clock: () => number
  /** 0 takes a free one. */
  readonly port: number
}

/** Rejects with what the first `renew` rejects with: who may not be the role is told at once. */
export async function serveCredentials({ renew, clock, port }: CredentialServerOptions): Promise<CredentialServer> {
  const renewing = new Renewing(renew, clock)
  await renewing.current()
  const token = randomBytes(32).toString('base64url')
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-creds-'))
  const tokenFile = join(folder, 'token')
  // No line feed: clients send it as it is.
  writeFileSync(tokenFile, token, { mode: 0o600 })
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    const refusal = refusalOf(request, `127.0.0.1:${(server.address() as AddressInfo).port}`, token)
    if (refusal !== undefined) {
      answer(refusal.status, { code: refusal.code, message: refusal.message })
      return
    }
    renewing.current().then(
      (credentials) => answer(200, shapeOf(credentials)),
      (error: unknown) => {
        const message = error instanceof UsageError ? `${error.message}; next: ${error.next ?? 'tidegate whoami'}` : 'no credentials now'
        answer(403, { code: 'CredentialsNotAvailable', message })
      },
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/credentials`,
    tokenFile,
    close() {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

function refusalOf({ method, url, headers }: IncomingMessage, host: string, token: string): Refusal | undefined {
  if (headers.host !== host) return { status: 403, code: 'WrongHost', message: 'this is asked by its address only' }
  if (headers.origin !== undefined) return { status: 403, code: 'WrongOrigin', message: 'this is not for pages' }
  if (method !== 'GET' || url !== '/credentials') return { status: 404, code: 'NotFound', message: 'there is nothing here' }
  if (!isSame(headers.authorization ?? '', token))
    return { status: 401, code: 'WrongToken', message: 'the authorization token is not that of this endpoint' }
  return undefined
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

function shapeOf(credentials: RoleCredentials): object {
  const { roleArn, accessKeyId, secretAccessKey, sessionToken } = credentials
  return {
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expirationText(credentials),
  }
}

/** Clients ask again when a quarter of an hour is left; by then there are new ones. */
class Renewing {
  readonly #renew: () => Promise<RoleCredentials>
  readonly #clock: () => number
  #kept: { readonly credentials: RoleCredentials; readonly since: number } | undefined
  #pending: Promise<RoleCredentials> | undefined

  constructor(renew: () => Promise<RoleCredentials>, clock: () => number) {
    this.#renew = renew
    this.#clock = clock
  }

  async current(): Promise<RoleCredentials> {
    const now = this.#clock()
    const kept = this.#kept
    if (kept === undefined) return this.#fetch(now)
    const end = kept.credentials.expiration.getTime()
    const isFresh = end - now > Math.min((end - kept.since) / 2, 20 * 60_000)
    if (isFresh) return kept.credentials
    // What is still good is better than nothing.
    return this.#fetch(now).catch((error: unknown) => {
      if (end - now > 60_000) return kept.credentials
      throw error
    })
  }

  #fetch(now: number): Promise<RoleCredentials> {
    this.#pending ??= this.#renew()
      .then((credentials) => {
        this.#kept = { credentials, since: now }
        return credentials
      })
      .finally(() => (this.#pending = undefined))
    return this.#pending
  }
}
