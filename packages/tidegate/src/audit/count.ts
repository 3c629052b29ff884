/** Counts events by hour. By time and error code alone it is addition of what segments know; anything else is a search. */
import type { AuditFilter } from './filter.ts'
import { errorCodesOf } from './filter.ts'
import { hourMs } from './hour-counts.ts'
import { search } from './query.ts'
import type { Segment } from './segment.ts'

export interface HourCount {
  /** Beginning of the hour, milliseconds since 1970. */
  readonly hour: number
  readonly count: number
}

/** Hours without events are left out. */
export async function countByHour(segments: readonly Segment[], filter: AuditFilter): Promise<HourCount[]> {
  const { from = -Infinity, to = Infinity } = filter
  const counts = new Map<number, number>()
  const add = (hour: number, count: number): void => {
    if (count > 0) counts.set(hour, (counts.get(hour) ?? 0) + count)
  }
  const scan = async (range: AuditFilter): Promise<void> => {
    for await (const { record } of search(segments, range, 'oldest')) add(Math.floor(Date.parse(record.eventTime) / hourMs), 1)
  }
  if (!isByCodeOnly(filter)) {
    await scan(filter)
  } else {
    const codes = filter.errorCode === undefined ? undefined : [...new Set(errorCodesOf(filter))]
    const [firstWhole, endWhole] = [Math.ceil(from / hourMs), Math.floor(to / hourMs)]
    for (const { hours } of segments) {
      for (const hour of hours.hours()) if (hour >= firstWhole && hour < endWhole) add(hour, hours.count(hour, codes))
    }
    for (const range of cutHours(from, to)) await scan({ ...filter, ...range })
  }
  return [...counts].toSorted(([a], [b]) => a - b).map(([hour, count]) => ({ hour: hour * hourMs, count }))
}

function isByCodeOnly(filter: AuditFilter): boolean {
  const members: readonly (keyof AuditFilter)[] = ['from', 'to', 'errorCode']
  return Object.entries(filter).every(([name, value]) => value === undefined || members.includes(name as keyof AuditFilter))
}

/** The hours of which the range has only a part. */
function cutHours(from: number, to: number): { from: number; to: number }[] {
  const [firstWhole, endWhole] = [Math.ceil(from / hourMs) * hourMs, Math.floor(to / hourMs) * hourMs]
  if (firstWhole > endWhole) return [{ from, to }]
  return [...(from < firstWhole ? [{ from, to: firstWhole }] : []), ...(endWhole < to ? [{ from: endWhole, to }] : [])]
}
