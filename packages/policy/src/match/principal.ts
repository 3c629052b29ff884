/**
 * `Principal` and `NotPrincipal`: whom a statement of a resource-type policy is about, and in which way it names them.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { Effect, PrincipalElement } from '../document/policy-document.ts'
import type { Principal } from '../request.ts'

/**
 * How an element names a principal; the evaluation treats the kinds differently when the statement allows.
 * `direct`: the very caller or everyone; `role` and `user`: what the caller's session was made from; `account`: the caller's account.
 */
export type GrantKind = 'direct' | 'role' | 'user' | 'account'

export interface PrincipalMatcher {
  /** The closest way in which the statement names the principal, or `undefined` when it is not about them. */
  match(principal: Principal, hasBoundary: boolean): GrantKind | undefined
}

export function principalMatcher(element: PrincipalElement, effect: Effect): PrincipalMatcher {
  const names = new Names(element)
  if (!element.not) return names.includesEveryone ? everyone : { match: (principal) => names.closest(principal) }
  return effect === 'Deny' ? denyExcept(names) : allowExcept(names)
}

/**
 * `Deny` with `NotPrincipal` spares a principal only when every form of it is listed: a session with its role and its account, a user
 * with its account (open point 6). A user or role that has a permissions boundary is denied whether listed or not.
 */
function denyExcept(names: Names): PrincipalMatcher {
  return {
    match(principal, hasBoundary) {
      if ((principal.kind === 'user' || principal.kind === 'role-session') && hasBoundary) return 'direct'
      if (names.includesEveryone) return undefined
      const forms = formsOf[principal.kind]
      return forms.length > 0 && forms.every((form) => names.has(principal, form)) ? undefined : 'direct'
    },
  }
}

/** `Allow` with `NotPrincipal` leaves a principal out when any form of it is listed (open point 6). */
function allowExcept(names: Names): PrincipalMatcher {
  return { match: (principal) => (names.includesEveryone || names.closest(principal) !== undefined ? undefined : 'direct') }
}

const everyone: PrincipalMatcher = { match: () => 'direct' }

/** The ways in which a principal of each kind can be named, the closest first. */
const formsOf: Readonly<Record<Principal['kind'], readonly GrantKind[]>> = {
  user: ['direct', 'account'],
  'role-session': ['direct', 'role', 'account'],
  'federated-user': ['direct', 'user', 'account'],
  root: ['direct'],
  service: ['direct'],
  federated: ['direct'],
  anonymous: [],
}

/** The names that an element lists. */
class Names {
  readonly includesEveryone: boolean
  readonly #arnsAndIds: ReadonlySet<string>
  /** By account id, what the ARN of a caller of it may begin with: anything where the account is named by its id. */
  readonly #accounts: ReadonlyMap<string, readonly string[]>
  readonly #services: ReadonlySet<string>
  readonly #providers: ReadonlySet<string>
  readonly #canonicalUsers: ReadonlySet<string>

  constructor({ entries }: PrincipalElement) {
    const valuesOf = (type: (typeof entries)[number]['type']): string[] =>
      entries.filter((entry) => entry.type === type).map(({ value }) => value)
    const aws = valuesOf('AWS')
    this.includesEveryone = aws.includes('*')
    this.#arnsAndIds = new Set(aws)
    this.#accounts = accountsIn(aws)
    this.#services = new Set(valuesOf('Service'))
    this.#providers = new Set(valuesOf('Federated'))
    this.#canonicalUsers = new Set(valuesOf('CanonicalUser'))
  }

  closest(principal: Principal): GrantKind | undefined {
    for (const form of formsOf[principal.kind]) if (this.has(principal, form)) return form
    return undefined
  }

  /** Whether the principal is listed in the given form, which must be one that its kind has. */
  has(principal: Principal, form: GrantKind): boolean {
    switch (principal.kind) {
      case 'anonymous':
        return false
      case 'service':
        return this.#services.has(principal.name)
      case 'federated':
        return this.#providers.has(principal.provider)
      case 'root':
        return this.#hasAccount(principal.account, principal.arn)
      default:
    }
    if (form === 'account') {
      if (this.#hasAccount(principal.account, principal.arn)) return true
      return principal.canonicalUser !== undefined && this.#canonicalUsers.has(principal.canonicalUser)
    }
    if (form === 'direct' && this.#arnsAndIds.has(principal.arn)) return true
    // The unique id of a user is the user; that of a session's principal is what the session was made from.
    if (principal.id !== undefined && (form === 'direct') === (principal.kind === 'user') && this.#arnsAndIds.has(principal.id)) return true
    if (form === 'role') return principal.kind === 'role-session' && this.#arnsAndIds.has(principal.roleArn)
    return form === 'user' && principal.kind === 'federated-user' && this.#arnsAndIds.has(principal.userArn)
  }

  #hasAccount(account: string, arn: string): boolean {
    for (const start of this.#accounts.get(account) ?? nothing) if (arn.startsWith(start)) return true
    return false
  }
}

/** The accounts among the entries, named as `111122223333` or by the ARN of their root user, with the beginnings of their callers' ARNs. */
function accountsIn(values: readonly string[]): Map<string, string[]> {
  const accounts = new Map<string, string[]>()
  for (const value of values) {
    const [, partition = '', ofRoot, bare] = /^(?:(arn:[^:]*:)iam::(\d{12}):root|(\d{12}))$/.exec(value) ?? []
    const account = ofRoot ?? bare
    if (account !== undefined) accounts.set(account, [...(accounts.get(account) ?? nothing), partition])
  }
  return accounts
}

const nothing: readonly string[] = []
