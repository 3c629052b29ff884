/** The client of the identity provider, for sign-in at a terminal. Loaded only by who signs in or refreshes. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, userInfo } from 'node:os'
import * as oidc from 'openid-client'
import type { SignInProvider } from '../people-routes.ts'
import type { Tokens } from './signed-in.ts'
import { oneLine } from './text.ts'

export interface Asking {
  /** Told to the person, on standard error. */
  readonly note: (line: string) => void
  /** Opens the page; what it throws is not a reason to stop. */
  readonly open: (url: string) => void
  /** Of the loopback interface; 0 takes a free one. */
  readonly port: number
}

type NewTokens = Omit<Tokens, 'url'>

/**
 * Authorization code with PKCE: the browser comes back to a port of this machine.
 * @see https://www.rfc-editor.org/rfc/rfc8252
 */
export async function signInWithBrowser(provider: SignInProvider, { note, open, port }: Asking): Promise<NewTokens> {
  const client = await clientOf(provider)
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const [pkceCodeVerifier, expectedState, expectedNonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()]
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: `${origin}/callback`,
      scope: provider.scopes.join(' '),
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      // Asked for, the provider has to say when the person signed in.
      max_age: String(provider.maxAgeSeconds),
    })
    const called = callback(server, origin, expectedState)
    note(`sign in at ${url.href}`)
    // What else there is to open on a machine is not for an identity provider to choose.
    if (url.protocol === 'https:' || url.protocol === 'http:') open(url.href)
    const answer = await called
    const tokens = await oidc.authorizationCodeGrant(client, answer, {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      idTokenExpected: true,
      maxAge: provider.maxAgeSeconds,
    })
    return tokensOf(provider, tokens)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** A code that is typed on another device. Whoever types it gives this machine their access, so it says where it was started. */
export async function signInWithDevice(provider: SignInProvider, { note }: Pick<Asking, 'note'>): Promise<NewTokens> {
  const client = await clientOf(provider)
  const device = await oidc.initiateDeviceAuthorization(client, { scope: provider.scopes.join(' ') })
  note(`this sign-in was started by ${userInfo().username} on ${hostname()}: type its code only if that is you, now`)
  note(`open ${device.verification_uri} and type ${device.user_code}`)
  return tokensOf(provider, await oidc.pollDeviceAuthorizationGrant(client, device))
}

export async function refreshed(tokens: Tokens): Promise<Tokens> {
  const client = await clientOf(tokens)
  const answer = await oidc.refreshTokenGrant(client, tokens.refreshToken ?? '')
  return { ...tokens, ...tokensOf(tokens, { refresh_token: tokens.refreshToken, ...answer, claims: () => answer.claims() }) }
}

/** Whether nobody was there, which is no answer about anybody: the next attempt may do. */
export function isUnanswered(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'TimeoutError' || error.message === 'fetch failed' || ('code' in error && error.code === 'OAUTH_TIMEOUT'))
  )
}

/** What went wrong, in the words of the provider where it has said something. */
export function reasonOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    return oneLine([error.error, error.error_description].filter((text) => text !== undefined).join(': '))
  }
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return oneLine(isUnanswered(error) && cause instanceof Error && cause.message !== '' ? cause.message : error.message)
}

function tokensOf(
  { issuer, clientId }: Pick<SignInProvider, 'issuer' | 'clientId'>,
  answer: { readonly id_token?: string; readonly refresh_token?: string | undefined; claims(): oidc.IDToken | undefined },
): NewTokens {
  const { exp } = answer.claims() ?? {}
  if (answer.id_token === undefined || exp === undefined)
    throw new Error('the identity provider gave no ID token: is `openid` in the scopes?')
  return { issuer, clientId, idToken: answer.id_token, refreshToken: answer.refresh_token, expiresAt: exp }
}

function clientOf({ issuer, clientId }: Pick<SignInProvider, 'issuer' | 'clientId'>): Promise<oidc.Configuration> {
  const isHere = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/.test(issuer)
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), isHere ? { execute: [oidc.allowInsecureRequests] } : {})
}

/** The address that the browser comes back with. Whoever else calls, with another state, is sent away and nothing ends. */
function callback(server: Server, origin: string, state: string): Promise<URL> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody signed in within five minutes')), patienceMs)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // What is no address at all, such as `//`, is no reason to stop waiting.
      const url = URL.parse(request.url ?? '/', origin)
      const isExpected = request.method === 'GET' && url?.pathname === '/callback' && `http://${request.headers.host}` === origin
      if (!isExpected || url?.searchParams.get('state') !== state) {
        page(response, 400, 'Nobody is waiting for this', 'Start again with the command on the terminal.')
        return
      }
      clearTimeout(timer)
      const failed = url.searchParams.has('error')
      page(response, 200, failed ? 'Not signed in' : 'You are signed in', 'This page can be closed. The terminal goes on.')
      response.once('close', () => resolve(url))
    })
  })
}

function page(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`)
}

const patienceMs = 300_000
