/** Tables for a terminal of 100 columns. */
import { textInRecord } from '../../audit/record-text.ts'

export interface Column {
  readonly title: string
  /** What has to be copied as a whole, such as the id of a task, is never cut. */
  readonly isWhole?: boolean
  readonly isNumber?: boolean
}

const width = 100
const gap = '  '
const narrowest = 8

/**
 * Lines of at most 100 columns, the titles first. Where a row is too long, the widest columns that may be cut are, and end in `..`; only
 * what is never cut can make a line longer.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textInRecord))]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  narrow(columns, widths)
  return cells.map((row) =>
    columns
      .map(({ isNumber = false }, at) => {
        const cell = cut(row[at] ?? '', widths[at] ?? 0)
        return isNumber ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
      })
      .join(gap)
      .trimEnd(),
  )
}

/** Takes from the widest column, one by one, until a line fits or nothing more can be taken. */
function narrow(columns: readonly Column[], widths: number[]): void {
  const total = (): number => widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1))
  for (let surplus = total() - width; surplus > 0; surplus--) {
    const candidates = widths.map((each, at) => (columns[at]?.isWhole === true ? 0 : each))
    const widest = Math.max(...candidates)
    if (widest <= narrowest) return
    widths[candidates.indexOf(widest)] = widest - 1
  }
}

const cut = (cell: string, length: number): string => (cell.length <= length ? cell : `${cell.slice(0, length - 2)}..`)
