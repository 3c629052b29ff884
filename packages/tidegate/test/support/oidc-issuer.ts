/** An OpenID Connect issuer on the loopback interface: it signs what it is asked to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface OidcIssuer {
  /** `http://127.0.0.1:…`. */
  readonly url: string
  /** As ARNs and condition keys have it. */
  readonly host: string
  /** A token for the audience `tidegate`, good for five minutes unless told otherwise. */
  token(
    claims: Readonly<Record<string, unknown>>,
    times?: { readonly issuedAt?: number; readonly lifetimeSeconds?: number },
  ): Promise<string>
  close(): Promise<void>
}

export const audience = 'tidegate'

export async function oidcIssuer(): Promise<OidcIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }
  const server = createServer((request, response) => {
    const known: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/jwks` },
      '/jwks': { keys: [key] },
    }
    const document = known[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    host: `127.0.0.1:${port}`,
    token(claims, { issuedAt = Math.floor(Date.now() / 1000), lifetimeSeconds = 300 } = {}) {
      return new SignJWT({ iss: url, aud: audience, sub: 'alice', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
