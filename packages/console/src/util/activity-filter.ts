/** The filter of the activity page, as its address has it: what can be linked to can be shared. */
import type { ActivityFilter } from '../../../tidegate/src/api/activity.ts'

export const periods = {
  '1h': { text: 'last hour', seconds: 3600 },
  '24h': { text: 'last 24 hours', seconds: 86_400 },
  '7d': { text: 'last 7 days', seconds: 7 * 86_400 },
  all: { text: 'as long as it is kept', seconds: undefined },
} as const
export type Period = keyof typeof periods

export const textFields = ['actor', 'principal', 'action', 'service', 'resource', 'session'] as const
export type TextField = (typeof textFields)[number]

export interface PageFilter {
  readonly texts: Readonly<Partial<Record<TextField, string>>>
  readonly isDeniedOnly: boolean
  readonly isChangesOnly: boolean
  readonly period: Period
}

/** What an address does not say, or says wrongly, is as if it were not there. */
export function filterOf(query: URLSearchParams): PageFilter {
  const given = textFields.map((name) => [name, query.get(name)?.trim() ?? ''] as const)
  const period = query.get('period') ?? ''
  return {
    texts: Object.fromEntries(given.filter(([, value]) => value !== '')),
    isDeniedOnly: query.get('denied') === 'yes',
    isChangesOnly: query.get('changes') === 'yes',
    period: Object.hasOwn(periods, period) ? (period as Period) : '24h',
  }
}

export function queryOf({ texts, isDeniedOnly, isChangesOnly, period }: PageFilter): Record<string, string> {
  return {
    ...texts,
    ...(isDeniedOnly && { denied: 'yes' }),
    ...(isChangesOnly && { changes: 'yes' }),
    ...(period !== '24h' && { period }),
  }
}

/** As the API takes it. */
export function activityFilter({ texts, isDeniedOnly, isChangesOnly, period }: PageFilter, now: number): ActivityFilter {
  const { seconds } = periods[period]
  return {
    Actor: texts.actor,
    Principal: texts.principal,
    Action: texts.action,
    Service: texts.service,
    Resource: texts.resource,
    SessionName: texts.session,
    ...(isDeniedOnly && { DeniedOnly: true }),
    ...(isChangesOnly && { ChangesOnly: true }),
    ...(seconds !== undefined && { StartTime: new Date(now - seconds * 1000).toISOString() }),
  }
}
