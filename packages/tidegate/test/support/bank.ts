/** What the process that is killed writes, and what must hold of it. */
import { collection } from '../../src/kernel/state.ts'
import type { View } from '../../src/kernel/state.ts'

export const balances = collection<number>('bank.balances')
export const movements = collection<{ readonly to: string; readonly text: string }>('bank.movements')
export const holders = ['a', 'b', 'c', 'd', 'e']
export const writers = 4

/** How many of its last movements a writer leaves. */
export const keptMovements = 20

/** Every transfer takes from one what it gives to another, so a sum other than zero is a transaction of which a part is missing. */
export function sumOfBalances(view: View): number {
  return view.list(balances, '').reduce((sum, { value }) => sum + value, 0)
}
