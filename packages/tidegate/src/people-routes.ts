/** What somebody who wants to sign in asks first: where, and what for. */
import type { Routes } from './gateway/operator-routes.ts'
import { AwsError } from './kernel/aws-error.ts'
import type { Clock } from './kernel/clock.ts'
import { headerOf, type WireRequest, type WireResponse } from './kernel/wire-request.ts'
import { isOfPeople } from './configuration/people.ts'
import type { People } from './people.ts'
import { areActorsRevoked, type RevocationTable } from './sessions/revocation.ts'
import type { KnownRole } from './services/iam/principals.ts'

/** `GET /_tidegate/sign-in`. No bucket can have that name. */
export interface SignIn {
  readonly providers: readonly SignInProvider[]
  readonly region: string
  readonly askForAccess?: string | undefined
}

export interface SignInProvider {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly maxAgeSeconds: number
  readonly allowsDeviceCode: boolean
}

/** `GET /_tidegate/person` with an ID token as bearer. */
export interface SignedIn {
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  readonly label?: string | undefined
  readonly groups: readonly string[]
  /** That the person's sessions have to have. */
  readonly sessionName: string
  /** Seconds since 1970. */
  readonly authenticatedAt: number
  readonly isMultiFactor: boolean
  readonly roles: readonly SignedInRole[]
  readonly askForAccess?: string | undefined
}

export interface SignedInRole {
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly accountName: string
  readonly maxDurationSeconds: number
  readonly binding: string
}

export interface PeopleRoutesOptions {
  readonly people: People
  readonly askForAccess: string | undefined
  readonly region: string
  readonly clock: Clock
  readonly revocations: () => RevocationTable
  readonly role: (accountId: string, name: string) => KnownRole | undefined
  readonly accountName: (accountId: string) => string
}

export function peopleRoutes(options: PeopleRoutesOptions): Routes {
  return {
    '/_tidegate/sign-in': ({ method }) => (method === 'GET' ? json(200, signIn(options)) : undefined),
    '/_tidegate/person': (request) => (request.method === 'GET' ? signedIn(request, options) : undefined),
  }
}

function signIn({ people, askForAccess, region }: PeopleRoutesOptions): SignIn {
  const providers = people.settings.providers
    .filter(isOfPeople)
    .map(({ name, issuer, clientId, scopes, maxAgeSeconds, allowsDeviceCode }) => {
      return { name, issuer, clientId, scopes, maxAgeSeconds, allowsDeviceCode }
    })
  return { providers, region, askForAccess }
}

async function signedIn(request: WireRequest, options: PeopleRoutesOptions): Promise<WireResponse> {
  const [, token] = /^Bearer ([\w.-]+)$/.exec(headerOf(request, 'authorization') ?? '') ?? []
  if (token === undefined) return json(401, { code: 'MissingAuthenticationToken', message: 'an ID token is needed as bearer' })
  const { people, clock, revocations, role, accountName, askForAccess } = options
  try {
    const found = await people.identify(token, clock())
    if (found === undefined) return json(401, { code: 'InvalidIdentityToken', message: 'the token is of no provider of people here' })
    const { provider, person } = found
    const { actor, sessionName, authenticatedAt, mfaAuthenticatedAt } = person
    if (areActorsRevoked([actor], authenticatedAt, revocations())) {
      return json(401, { code: 'ExpiredTokenException', message: 'sessions were revoked: sign in again' })
    }
    const roles = people.bindingsOf(provider, person).flatMap(({ name: binding, role: roleName, accounts, maxDurationSeconds }) =>
      accounts.flatMap((accountId): SignedInRole[] => {
        const known = role(accountId, roleName)
        if (known === undefined) return []
        const { arn, name } = known
        return [{ arn, name, accountId, accountName: accountName(accountId), maxDurationSeconds, binding }]
      }),
    )
    const answer: SignedIn = {
      provider: provider.name,
      issuer: actor.issuer,
      subject: actor.subject,
      label: actor.label,
      groups: actor.groups ?? [],
      sessionName,
      authenticatedAt,
      isMultiFactor: mfaAuthenticatedAt !== undefined,
      roles: longestOf(roles),
      askForAccess,
    }
    return json(200, answer)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return json(401, { code: error.code, message: error.message })
  }
}

/** A role that several bindings give is there once, with the longest time. */
function longestOf(roles: readonly SignedInRole[]): readonly SignedInRole[] {
  const byArn = new Map<string, SignedInRole>()
  for (const role of roles) {
    const known = byArn.get(role.arn)
    if (known === undefined || known.maxDurationSeconds < role.maxDurationSeconds) byArn.set(role.arn, role)
  }
  return [...byArn.values()]
}

function json(status: number, body: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(body) }
}
