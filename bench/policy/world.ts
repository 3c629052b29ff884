import type { Principal } from '@tidegate/policy'

/** Policy documents as AWS writes them; the engines read them as text or as these objects. */
export interface PolicyJson {
  readonly Version: '2012-10-17'
  readonly Statement: readonly StatementJson[]
}

export interface StatementJson {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | { readonly AWS: string | readonly string[] }
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export type ContextRecord = Readonly<Record<string, string | readonly string[]>>
export type Verdict = 'allow' | 'implicit-deny' | 'explicit-deny'

/** One question, without who asks. */
export interface Ask {
  readonly action: string
  readonly resource: string
  readonly context: ContextRecord
}

/** A question of a known principal with the answer that holds by construction. */
export interface LabelledRequest extends Ask {
  readonly caller: Caller
  readonly resourceAccount: string
  /** Which policies of the resource's side apply: a key of `Layers.resources`. */
  readonly guard: string
  readonly want: Verdict
  /** What the question is about, for messages: `hit`, `near miss`, `bucket policy`, ... */
  readonly about: string
}

export interface Caller {
  readonly index: number
  readonly principal: Extract<Principal, { kind: 'user' | 'role-session' }>
  /** Position in `Layers.boundaries`. */
  readonly boundary: number
  /** Position in `Layers.sessions`; only role sessions have one, and only half of them. */
  readonly session: number | undefined
}

export interface WorldPrincipal {
  readonly caller: Caller
  readonly identity: readonly PolicyJson[]
  /** Actions that the statements are about, for touching all of a compiled set. */
  readonly actions: readonly string[]
  readonly requests: readonly LabelledRequest[]
}

/** What is attached to more than one principal or to resources. */
export interface Layers {
  readonly boundaries: readonly PolicyJson[]
  readonly sessions: readonly PolicyJson[]
  /** Organization root, organizational unit, account. */
  readonly scp: readonly (readonly PolicyJson[])[]
  /** By guard: `none` (services without resource policies), `rcp`, `kms` and one for each bucket with a policy. */
  readonly resources: Readonly<Record<string, Guard>>
}

export interface Guard {
  readonly resource?: PolicyJson
  readonly rcp?: readonly (readonly PolicyJson[])[]
}

export interface World {
  readonly name: string
  readonly statements: number
  readonly principals: number
  readonly layers: Layers
  /** Generates principals anew at every call, always the same ones; nothing is kept. */
  population(count?: number): Iterable<WorldPrincipal>
}

/**
 * All policies that requests under certain guards meet, for engines that look at all of them. Policies of the resource's side say
 * which resources they are about, so those of several guards may stand together without changing an answer.
 */
export function stackOf({ layers }: World, { caller, identity }: WorldPrincipal, guards: readonly string[]) {
  const met = guards.flatMap((guard) => layers.resources[guard] ?? [])
  return {
    identity,
    boundary: layers.boundaries[caller.boundary],
    session: caller.session === undefined ? undefined : layers.sessions[caller.session],
    scp: layers.scp,
    rcp: met.find(({ rcp }) => rcp)?.rcp ?? [],
    resource: met.flatMap(({ resource }) => resource ?? []),
  }
}

/** Requests of one caller by the guards whose policies they are to meet together: each by itself, or all for callers with many statements. */
export function byGuards(
  { statements }: World,
  requests: readonly LabelledRequest[],
): { guards: string[]; requests: readonly LabelledRequest[] }[] {
  const byGuard = Map.groupBy(requests, ({ guard }) => guard)
  if (statements >= 1000) return [{ guards: [...byGuard.keys()], requests }]
  return [...byGuard].map(([guard, asked]) => ({ guards: [guard], requests: asked }))
}

export type PolicyStack = ReturnType<typeof stackOf>
