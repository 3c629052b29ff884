/**
 * The keys of an instance. A key ring has generations: the newest seals, the older ones still open what they sealed until they are retired.
 * What is used is never the key itself but one derived from it for a single purpose (HKDF), so that what is sealed for one can't be passed
 * off as another.
 *
 * INVARIANT: a key is a `KeyObject` or in the file, never a string or a buffer that could be printed.
 */
import { createSecretKey, hkdfSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export type Purpose = 'session-token' | 'session-secret' | 'stored-secret' | 'authorization-message'

/** What sealing and opening need of a key ring. */
export interface Keys {
  /** Id of the generation that seals: 8 hexadecimal digits. */
  readonly newest: string
  /** The key of a generation for a purpose; `undefined` where the generation is unknown, or retired for this purpose. */
  keyFor(purpose: Purpose, id: string): KeyObject | undefined
}

export interface Generation {
  readonly id: string
  /** Seconds since 1970. */
  readonly createdAt: number
  /** When it was retired: since then it opens stored secrets only. */
  readonly retiredAt?: number
  readonly master: KeyObject
}

/** Oldest first, never empty: the last one seals. */
export type Generations = readonly [Generation, ...Generation[]]

/** Keys of generations that don't change. */
export function keysOf(generations: Generations): Keys {
  const byId = new Map(generations.map((generation) => [generation.id, generation]))
  const derived = new Map<string, KeyObject>()
  return {
    newest: (generations.at(-1) ?? generations[0]).id,
    keyFor(purpose, id) {
      const generation = byId.get(id)
      if (generation === undefined || !isUsable(generation, purpose)) return undefined
      const name = `${id} ${purpose}`
      const known = derived.get(name)
      if (known !== undefined) return known
      const key = createSecretKey(Buffer.from(hkdfSync('sha256', generation.master, '', `tidegate 1 ${purpose}`, 32)))
      derived.set(name, key)
      return key
    },
  }
}

/**
 * Retires what stopped sealing before `before` (seconds since 1970), because the next generation was there by then. Sessions last up to
 * 36 hours, so only what stopped longer ago can be retired without ending any. The newest is never retired.
 */
export function retired(generations: Generations, before: number, now: number): Generations {
  const [first, ...rest] = generations
  const retire = (generation: Generation, i: number): Generation => {
    const next = generations[i + 1]
    return generation.retiredAt === undefined && next !== undefined && next.createdAt < before
      ? { ...generation, retiredAt: now }
      : generation
  }
  return [retire(first, 0), ...rest.map((each, i) => retire(each, i + 1))]
}

/**
 * A stored secret outlives the generation that sealed it: until it is sealed again (`isSealedByNewest`), retiring does not lose it.
 * Discarding a generation does.
 */
function isUsable({ retiredAt }: Generation, purpose: Purpose): boolean {
  return retiredAt === undefined || purpose === 'stored-secret'
}
