/** Where in a text, and where in a JSON value, an offset lies. Computed only for problems and statements, never while reading. */
import type { JsonNode } from './json.ts'

/** Line and column, both from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds positions in one text; the lines are located on the first question. */
export class Positions {
  readonly #text: string
  #lineStarts: readonly number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  at(offset: number): Position {
    const starts = (this.#lineStarts ??= lineStartsOf(this.#text))
    const index = lastAtMost(starts, (start) => start, offset)
    return { line: index + 1, column: offset - (starts[index] ?? 0) + 1 }
  }
}

/**
 * JSON pointer (RFC 6901) to the innermost value of `root` that begins at `offset` or before.
 * An offset inside a member's name points to that member.
 */
export function pointerAt(root: JsonNode, offset: number): string {
  let pointer = ''
  let node = root
  for (;;) {
    if (node.type === 'object') {
      const member = node.members[lastAtMost(node.members, ({ start }) => start, offset)]
      if (member === undefined) return pointer
      pointer += `/${member.name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (offset < member.value.start) return pointer
      node = member.value
    } else if (node.type === 'array') {
      const index = lastAtMost(node.items, ({ start }) => start, offset)
      const item = node.items[index]
      if (item === undefined) return pointer
      pointer += `/${index}`
      node = item
    } else return pointer
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Index of the last of the ascending `items` whose place is at most `offset`; -1 where there is none. */
function lastAtMost<Item>(items: readonly Item[], placeOf: (item: Item) => number, offset: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && placeOf(item) <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}
