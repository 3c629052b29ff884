/** What ECS stores, by account. Keys begin with the region, since every entity belongs to one. */
import type {
  ClusterConfiguration,
  ClusterServiceConnectDefaults,
  CapacityProviderStrategyItem,
  ClusterSetting,
  RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs'
import { collection } from '../../kernel/state.ts'

export interface Tag {
  readonly key: string
  readonly value: string
}

/** Members without a meaning here are kept as they were sent and shown. */
export interface Cluster {
  readonly name: string
  /** A deleted cluster stays visible until one is made again under its name. */
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly settings: readonly ClusterSetting[]
  readonly configuration?: ClusterConfiguration | undefined
  readonly serviceConnectDefaults?: ClusterServiceConnectDefaults | undefined
  readonly capacityProviders: readonly string[]
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[]
  readonly tags: readonly Tag[]
}

export interface TaskDefinition {
  readonly family: string
  readonly revision: number
  /** A deleted one stays as long as something runs by it. */
  readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS'
  /** Milliseconds since 1970, as all times here. */
  readonly registeredAt: number
  readonly registeredBy: string
  readonly deregisteredAt?: number | undefined
  /** With the defaults that ECS fills in. */
  readonly definition: Omit<RegisterTaskDefinitionCommandInput, 'family' | 'tags'>
  readonly tags: readonly Tag[]
}

/** Revisions are not used again, also when the newest was deleted. */
export interface Family {
  readonly lastRevision: number
}

export const clusters = collection<Cluster>('ecs.clusters')
export const taskDefinitions = collection<TaskDefinition>('ecs.task-definitions')
export const families = collection<Family>('ecs.families')
/** Value of an account setting, by region, principal ARN and name. */
export const accountSettings = collection<string>('ecs.account-settings')

export const clusterKey = (region: string, name: string): string => `${region}/${name}`
export const familyKey = (region: string, family: string): string => `${region}/${family}`

/** Revisions have leading zeros in keys, so that their order is that of numbers. */
export const taskDefinitionKey = (region: string, { family, revision }: { readonly family: string; readonly revision: number }): string =>
  `${region}/${family}:${String(revision).padStart(10, '0')}`
