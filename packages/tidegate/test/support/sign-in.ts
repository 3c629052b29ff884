/** Signing in at the demo identity provider as a native application does. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oidc from 'openid-client'
import type { DemoIdentityProvider } from '../../src/demo/identity-provider.ts'
import { Browser } from '../../src/demo/browser.ts'

export type SignIn = (
  person: string,
  parameters?: Readonly<Record<string, string>>,
  fields?: Readonly<Record<string, string>>,
) => Promise<oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers>

export function clientOf({ issuer, clientId }: DemoIdentityProvider): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })
}

/** Each time with a browser of its own and a callback that listens once. */
export function signInOf(client: oidc.Configuration): SignIn {
  return async (person, parameters = {}, fields = {}) => {
    const server = createServer((_, response) => response.end('done')).listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
      const called = once(server, 'request') as Promise<[{ url: string }]>
      const [pkceCodeVerifier, expectedState, expectedNonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()]
      const url = oidc.buildAuthorizationUrl(client, {
        redirect_uri: redirectUri,
        scope: 'openid profile email groups',
        state: expectedState,
        nonce: expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      })
      await new Browser().signIn(url.href, person, fields)
      const [{ url: path }] = await called
      return await oidc.authorizationCodeGrant(client, new URL(path, redirectUri), { pkceCodeVerifier, expectedState, expectedNonce })
    } finally {
      server.close()
    }
  }
}
