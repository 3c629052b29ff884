/**
 * A process to be killed: moves amounts between accounts of one SQLite file as fast as it can, and prints each transfer once it is
 * acknowledged. Started by `state-crash.test.ts` with the file and the number of the round.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { openState } from '../../src/store/open-state.ts'
import { balances, holders, keptMovements, movements, writers } from './bank.ts'

const [, , database = '', round = ''] = process.argv
const state = await openState({ database })
writeSync(1, 'open\n')
await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${round}/${writer}/${i}`
    const [from = '', to = ''] = [holders[i % holders.length], holders[(i * 7 + writer + 1) % holders.length]]
    await state.transact((tx) => {
      tx.put(balances, '', from, (tx.get(balances, '', from) ?? 0) - 1)
      tx.put(balances, '', to, (tx.get(balances, '', to) ?? 0) + 1)
      tx.put(movements, from, key, { to, text: 'x'.repeat(i % 600) })
      const old = i - keptMovements
      if (old >= 0) tx.delete(movements, holders[old % holders.length] ?? '', `${round}/${writer}/${old}`)
    })
    writeSync(1, `${key}\n`)
  }
}
