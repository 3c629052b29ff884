/**
 * `@tidegate/policy`: a policy set for each principal (identity policies and boundary), one for the account's service control policies, one
 * for each session policy and one for the resource side. Requests are made ready beforehand; actions, ARNs and keys in them are strings.
 */
import { authorize, compilePolicies, RequestContext, type AuthorizationRequest, type PolicySet } from '@tidegate/policy'
import { documentOf } from './documents.ts'
import type { Engine, LoadedEngine } from './engine.ts'
import type { Caller, LabelledRequest, World, WorldPrincipal } from './world.ts'

export interface Asked {
  readonly request: AuthorizationRequest
  readonly policies: readonly PolicySet[]
}

export const tidegate: Engine = {
  name: 'tidegate',
  load(world, principals, requests) {
    const compiled = compileWorld(world, principals)
    return deciding(requests.map((request) => askedOf(request, compiled)))
  },
}

export interface CompiledWorld {
  /** By index of the principal. */
  readonly own: readonly PolicySet[]
  policiesFor(caller: Caller, guard: string): readonly PolicySet[]
}

/** `visit` sees each principal once while its documents are at hand; nothing of them is kept here but the sets. */
export function compileWorld(world: World, principals: Iterable<WorldPrincipal>, visit?: (one: WorldPrincipal) => void): CompiledWorld {
  const { boundaries, sessions, scp, resources } = world.layers
  const boundary = boundaries.map((policy, n) => documentOf(policy, 'boundary', `boundary-${n}`))
  const levels = scp.map((level, n) => level.map((policy, m) => documentOf(policy, 'scp', `scp-${n}-${m}`)))
  const account = compilePolicies({ scp: levels })
  const session = sessions.map((policy, n) => compilePolicies({ session: [documentOf(policy, 'session', `session-${n}`)] }))
  const guards = new Map(
    Object.entries(resources).map(([guard, { resource, rcp }]) => [
      guard,
      compilePolicies({
        resource: resource && documentOf(resource, 'resource', guard),
        rcp: rcp?.map((level, n) => level.map((policy, m) => documentOf(policy, 'rcp', `rcp-${n}-${m}`))),
      }),
    ]),
  )
  const own: PolicySet[] = []
  for (const one of principals) {
    const identity = one.identity.map((policy, n) => documentOf(policy, 'managed', `policy-${one.caller.index}-${n}`))
    own[one.caller.index] = compilePolicies({ identity, boundary: boundary[one.caller.boundary] })
    visit?.(one)
  }
  return {
    own,
    policiesFor(caller, guard) {
      const ofSession = caller.session === undefined ? undefined : session[caller.session]
      return [own[caller.index], account, ofSession, guard === 'none' ? undefined : guards.get(guard)].filter((set) => set !== undefined)
    },
  }
}

export function askedOf(labelled: LabelledRequest, compiled: CompiledWorld): Asked {
  const { caller, action, resource, resourceAccount, context, guard } = labelled
  const request = { principal: caller.principal, action, resource, resourceAccount, context: new RequestContext(context) }
  return { request, policies: compiled.policiesFor(caller, guard) }
}

export function deciding(asked: readonly Asked[]): LoadedEngine {
  return {
    requests: asked.length,
    isLazy: true,
    run(from, count) {
      let allowed = 0
      let position = from % asked.length
      for (let n = 0; n < count; n++) {
        const one = asked[position++]
        if (position === asked.length) position = 0
        if (one !== undefined && authorize(one.request, one.policies).effect === 'allow') allowed++
      }
      return allowed
    },
    verdict(position) {
      const one = asked[position % asked.length]
      return one ? authorize(one.request, one.policies).effect : 'denied'
    },
  }
}
