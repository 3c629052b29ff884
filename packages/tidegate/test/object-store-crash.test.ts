/** The object store under kill -9: everything that was acknowledged is whole, and of everything else there is all or nothing. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'vitest'
import { scrub } from '../src/objects/scrub.ts'
import { bytesOf, openedStore } from './support/object-store.ts'
import { crashRounds } from './support/crash-rounds.ts'
import { contentAfter, type Life } from './support/object-lives.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const writer = join(import.meta.dirname, 'support/object-writer.ts')
const { rounds, maxMilliseconds, timeout, tell } = crashRounds({ rounds: 150, maxMilliseconds: 18_000, timeout: 90_000 })

/** What a key went through: the last stage that was acknowledged, and the last that was begun. */
interface Told extends Life {
  done: number
  begun: number
}

/** Runs the writers in a process of their own until that is killed: after so many acknowledgements, and a moment. */
async function killed(folder: string, round: number, acknowledgements: number): Promise<readonly Told[]> {
  const child = spawn(process.execPath, ['--conditions=@tidegate/source', writer, folder, String(round), '8'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  let acknowledged = 0
  const enough = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1')
      acknowledged += chunk.toString('latin1').split('done').length - 1
      if (out.startsWith('open') && acknowledged >= acknowledgements) resolve()
    })
  })
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)))
  await Promise.race([enough, ended])
  await setTimeout(randomInt(20))
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') throw new Error(`the writers ended by themselves: ${err}`)
  const told = new Map<string, Told>()
  for (const line of out.split('\n').slice(1, -1)) {
    const [what, key = '', size, stage] = line.split(' ')
    const life = told.get(key) ?? { key, size: Number(size), done: -1, begun: -1 }
    told.set(key, life)
    if (what === 'done') life.done = Number(stage)
    else life.begun = Number(stage)
  }
  return [...told.values()]
}

test('kill -9 at any moment under parallel load: what is acknowledged is whole, no half object is seen', { timeout }, async (context) => {
  const { expect } = context
  const folder = temporaryFolder(context)
  const lives: Told[] = []
  const started = performance.now()
  let done = 0
  for (; done < rounds && performance.now() - started < maxMilliseconds; done++) lives.push(...(await killed(folder, done, randomInt(50))))

  const store = await openedStore(context, { folder })
  const wrong: string[] = []
  for (const life of lives) {
    const found = store.find('b', life.key)
    const bytes = found === undefined ? undefined : await bytesOf(store, found)
    const possible = [contentAfter(life, life.done), contentAfter(life, life.begun)]
    if (!possible.some((content) => (content === undefined ? bytes === undefined : bytes?.equals(content)))) wrong.push(life.key)
  }
  expect(wrong).toEqual([])
  tell(`${done} kills of the store, ${lives.filter((life) => life.done >= 0).length} keys with an acknowledged write`)
  expect(done).toBeGreaterThan(5)
  expect(lives.filter((life) => life.done >= 0).length).toBeGreaterThan(20)
  await store.close()

  // The files are those that the catalogue names, and each holds what it held.
  const report = await scrub({ folder, onProgress: () => {} })
  expect(report).toMatchObject({ damaged: [], missing: [], orphans: 0 })
  const blobs = join(folder, 'blobs')
  expect(readdirSync(blobs).flatMap((directory) => readdirSync(join(blobs, directory)))).toHaveLength(report.files)
})
