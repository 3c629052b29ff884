/**
 * A process that changes an object store as fast as it can, and says on standard output what it begins and what was acknowledged.
 * Arguments: folder, round, writers.
 */
import { writeSync } from 'node:fs'
import { openObjectStore } from '../../src/objects/open-store.ts'
import { contentOf, type Life, stagesOf } from './object-lives.ts'

// Read at load time.
const sizes = [10, 3000, 16_384, 16_385, 70_000, 300_000, 700_000]
const [folder = '', round = '0', writers = '8'] = process.argv.slice(2)
const store = await openObjectStore({
  folder,
  clock: () => Date.now(),
  onProblem: (what, error) => {
    throw new Error(what, { cause: error })
  },
})
await store.createBucket('b')
// Straight to the pipe: what is said is said when the process dies.
const say = (line: string): void => void writeSync(1, `${line}\n`)
say('open')
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => live(writer)))

async function live(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const life: Life = { key: `${round}/${writer}/${i}`, size: sizes[(writer + i) % sizes.length] ?? 1 }
    for (const [stage, change] of stagesOf(life).entries()) {
      say(`begin ${life.key} ${life.size} ${stage}`)
      await change(store, contentOf(life, stage))
      say(`done ${life.key} ${life.size} ${stage}`)
    }
  }
}
