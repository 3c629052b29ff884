/** What CloudWatch Logs keeps beside the events themselves, by account. Keys begin with the region. Times are milliseconds since 1970. */
import { collection } from '../../kernel/state.ts'

export interface LogGroup {
  readonly name: string
  /** Of this group and no other: one that is deleted and made again has another, and none of the old events. */
  readonly id: string
  readonly createdAt: number
  readonly retentionInDays?: number | undefined
  readonly logGroupClass: 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY'
  readonly tags: Readonly<Record<string, string>>
}

export interface LogStream {
  readonly name: string
  /** Of this stream and no other. */
  readonly id: string
  readonly createdAt: number
}

export interface MetricFilter {
  readonly filterName: string
  readonly filterPattern: string
  readonly logGroupName: string
  readonly metricTransformations: readonly object[]
  readonly createdAt: number
}

export interface ResourcePolicy {
  readonly policyName: string
  readonly policyDocument: string
  readonly lastUpdatedTime: number
}

export interface QueryDefinition {
  readonly queryDefinitionId: string
  readonly name: string
  readonly queryString: string
  readonly queryLanguage?: string | undefined
  readonly logGroupNames: readonly string[]
  readonly lastModified: number
}

export const logGroups = collection<LogGroup>('logs.groups')
export const logStreams = collection<LogStream>('logs.streams')
export const metricFilters = collection<MetricFilter>('logs.metric-filters')
export const resourcePolicies = collection<ResourcePolicy>('logs.resource-policies')
export const queryDefinitions = collection<QueryDefinition>('logs.query-definitions')

export const regional = (region: string, name: string): string => `${region}/${name}`

/** Names of groups have no `:`, so none begins like another's streams. */
export const streamKey = (region: string, group: string, stream: string): string => `${region}/${group}:${stream}`
