/**
 * Signing in at an identity provider: the authorization code flow with PKCE, by leaving this page and coming back to it.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
import { ApiError } from '../api/api-error.ts'
import { send } from '../api/call.ts'

/** As the gateway offers it. */
export interface Provider {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Seconds since the person signed in there, at most. */
  readonly maxAgeSeconds: number
  readonly authorizationEndpoint?: string
  readonly problem?: string
}

/** Between leaving and coming back. No secret of the person is in it: the verifier is worthless without the code. */
export interface Pending {
  readonly provider: string
  readonly issuer: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Path below `/console` to come back to. */
  readonly returnTo: string
  readonly role?: string | undefined
}

export async function offeredProviders(signal: AbortSignal): Promise<readonly Provider[]> {
  const response = await send({ signal }, '/console/sign-in/providers')
  if (!response.ok) throw new ApiError(`HTTP ${response.status}`, 'The gateway does not say how to sign in.')
  return ((await response.json()) as { providers: readonly Provider[] }).providers
}

/** What to remember, and where to go. */
export async function authorizationRequest(
  provider: Provider,
  { returnTo, role }: Pick<Pending, 'returnTo' | 'role'>,
): Promise<{ readonly pending: Pending; readonly url: string }> {
  const pending = { provider: provider.name, issuer: provider.issuer, state: random(), nonce: random(), verifier: random(), returnTo, role }
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier)))
  const url = new URL(provider.authorizationEndpoint ?? '')
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri(),
    scope: provider.scopes.join(' '),
    state: pending.state,
    nonce: pending.nonce,
    // Asked for so, the token says when she signed in, which MFA is counted from.
    max_age: String(provider.maxAgeSeconds),
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ApiError('InvalidProvider', 'The identity provider has no web address.')
  return { pending, url: url.href }
}

/** The ID token for what the provider sent us back with. Rejects with `ApiError`, also for an answer that nobody here asked for. */
export async function idTokenFor(query: URLSearchParams, pending: Pending | undefined): Promise<string> {
  const refusal = query.get('error_description') ?? query.get('error')
  if (pending === undefined || query.get('state') !== pending.state) {
    throw new ApiError('StateMismatch', 'This answer belongs to no sign-in that was begun in this tab.')
  }
  // A provider may send people on to another one with a challenge of its own, to get that one's code from us (RFC 9207).
  const issuer = query.get('iss')
  if (issuer !== null && issuer !== pending.issuer) {
    throw new ApiError('IssuerMismatch', 'This answer is of another identity provider than the one that was asked.')
  }
  if (refusal !== null) throw new ApiError('AccessDenied', `The identity provider refused: ${refusal}`)
  const response = await send(
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        provider: pending.provider,
        code: query.get('code'),
        codeVerifier: pending.verifier,
        redirectUri: redirectUri(),
      }),
    },
    '/console/sign-in/token',
  )
  const answer = (await response.json()) as { readonly idToken?: string; readonly message?: string }
  if (answer.idToken === undefined) throw new ApiError('SignInFailed', answer.message ?? 'The identity provider sent no ID token.')
  if (claimsOf(answer.idToken)['nonce'] !== pending.nonce) {
    throw new ApiError('NonceMismatch', 'The ID token was not made for this sign-in.')
  }
  return answer.idToken
}

/** What an ID token says; STS verifies it, this is for showing. */
function claimsOf(idToken: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = idToken.split('.')
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

const redirectUri = (): string => `${location.origin}/console/`

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)).buffer)

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
