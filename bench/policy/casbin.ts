/**
 * `casbin`: one enforcer for each caller and what guards its resources, `enforceSync`, denials first so that a denied request ends early.
 *
 * A policy line is a statement or a cap; its matcher is one function of ours on the statement's RegExps, which is faster than casbin's own
 * `regexMatch` and `keyMatch` (they make the RegExp at every call) or an expression in the model. A cap (boundary, session policy, level of
 * service control policies) is a line that denies where none of its Allows holds. Casbin answers only allowed or not.
 */
import { newEnforcer, newModelFromString, type Enforcer } from 'casbin'
import type { Engine } from './engine.ts'
import { applies, readRequest, stackReader, type NaiveRequest, type NaiveStack } from './naive.ts'
import { byGuards, stackOf, type LabelledRequest } from './world.ts'

const model = `
[request_definition]
r = request
[policy_definition]
p = line, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = holds(r.request, p.line)
`

export const casbin: Engine = {
  name: 'casbin',
  async load(world, principals, requests) {
    const read = stackReader(true)
    const byPrincipal = Map.groupBy(requests, ({ caller }) => caller.index)
    const pairs = new Map<LabelledRequest, { enforcer: Enforcer; request: NaiveRequest }>()
    for (const one of principals) {
      for (const { guards, requests: asked } of byGuards(world, byPrincipal.get(one.caller.index) ?? [])) {
        const enforcer = await enforcerOf(read(stackOf(world, one, guards)), one.caller.principal)
        for (const request of asked) pairs.set(request, { enforcer, request: readRequest(request) })
      }
    }
    const ready = requests.map((request) => pairs.get(request)).filter((pair) => pair !== undefined)
    return {
      requests: ready.length,
      run(from, count) {
        let allowed = 0
        for (let n = 0; n < count; n++) {
          const pair = ready[(from + n) % ready.length]
          if (pair?.enforcer.enforceSync(pair.request) === true) allowed++
        }
        return allowed
      },
      verdict(position) {
        const pair = ready[position]
        return pair?.enforcer.enforceSync(pair.request) === true ? 'allow' : 'denied'
      },
    }
  },
}

type Line = (request: NaiveRequest) => boolean
type CallerPrincipal = LabelledRequest['caller']['principal']

async function enforcerOf(stack: NaiveStack, principal: CallerPrincipal): Promise<Enforcer> {
  const { denies, allows } = linesOf(stack, principal)
  const lines = new Map<string, Line>([...denies, ...allows].map((line, n) => [`${n}`, line]))
  const enforcer = await newEnforcer(newModelFromString(model))
  await enforcer.addFunction('holds', (request: NaiveRequest, line: string) => lines.get(line)?.(request) ?? false)
  enforcer.getModel().addPolicies(
    'p',
    'p',
    [...lines.keys()].map((line, n) => [line, n < denies.length ? 'deny' : 'allow']),
  )
  return enforcer
}

function linesOf(stack: NaiveStack, principal: CallerPrincipal): { denies: Line[]; allows: Line[] } {
  const role = principal.kind === 'role-session' ? principal.roleArn : ''
  const names = (listed: readonly string[] | undefined, ...arns: string[]) =>
    listed?.some((name) => name === '*' || arns.includes(name)) ?? true
  const caps = [stack.boundary, stack.session].filter((layer) => layer !== undefined)
  const granted = stack.resource.filter(({ allows, principals }) => allows && names(principals, principal.arn, role))
  const direct = granted.filter(({ principals }) => names(principals, principal.arn))
  const line = (statement: NaiveStack['identity'][number]): Line => {
    return (request) => applies(statement, request, variablesOf(request))
  }
  const cap = (ways: NaiveStack['identity']): Line => {
    return (request) => !ways.some((statement) => applies(statement, request, variablesOf(request)))
  }
  const all = [...caps.flat(), ...stack.scp.flat(), ...stack.rcp, ...stack.resource, ...stack.identity]
  const allowing = (layer: NaiveStack['identity']) => layer.filter(({ allows }) => allows)
  return {
    denies: [
      ...all.filter(({ allows }) => !allows).map(line),
      ...stack.scp.map((level) => cap(allowing(level))),
      ...caps.map((layer) => cap([...allowing(layer), ...direct])),
    ],
    allows: [...granted, ...allowing(stack.identity)].map(line),
  }
}

function variablesOf({ context }: NaiveRequest) {
  return (key: string): string | undefined => {
    const value = context.get(key)
    return typeof value === 'string' ? value : undefined
  }
}
