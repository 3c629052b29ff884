/**
 * An OpenID Connect provider on this machine for demonstrations and tests: it is real in all but that whoever clicks on a name is that
 * person. Never for anything that matters.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { devicePage, type DemoPerson, messagePage, type Page, signInPage } from './identity-provider-pages.ts'
import { VolatileAdapter } from './volatile-adapter.ts'

export interface DemoIdentityProvider {
  /** `http://127.0.0.1:…`. */
  readonly issuer: string
  /** Of a public client: it has no secret, and proves itself with PKCE. */
  readonly clientId: string
  close(): Promise<void>
}

export interface DemoIdentityProviderOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly people?: readonly DemoPerson[]
  /** Where browsers may be sent back to, beside `http://127.0.0.1/callback` on any port, which the command line uses. */
  readonly redirectUris?: readonly string[]
  /** What tokens say of a person; by default her id, name, address and groups. */
  readonly claims?: (person: DemoPerson) => Readonly<Record<string, unknown>>
  /** Whether codes may be typed on another device. */
  readonly allowsDeviceCode?: boolean
  readonly idTokenSeconds?: number
}

const demoPeople: readonly DemoPerson[] = [
  { id: 'alice', name: 'Alice Marsh', email: 'alice@example.com', groups: ['developers', 'oncall'] },
  { id: 'bob', name: 'Bob Weir', email: 'bob@example.com', groups: ['developers', 'platform'] },
  { id: 'carol', name: 'Carol Finn', email: 'carol@example.com', groups: ['auditors'] },
]

const demoClientId = 'tidegate'

export async function startDemoIdentityProvider(options: DemoIdentityProviderOptions): Promise<DemoIdentityProvider> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', () => resolve())
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, await configurationOf(options))
  provider.use(pagesOf(provider, options.people ?? demoPeople))
  const answer = provider.callback()
  const { host } = new URL(issuer)
  server.on('request', (request, response) => {
    // Nobody has a password here, so a page of the web must not get here under a name of its own that leads to this machine.
    if (request.headers.host === host) void answer(request, response)
    else response.writeHead(421, { 'content-type': 'text/plain', connection: 'close' }).end('this is asked by its address only\n')
  })
  return {
    issuer,
    clientId: demoClientId,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function configurationOf(options: DemoIdentityProviderOptions): Promise<Configuration> {
  const { people = demoPeople, claims = plainClaims, redirectUris = [], allowsDeviceCode = false, idTokenSeconds = 3600 } = options
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const signingKey = { ...(await exportJWK(privateKey)), kid: 'demo', alg: 'ES256', use: 'sig' }
  const grants = ['authorization_code', 'refresh_token', ...(allowsDeviceCode ? ['urn:ietf:params:oauth:grant-type:device_code'] : [])]
  const named = [...new Set(people.flatMap((person) => Object.keys(claims(person))))]
  return {
    adapter: VolatileAdapter,
    jwks: { keys: [signingKey] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [
      {
        client_id: demoClientId,
        client_name: 'Tidegate',
        // Native clients may listen on any port of the loopback interface (RFC 8252, section 7.3).
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
        grant_types: grants,
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/callback', ...redirectUris],
      },
    ],
    clientBasedCORS: (_, origin) => /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(origin),
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    claims: { openid: ['sub', 'acr', 'amr', ...named.filter((name) => name !== 'sub')] },
    // Claims go into the ID token, as they do with the providers that companies have.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      deviceFlow: {
        enabled: allowsDeviceCode,
        mask: '****-****',
        userCodeInputSource: (ctx, form, _, error) =>
          show(ctx, devicePage(form, error === undefined ? undefined : 'That code is not known.')),
        userCodeConfirmSource: (ctx, form, _, device, code) => show(ctx, devicePage(form, undefined, { code, device })),
        successSource: (ctx) => show(ctx, messagePage('You are signed in', 'The other device has what it needs. This page can be closed.')),
      },
    },
    interactions: { policy: alwaysAsking(), url: (_, interaction) => `/sign-in/${interaction.uid}` },
    findAccount(ctx, id) {
      const person = people.find((each) => each.id === id)
      if (person === undefined) return undefined
      return { accountId: id, claims: () => ({ ...claims(person), sub: id, ...authenticationOf(ctx) }) }
    },
    async loadExistingGrant(ctx) {
      // Whoever signs in here agrees.
      const { client, session } = ctx.oidc
      const grant = new ctx.oidc.provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' })
      grant.addOIDCScope('openid profile email groups offline_access')
      await grant.save()
      return grant
    },
    // Without `prompt=consent` the scope `offline_access` is dropped, as the specification wants it. Other providers don't.
    issueRefreshToken: () => true,
    renderError: (ctx, out) => show(ctx, messagePage('That did not work', out.error_description ?? out.error)),
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      DeviceCode: 300,
      Grant: 86_400,
      IdToken: idTokenSeconds,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  }
}

/** Asked is who it is, each time, so that a browser can be another person; never for consent. */
function alwaysAsking(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy.get('consent')?.checks.remove('native_client_prompt')
  const isAsked = ({ oidc }: KoaContextWithOIDC): boolean => oidc.result?.login === undefined
  policy.get('login')?.checks.add(new interactionPolicy.Check('each_time', 'whoever signs in is asked', 'login_required', isAsked))
  return policy
}

function plainClaims({ name, email, groups }: DemoPerson): Readonly<Record<string, unknown>> {
  return { name, email, email_verified: true, groups }
}

/** How the person signed in this time. */
function authenticationOf(ctx: KoaContextWithOIDC): object {
  const { AuthorizationCode: code, RefreshToken: refresh, DeviceCode: device } = ctx.oidc.entities
  const amr = (code ?? refresh ?? device)?.['amr'] as unknown
  return Array.isArray(amr) ? { amr } : {}
}

/** The page with the names, and what a click on one does. */
function pagesOf(provider: Provider, people: readonly DemoPerson[]) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (!/^\/sign-in\/[\w-]+$/.test(ctx.path)) return next()
    if (ctx.method === 'GET') {
      const { params } = await provider.interactionDetails(ctx.req, ctx.res)
      return show(ctx, signInPage(ctx.path, people, String(params['client_id'])))
    }
    const form = new URLSearchParams(await bodyOf(ctx))
    const person = people.find(({ id }) => id === form.get('person'))
    if (person === undefined) return show(ctx, messagePage('That did not work', 'Nobody here has that name.'))
    const amr = form.get('factors') === '1' ? ['pwd'] : ['pwd', 'otp', 'mfa']
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: person.id, amr, remember: false } })
    ctx.respond = false
  }
}

async function bodyOf(ctx: KoaContextWithOIDC): Promise<string> {
  let text = ''
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.length > 10_000) throw new Error('the form is too long')
  }
  return text
}

function show(ctx: KoaContextWithOIDC, { html, policy }: Page): void {
  ctx.type = 'html'
  ctx.set('content-security-policy', policy)
  ctx.set('cache-control', 'no-store')
  ctx.body = html
}
