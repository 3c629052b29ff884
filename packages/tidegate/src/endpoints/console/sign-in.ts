/**
 * How people sign in at the console: by the authorization code flow with PKCE at their identity provider. The browser does all of it but one
 * step: providers do not let pages of another site read the answer of their token endpoint (CORS), so the code is exchanged through here.
 * This gateway keeps nothing of it and gives nothing for it: the ID token goes back to the browser, which hands it to STS as any client does.
 * @see https://www.rfc-editor.org/rfc/rfc7636
 */
import { FetchError } from '../../federation/safe-fetch.ts'
import { parseStrictObject } from '../../federation/strict-json.ts'

/** An identity provider whose people may sign in here. */
export interface ConsoleProvider {
  /** As the configuration calls it. */
  readonly name: string
  /** URL, as its configuration document writes it. */
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** How long ago somebody may have signed in at the provider, at most. Asked for, it is in the token, and when more than one factor was used. */
  readonly maxAgeSeconds: number
}

/** What the browser is told of a provider: all of it is public. */
export interface OfferedProvider extends ConsoleProvider {
  readonly authorizationEndpoint?: string
  /** Why nobody can sign in with it now. */
  readonly problem?: string
}

export interface SignIn {
  providers(): Promise<readonly OfferedProvider[]>
  /**
   * The ID token for an authorization code; takes the JSON text `{ provider, code, codeVerifier, redirectUri }`.
   * Rejects with `SignInError`.
   */
  exchange(text: string): Promise<string>
}

/** Why nobody is signed in, for whoever tries. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  readonly status: 400 | 502

  constructor(status: 400 | 502, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

export interface SignInDeps {
  readonly providers: readonly ConsoleProvider[]
  /** Fetches the JSON text at a URL, by POST of a form where there is one; rejects with `FetchError`. */
  readonly fetchJson: (url: string, form?: URLSearchParams) => Promise<string>
}

export function consoleSignIn({ providers, fetchJson }: SignInDeps): SignIn {
  const endpointsOf = async ({ issuer }: ConsoleProvider): Promise<Endpoints> => {
    const configuration = parseStrictObject(await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
    const { issuer: configured, authorization_endpoint: authorization, token_endpoint: token } = configuration ?? {}
    if (configured !== issuer) throw new FetchError('the configuration document is not of this issuer')
    if (typeof authorization !== 'string' || typeof token !== 'string')
      throw new FetchError('the configuration document names no endpoints')
    return { authorization, token }
  }
  return {
    providers: () => Promise.all(providers.map((provider) => offered(provider, endpointsOf))),
    async exchange(text) {
      const { provider: name, code, codeVerifier, redirectUri } = exchangeOf(text)
      const provider = providers.find((each) => each.name === name)
      if (provider === undefined) throw new SignInError(400, 'there is no such identity provider')
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: provider.clientId,
        code,
        code_verifier: codeVerifier,
        redirect_uri: redirectUri,
      })
      const answer = await endpointsOf(provider)
        .then(({ token }) => fetchJson(token, form))
        .catch((error: unknown) => {
          throw new SignInError(502, `${provider.name} did not take the code: ${reasonOf(error)}`, { cause: error })
        })
      const { id_token: idToken } = parseStrictObject(answer) ?? {}
      if (typeof idToken !== 'string') throw new SignInError(502, `${provider.name} sent no ID token: is \`openid\` among its scopes?`)
      return idToken
    },
  }
}

interface Endpoints {
  readonly authorization: string
  readonly token: string
}

async function offered(
  provider: ConsoleProvider,
  endpointsOf: (provider: ConsoleProvider) => Promise<Endpoints>,
): Promise<OfferedProvider> {
  try {
    const { authorization } = await endpointsOf(provider)
    return { ...provider, authorizationEndpoint: authorization }
  } catch (error) {
    return { ...provider, problem: reasonOf(error) }
  }
}

function exchangeOf(text: string): Readonly<Record<'provider' | 'code' | 'codeVerifier' | 'redirectUri', string>> {
  const { provider, code, codeVerifier, redirectUri } = parseStrictObject(text) ?? {}
  if (typeof provider !== 'string' || typeof code !== 'string' || typeof codeVerifier !== 'string' || typeof redirectUri !== 'string') {
    throw new SignInError(400, 'the request must have `provider`, `code`, `codeVerifier` and `redirectUri`')
  }
  return { provider, code, codeVerifier, redirectUri }
}

const reasonOf = (error: unknown): string => (error instanceof FetchError ? error.message : 'it cannot be reached')
