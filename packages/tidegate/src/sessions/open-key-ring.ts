import { existsSync } from 'node:fs'
import { systemClock } from '../kernel/clock.ts'
import type { Clock } from '../kernel/clock.ts'
import { changeKeyFile, createKeyFile, newGeneration, readKeyFile, stampOfKeyFile } from './key-file.ts'
import { keysOf, retired } from './key-ring.ts'
import type { Generation, Generations, Keys } from './key-ring.ts'

export interface KeyRing extends Keys {
  /** Oldest first. */
  readonly generations: readonly Omit<Generation, 'master'>[]
  /** Adds a generation, which seals from now on; returns its id. */
  rotate(): string
  /** See `retired`; returns the ids of all that are retired. */
  retire(beforeSeconds: number): readonly string[]
  /** Removes the retired generations for good. Secrets that they sealed, and that were not sealed again, are lost. */
  discardRetired(): readonly string[]
  /** Reads the file again if it was replaced: happens by itself twice a second, and when a key is asked for that is not known. */
  reload(): void
  close(): void
}

export interface KeyRingOptions {
  readonly path: string
  readonly clock?: Clock
  /** Told when a file that was replaced can't be used; the keys that were there before stay in use. */
  readonly onProblem?: (error: unknown) => void
}

/** Opens the key ring of an instance; creates the file where there is none. Throws a `KeyRingError`. */
export function openKeyRing({ path, clock = systemClock, onProblem = () => {} }: KeyRingOptions): KeyRing {
  const nowSeconds = () => Math.floor(clock() / 1000)
  if (!existsSync(path)) createKeyFile(path, nowSeconds())
  let { generations, stamp } = readKeyFile(path)
  let keys = keysOf(generations)

  function reload(): void {
    const seen = stampOfKeyFile(path)
    if (seen === stamp) return
    stamp = seen // a file that can't be used is told of once
    try {
      ;({ generations, stamp } = readKeyFile(path))
      keys = keysOf(generations)
    } catch (error) {
      onProblem(error)
    }
  }

  function change(how: (present: Generations) => Generations): Generations {
    changeKeyFile(path, how)
    reload()
    return generations
  }

  const timer = setInterval(reload, reloadEveryMs).unref()
  return {
    get newest() {
      return keys.newest
    },
    get generations() {
      return generations.map(({ id, createdAt, retiredAt }) => ({ id, createdAt, ...(retiredAt !== undefined && { retiredAt }) }))
    },
    keyFor(purpose, id) {
      const key = keys.keyFor(purpose, id)
      if (key !== undefined || generations.some((each) => each.id === id)) return key
      // Another process of this instance may have rotated and sealed with what we have not read yet.
      reload()
      return keys.keyFor(purpose, id)
    },
    rotate: () => (change((present) => [...present, newGeneration(present, nowSeconds())]).at(-1) ?? generations[0]).id,
    retire: (before) => idsOf(change((present) => retired(present, before, nowSeconds())).filter(isRetired)),
    discardRetired() {
      const gone = generations.filter(isRetired)
      if (gone.length > 0) change(withoutRetired)
      return idsOf(gone)
    },
    reload,
    close: () => clearInterval(timer),
  }
}

function withoutRetired(present: Generations): Generations {
  const [first, ...rest] = present.filter((each) => !isRetired(each))
  return first === undefined ? present : [first, ...rest]
}

function isRetired({ retiredAt }: Generation): boolean {
  return retiredAt !== undefined
}

function idsOf(generations: readonly Generation[]): readonly string[] {
  return generations.map(({ id }) => id)
}

const reloadEveryMs = 500
