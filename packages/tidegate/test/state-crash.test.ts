import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { test } from 'vitest'
import { openState } from '../src/store/open-state.ts'
import { holders, keptMovements, movements, sumOfBalances, writers } from './support/bank.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const lanes = 2
const roundsOfLane = 50

/**
 * Each round kills a writing process at a random moment and opens the file again. The rounds of a lane share one file, so that what a kill
 * leaves behind (a journal to recover, half a checkpoint) is what the next round starts with.
 */
test(
  `kill -9, ${lanes * roundsOfLane} times: nothing acknowledged is lost, nothing is half done`,
  { timeout: 120_000 },
  async (context) => {
    const { expect } = context
    const counts = await Promise.all(
      Array.from({ length: lanes }, async () => {
        const database = join(temporaryFolder(context), 'state.db')
        let count = 0
        for (let round = 0; round < roundsOfLane; round++) {
          const acknowledged = await writeUntilKilled(database, round)
          count += acknowledged.length
          expect(await whatIsWrong(database, round, acknowledged)).toEqual([])
        }
        return count
      }),
    )
    for (const count of counts) expect(count).toBeGreaterThan(roundsOfLane) // else the kills came too early to mean anything
  },
)

async function whatIsWrong(database: string, round: number, acknowledged: readonly string[]): Promise<readonly string[]> {
  const state = await openState({ database })
  const stored = state.read((view) =>
    holders.flatMap((holder) => view.list(movements, holder, { prefix: `${round}/` }).map(({ key }) => key)),
  )
  const sum = state.read(sumOfBalances)
  await state.close()
  const ofWriters = Array.from({ length: writers }, (_, writer) => {
    // A writer deletes its movements but for the last ones. Of these all must be there, and at most one that it did not get to tell of.
    const numbersOf = (keys: readonly string[]) =>
      keys.filter((key) => key.startsWith(`${round}/${writer}/`)).map((key) => Number(key.split('/')[2]))
    const [told, present] = [Math.max(-1, ...numbersOf(acknowledged)), numbersOf(stored).toSorted((a, b) => a - b)]
    const newest = present.at(-1) ?? -1
    if (newest !== told && newest !== told + 1) return [`round ${round}: ${told} was acknowledged, ${newest} is there`]
    if (!isDeepStrictEqual(present, keptNumbers(newest))) return [`round ${round}: ${newest} is there with ${present.join(' ')}`]
    return []
  })
  return [...ofWriters.flat(), ...(sum === 0 ? [] : [`round ${round}: half a transfer of ${sum}`])]
}

/** The keys of the transfers that the process said were acknowledged. */
async function writeUntilKilled(database: string, round: number): Promise<readonly string[]> {
  const program = join(import.meta.dirname, 'support/state-writer.ts')
  const writer = spawn(process.execPath, ['--conditions=@tidegate/source', program, database, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = text(writer.stdout)
  await once(writer.stdout, 'readable')
  await delay(randomInt(60))
  writer.kill('SIGKILL')
  const [opened, ...lines] = (await output).split('\n').slice(0, -1)
  if (opened !== 'open') throw new Error('the writer did not open the state')
  return lines
}

/** Numbers of the movements that a writer leaves when `newest` is the last one it wrote. */
function keptNumbers(newest: number): readonly number[] {
  return Array.from({ length: newest + 1 }, (_, i) => i).filter((i) => i > newest - keptMovements)
}
