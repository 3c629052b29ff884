/** Who is signed in, as the commands that need it see it: tokens in a file of its owner, refreshed when they are about to end. */
import type { SignedIn, SignIn } from '../people-routes.ts'
import { type Context, exclusively, parsedFile, readPrivate, removePrivate, writePrivate } from './contexts.ts'
import { UsageError } from './usage-error.ts'

/** What is kept of a sign-in. */
export interface Tokens {
  /** The instance that it was for: another one under the same name of a context gets none of it. */
  readonly url: string
  readonly issuer: string
  readonly clientId: string
  readonly idToken: string
  readonly refreshToken?: string | undefined
  /** Of the ID token, seconds since 1970. */
  readonly expiresAt: number
}

/** Whom nothing can be done for before somebody signs in. */
export class NotSignedIn extends UsageError {
  constructor(reason: string, { name }: Context) {
    super(reason, `tidegate login --context ${name}`)
  }
}

function keptTokens({ name, url }: Context): Tokens | undefined {
  const text = readPrivate(fileOf(name))
  const tokens = text === undefined ? undefined : (parsedFile(fileOf(name), text) as Tokens)
  return tokens?.url === url ? tokens : undefined
}

export function keepTokens({ name }: Context, tokens: Tokens): void {
  writePrivate(fileOf(name), `${JSON.stringify(tokens)}\n`)
}

export function forgetTokens({ name }: Context): void {
  removePrivate(fileOf(name))
}

/** An ID token that is good for a minute at least. Throws `NotSignedIn`. */
export async function goodTokens(context: Context, now = Date.now()): Promise<Tokens> {
  const isGood = ({ expiresAt }: Tokens): boolean => expiresAt > now / 1000 + 60
  const kept = keptTokens(context)
  if (kept === undefined) throw new NotSignedIn('nobody is signed in', context)
  if (isGood(kept)) return kept
  // Refresh tokens may be good for one use: who comes second takes what the first one got.
  return exclusively(fileOf(context.name), async () => {
    const present = keptTokens(context) ?? kept
    if (isGood(present)) return present
    if (present.refreshToken === undefined) throw new NotSignedIn('the sign-in has ended', context)
    const { isUnanswered, reasonOf, refreshed } = await import('./oidc.ts')
    const renewed = await refreshed(present).catch((error: unknown) => {
      if (isUnanswered(error)) {
        const message = `the sign-in has to be renewed, and the identity provider ${present.issuer} does not answer (${reasonOf(error)})`
        throw new UsageError(message, 'tidegate status --exit-code')
      }
      throw new NotSignedIn(`the sign-in has ended (${reasonOf(error)})`, context)
    })
    keepTokens(context, renewed)
    return renewed
  })
}

/** What the instance says of the person. Throws `NotSignedIn` where it does not take the token. */
export async function whoIs(context: Context, { idToken }: Tokens): Promise<SignedIn> {
  const { status, body } = await ask(context, '/_tidegate/person', { authorization: `Bearer ${idToken}` })
  if (status === 401) throw new NotSignedIn(`the instance does not take the sign-in: ${(body as { message: string }).message}`, context)
  return body as SignedIn
}

export async function signInOf(context: Context): Promise<SignIn> {
  const { body } = await ask(context, '/_tidegate/sign-in', {})
  const { region } = body as { readonly region?: unknown }
  // It goes into environments and files: nothing but a word may.
  if (typeof region === 'string' && /^[a-z0-9-]{1,32}$/.test(region)) return body as SignIn
  throw new UsageError(`what answers at ${context.url} names no region`, 'tidegate ctx ls')
}

export function noAnswer({ url, name }: Context): UsageError {
  return new UsageError(`no instance answers at ${url}, the address of the context \`${name}\``, 'tidegate ctx ls')
}

async function ask(context: Context, path: string, headers: Record<string, string>): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(`${context.url}${path}`, { headers, redirect: 'error', signal: AbortSignal.timeout(10_000) })
    return { status: response.status, body: await response.json() }
  } catch {
    throw noAnswer(context)
  }
}

function fileOf(context: string): string {
  return `tokens/${encodeURIComponent(context)}.json`
}
