/**
 * The worlds of the policy benchmark: seeded, so that every run and every machine decides the same questions.
 *
 * `s10` to `s10k` have so many statements for each principal, told apart by the resource they name; `acct100k` is an account of 100,000 small
 * policies; in `fan1k` 1,000 statements hold for every resource and only a tag tells them apart; in `glob1k` the patterns differ only behind
 * a wildcard. All policy types are in play: identity policies, permissions boundaries, session policies of role sessions, three levels of
 * service control policies, a resource control policy, bucket policies, a key policy. 70 % of the requests are allowed, 20 % near misses,
 * 10 % explicitly denied; the answers hold by construction (`unit.ts`).
 */
import { buildLayers } from './policy/layers.ts'
import { buildPrincipal, type Shape } from './policy/principals.ts'
import { Random } from './policy/random.ts'
import type { LabelledRequest, Verdict, World, WorldPrincipal } from './policy/world.ts'

export const shapes = {
  s10: shape('s10', 11, 10, 10, 1000, 8),
  s100: shape('s100', 12, 100, 10, 500, 16),
  s1k: shape('s1k', 13, 1000, 10, 250, 32),
  s10k: shape('s10k', 14, 10_000, 10, 12, 640),
  acct100k: shape('acct100k', 15, 20, 4, 20_000, 1),
  fan1k: shape('fan1k', 16, 1000, 10, 100, 80, 'tags'),
  glob1k: shape('glob1k', 17, 1000, 10, 100, 80, 'globs'),
} as const
export type WorldName = keyof typeof shapes

export function isWorldName(name: string): name is WorldName {
  return Object.hasOwn(shapes, name)
}

export function openWorld(name: WorldName, principals: number = shapes[name].principals): World {
  const shape: Shape = { ...shapes[name], principals: Math.min(principals, shapes[name].principals) }
  return {
    name,
    statements: shape.statements,
    principals: shape.principals,
    layers: buildLayers(),
    *population(count = shape.principals): Generator<WorldPrincipal> {
      for (let index = 0; index < Math.min(count, shape.principals); index++) yield buildPrincipal(shape, index)
    },
  }
}

/** In an order that jumps between principals and keeps 7 : 2 : 1 in every ten requests, so that short windows are alike. */
export function schedule(requests: Iterable<LabelledRequest>, seed = 99): LabelledRequest[] {
  const random = new Random(seed)
  const queues: Record<Verdict, LabelledRequest[]> = { allow: [], 'implicit-deny': [], 'explicit-deny': [] }
  for (const request of requests) queues[request.want].push(request)
  for (const queue of Object.values(queues)) random.shuffle(queue)
  const tens = Math.floor(Math.min(queues.allow.length / 7, queues['implicit-deny'].length / 2, queues['explicit-deny'].length))
  const scheduled: LabelledRequest[] = []
  for (let ten = 0; ten < tens; ten++) {
    const group = [
      ...queues.allow.slice(ten * 7, ten * 7 + 7),
      ...queues['implicit-deny'].slice(ten * 2, ten * 2 + 2),
      ...queues['explicit-deny'].slice(ten, ten + 1),
    ]
    scheduled.push(...random.shuffle(group))
  }
  return scheduled
}

function shape(
  name: string,
  seed: number,
  statements: number,
  perPolicy: number,
  principals: number,
  requestsEach: number,
  content: Shape['content'] = 'mixed',
): Shape {
  return { name, seed, statements, perPolicy, principals, requestsEach, content }
}
