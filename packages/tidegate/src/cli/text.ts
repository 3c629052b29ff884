/** Text for a terminal of 100 columns. What has to be copied, such as an ARN, is never cut: it stands alone on a line that is longer. */

import { textInRecord } from '../audit/record-text.ts'

const width = 100

/** Words on lines of at most 100 columns. */
export function wrapped(text: string, first: string, others: string): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of textInRecord(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = others
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}

/** Rows of cells below each other, two spaces apart; the last cell is as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textInRecord(row[column] ?? '').length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? textInRecord(cell) : textInRecord(cell).padEnd(widths[column] ?? 0))).join('  '),
  )
}
