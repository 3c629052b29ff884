import { conditionKey } from './condition-key.ts'
import { KeyList } from './key-list.ts'

/** What is asked: one principal wants one action on one resource, in a context. */
export interface AuthorizationRequest {
  readonly principal: Principal
  /** `service:Name`; matched without regard to case. */
  readonly action: string
  /** ARN of the resource, or `*` where the action has no resource-level permissions. */
  readonly resource: string
  /** Account that owns the resource (12 digits); S3 ARNs do not say it, so it is never guessed from the ARN here. */
  readonly resourceAccount: string
  readonly context: RequestContext
}

/** Who asks. */
export type Principal =
  | UserPrincipal
  | RoleSessionPrincipal
  | FederatedUserPrincipal
  | RootPrincipal
  /** An AWS service by its name, for example `ecs-tasks.amazonaws.com`. */
  | { readonly kind: 'service'; readonly name: string }
  /** The caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML: the provider's ARN or legacy host name. */
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'anonymous' }

interface AccountPrincipal {
  /** The caller's own ARN. */
  readonly arn: string
  /** 12 digits. */
  readonly account: string
  /** Unique id of the user or role (`AIDA…`, `AROA…`), under which saved policies keep it. */
  readonly id?: string | undefined
  /** Canonical user id of the account, as S3 policies name it. */
  readonly canonicalUser?: string | undefined
}

export interface UserPrincipal extends AccountPrincipal {
  readonly kind: 'user'
  /** Credentials of GetSessionToken, which have limits of their own, and whether MFA was used to get them. */
  readonly temporary?: 'with-mfa' | 'without-mfa' | undefined
}

/** `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`. */
export interface RoleSessionPrincipal extends AccountPrincipal {
  readonly kind: 'role-session'
  /** ARN of the role, with its path. */
  readonly roleArn: string
}

/** A session of GetFederationToken, made by an IAM user. */
export interface FederatedUserPrincipal extends AccountPrincipal {
  readonly kind: 'federated-user'
  readonly userArn: string
}

export interface RootPrincipal extends AccountPrincipal {
  readonly kind: 'root'
}

export type PrincipalKind = Principal['kind']

/**
 * The condition keys of a request. Names are case-insensitive; keys that differ only in case are one key with the values of both.
 * A string is a single-valued key, a list a multivalued one (even with one member); an empty list is an absent key.
 */
export class RequestContext {
  readonly #keys: KeyList
  /** By the place of their key. */
  readonly #values: readonly ContextValue[]

  constructor(entries: Readonly<Record<string, ContextValue>>) {
    const names: string[] = []
    const values: ContextValue[] = []
    for (const name of Object.keys(entries)) {
      const value = entries[name]
      if (value === undefined || (typeof value !== 'string' && value.length === 0)) continue
      names.push(name)
      values.push(value)
    }
    this.#keys = KeyList.of(names)
    this.#values = this.#keys.hasOnePlaceEach ? values.slice() : merge(this.#keys, names, values)
  }

  /** `key` as `conditionKey` gives it. */
  get(key: string): ContextValue | undefined {
    const place = this.#keys.placeOf(key)
    return place === undefined ? undefined : this.#values[place]
  }

  keys(): Iterable<string> {
    return this.#keys.keys()
  }
}

type ContextValue = string | readonly string[]

function merge(keys: KeyList, names: readonly string[], values: readonly ContextValue[]): readonly ContextValue[] {
  const merged: ContextValue[] = []
  for (const [i, name] of names.entries()) {
    const place = keys.placeOf(conditionKey(name))
    const value = values[i]
    if (place === undefined || value === undefined) continue
    const earlier = merged[place]
    merged[place] = earlier === undefined ? value : [earlier, value].flat()
  }
  return merged
}
