/**
 * `@cedar-policy/cedar-wasm` in its fastest form: one preparsed policy set for each caller and what guards its resources, and calls that are made
 * ready beforehand.
 */
import { preparsePolicySet, statefulIsAuthorized, type StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import { contextValues } from './cedar-conditions.ts'
import { toCedar } from './cedar-translation.ts'
import type { Engine } from './engine.ts'
import { byGuards, stackOf, type LabelledRequest, type World, type WorldPrincipal } from './world.ts'

export const cedar: Engine = {
  name: 'cedar-wasm, preparsed',
  load(world, principals, requests) {
    const byPrincipal = Map.groupBy(requests, ({ caller }) => caller.index)
    const calls = new Map<LabelledRequest, StatefulAuthorizationCall>()
    for (const one of principals) {
      for (const { guards, requests: asked } of byGuards(world, byPrincipal.get(one.caller.index) ?? [])) {
        const id = `${world.name} ${one.caller.index} ${guards.join()}`
        const mentioned = preparse(id, world, one, guards)
        for (const request of asked) calls.set(request, callOf(request, id, mentioned))
      }
    }
    const ready = requests.map((request) => calls.get(request)).filter((call) => call !== undefined)
    return {
      requests: ready.length,
      run(from, count) {
        let allowed = 0
        for (let n = 0; n < count; n++) {
          const call = ready[(from + n) % ready.length]
          if (call === undefined) continue
          const answer = statefulIsAuthorized(call)
          if (answer.type === 'success' && answer.response.decision === 'allow') allowed++
        }
        return allowed
      },
      verdict(position) {
        const call = ready[position]
        const answer = call && statefulIsAuthorized(call)
        if (answer?.type !== 'success') throw new Error(JSON.stringify(answer))
        const { decision, diagnostics } = answer.response
        if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors))
        if (decision === 'allow') return 'allow'
        return diagnostics.reason.some((policy) => policy.startsWith('forbid')) ? 'explicit-deny' : 'implicit-deny'
      },
    }
  },
}

/** Context keys that the policies mention. */
function preparse(id: string, world: World, one: WorldPrincipal, guards: readonly string[]): ReadonlySet<string> {
  const variables = new Map<string, string>()
  for (const [key, value] of Object.entries(one.requests[0]?.context ?? {})) {
    if (/^aws:(username|PrincipalTag)/.test(key) && typeof value === 'string') variables.set(key.toLowerCase(), value)
  }
  const policies = toCedar(stackOf(world, one, guards), one.caller, variables)
  const parsed = preparsePolicySet(id, { staticPolicies: policies })
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors))
  const mentioned = new Set<string>()
  for (const text of Object.values(policies)) {
    for (const [, key] of text.matchAll(/context(?: has |\[)"([^"]*)"/g)) if (key !== undefined) mentioned.add(key)
  }
  return mentioned
}

function callOf(request: LabelledRequest, preparsedPolicySetId: string, mentioned: ReadonlySet<string>): StatefulAuthorizationCall {
  return {
    principal: { type: 'Principal', id: request.caller.principal.arn },
    action: { type: 'Action', id: request.action },
    resource: { type: 'Resource', id: request.resource },
    context: { ...contextValues(request.context, mentioned), action: request.action, resource: request.resource },
    preparsedPolicySetId,
    entities: [],
  }
}
