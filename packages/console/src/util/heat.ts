/** Counts of denials by who and action as rows and columns. */
import type { ActivityGroup } from '../../../tidegate/src/api/activity.ts'

export interface HeatMap {
  /** Actions, the most often denied first. */
  readonly columns: readonly string[]
  readonly rows: readonly HeatRow[]
  readonly total: number
  /** Denials that found no place among rows and columns. */
  readonly leftOut: number
}

export interface HeatRow {
  readonly who: string
  readonly whoType: string
  /** ARN of the user or role. */
  readonly principal: string
  /** One for each column. */
  readonly cells: readonly HeatCell[]
}

export interface HeatCell {
  readonly count: number
  /** 0 for none, then 1 to 4: each step is four times as much as the one before. */
  readonly level: number
  /** Policy types that denied. */
  readonly causes: readonly string[]
}

export function heatMapOf(
  groups: readonly ActivityGroup[],
  { rows: mostRows, columns: mostColumns }: { rows: number; columns: number },
): HeatMap {
  const denied = groups.filter(({ Denied }) => Denied > 0)
  const columns = topOf(denied, ({ Action }) => Action, mostColumns)
  const rows = topOf(denied, rowKey, mostRows).map((key): HeatRow => {
    const own = denied.filter((group) => rowKey(group) === key)
    const [first] = own
    return {
      who: first?.Who ?? '',
      whoType: first?.WhoType ?? '',
      principal: first?.Principal ?? '',
      cells: columns.map((action) => cellOf(own, action)),
    }
  })
  const total = sum(denied)
  const shown = rows.flatMap(({ cells }) => cells).reduce((all, { count }) => all + count, 0)
  return { columns, rows, total, leftOut: total - shown }
}

function cellOf(groups: readonly ActivityGroup[], action: string): HeatCell {
  const own = groups.filter(({ Action }) => Action === action)
  const count = sum(own)
  const level = count === 0 ? 0 : Math.min(4, 1 + Math.floor(Math.log(count) / Math.log(4)))
  return { count, level, causes: [...new Set(own.flatMap(({ PolicyTypes }) => PolicyTypes))].toSorted() }
}

function topOf(groups: readonly ActivityGroup[], key: (group: ActivityGroup) => string, most: number): string[] {
  const counts = new Map<string, number>()
  for (const group of groups) counts.set(key(group), (counts.get(key(group)) ?? 0) + group.Denied)
  const sorted = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return sorted.slice(0, most).map(([name]) => name)
}

const rowKey = ({ Who, Principal }: ActivityGroup): string => `${Who}\n${Principal}`

const sum = (groups: readonly ActivityGroup[]): number => groups.reduce((all, { Denied }) => all + Denied, 0)
