/**
 * The indexes of a policy set by action: a hash table like `Map`, in one array with keys and values side by side. Finding an index calls
 * nothing and reads two places of memory; what a decision costs is mostly the number of places that it reads.
 */
import type { Action } from './action.ts'
import { ActionIndex } from './action-index.ts'

/** Pairs of an action and its index, each at the place that the action's number says or behind it; at most half of the places are taken. */
export type ActionTable = (Action | ActionIndex | undefined)[]

/** A table without room: adding to it makes another, so many may have it. */
export const emptyTable: ActionTable = [undefined, undefined]

export function indexIn(table: ActionTable, action: Action): ActionIndex | undefined {
  const { length } = table
  for (let at = firstPlace(action, length); ; at = (at + 2) & (length - 2)) {
    const there = table[at]
    if (there === undefined) return undefined
    if (there !== action) continue
    const index = table[at + 1]
    return index instanceof ActionIndex ? index : undefined
  }
}

/** Puts an action in that is not there yet; answers the table to use from now on. */
export function withIndex(table: ActionTable, action: Action, index: ActionIndex): ActionTable {
  const taken = table.filter((cell) => cell !== undefined).length
  if ((taken + 2) * 2 <= table.length) {
    put(table, action, index)
    return table
  }
  const larger: ActionTable = Array.from<undefined>({ length: table.length * 2 }).fill(undefined)
  for (let at = 0; at < table.length; at += 2) put(larger, table[at], table[at + 1])
  put(larger, action, index)
  return larger
}

function put(table: ActionTable, action: ActionTable[number], index: ActionTable[number]): void {
  if (action === undefined || action instanceof ActionIndex) return
  let at = firstPlace(action, table.length)
  while (table[at] !== undefined) at = (at + 2) & (table.length - 2)
  table[at] = action
  table[at + 1] = index
}

/** `length` is a power of two. */
const firstPlace = ({ number }: Action, length: number): number => (number * 2) & (length - 2)
