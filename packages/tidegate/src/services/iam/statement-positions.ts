/** Where statements begin and end in the text of a policy, as MatchedStatements tell it. */

export interface Position {
  /** From 1. */
  readonly line: number
  readonly column: number
}

/**
 * Of each statement, in order. The text is JSON that was read already. AWS tells a statement from behind what opens it, the `[` or `,` of the
 * list or, where there is no list, its own `{`, to behind its `}`.
 */
export function statementPositions(text: string): readonly { readonly start: Position; readonly end: Position }[] {
  const spans: { start: number; end: number }[] = []
  let depth = 0
  let isStatement = false
  let start = -1
  let isList = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '"') {
      const close = endOfString(text, i)
      if (depth === 1 && /^\s*:/.test(text.slice(close + 1, close + 64))) isStatement = text.slice(i + 1, close) === 'Statement'
      i = close
    } else if (char === '{' || char === '[') {
      depth++
      if (!isStatement || depth !== 2) continue
      isList = char === '['
      start = i + 1
    } else if (char === '}' || char === ']') {
      if (isStatement && char === '}' && depth === (isList ? 3 : 2)) spans.push({ start, end: i + 1 })
      depth--
    } else if (char === ',' && isStatement && isList && depth === 2) start = i + 1
  }
  return spans.map(({ start: from, end }) => ({ start: positionAt(text, from), end: positionAt(text, end) }))
}

function endOfString(text: string, open: number): number {
  let i = open + 1
  while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1
  return i
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}
