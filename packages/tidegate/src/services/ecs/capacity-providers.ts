/** Capacity providers of clusters: which there may be, and what policies are told of them. */
import type { CapacityProviderStrategyItem } from '@aws-sdk/client-ecs'
import type { Where } from './arn.ts'
import { ecsError } from './errors.ts'

/** Throws for a provider that does not exist: there are those of Fargate only. */
export function checkCapacityProviders(names: readonly string[], strategy: readonly CapacityProviderStrategyItem[]): void {
  const unknown = names.find((name) => !fargateProviders.includes(name))
  if (unknown !== undefined) throw refuse('The specified capacity provider was not found.', unknown)
  for (const { capacityProvider = '', weight = 0, base = 0 } of strategy) {
    if (!names.includes(capacityProvider))
      throw refuse('The specified capacity provider is not associated with the cluster.', capacityProvider)
    if (weight < 0 || weight > 1000) throw refuse('The weight of a capacity provider must be between 0 and 1000.', String(weight))
    if (base < 0 || base > 100_000) throw refuse('The base of a capacity provider must be between 0 and 100000.', String(base))
  }
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1)
    throw ecsError('InvalidParameterException', 'Only one capacity provider in a capacity provider strategy can have a base defined.')
}

export function capacityProviderKeys({ accountId, region }: Where, names: readonly string[] = []): Readonly<Record<string, string[]>> {
  if (names.length === 0) return {}
  return { 'ecs:capacity-provider': names.map((name) => `arn:aws:ecs:${region}:${accountId}:capacity-provider/${name}`) }
}

const refuse = (text: string, value: string) =>
  ecsError('InvalidParameterException', `${text} Specify a valid value and try again: ${value}`)
export const fargateProviders: readonly string[] = ['FARGATE', 'FARGATE_SPOT']
