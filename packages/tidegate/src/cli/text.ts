/** Text for a terminal of 100 columns. What has to be copied, such as an ARN, is never cut: it stands alone on a line that is longer. */

const width = 100

/** Words on lines of at most 100 columns. */
export function wrapped(text: string, first: string, others: string): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of oneLine(text).split(' ')) {
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
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => oneLine(row[column] ?? '').length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? oneLine(cell) : oneLine(cell).padEnd(widths[column] ?? 0))).join('  '),
  )
}

/** What somebody else chose, such as a name in a token, on one line of its own words. */
export function oneLine(text: string): string {
  return safeOnTerminal(text).replaceAll(/[\t\n]/g, escape)
}

/** Line feeds and tabs stay; what else controls a terminal, or turns the direction of writing, becomes `\uXXXX`. JSON means the same then. */
export function safeOnTerminal(text: string): string {
  return text.replaceAll(controls, escape)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
