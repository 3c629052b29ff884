/**
 * Ids of events: UUIDs of version 7 (RFC 9562), which begin with the millisecond they were made in. An event is found by its id without an
 * index, because its id says where to look; and the 74 random bits keep a record's hash from being guessed.
 */
import { randomFillSync } from 'node:crypto'

/** @param now milliseconds since 1970 */
export function eventIdAt(now: number): string {
  if (position === pool.length) {
    pool = randomFillSync(bytes).toString('hex')
    position = 0
  }
  if (now !== lastNow) {
    const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0').slice(-12)
    lastTime = `${time.slice(0, 8)}-${time.slice(8)}-7`
    lastNow = now
  }
  const at = position
  position += digitsEach
  const variant = '89ab'[Number.parseInt(pool[at + 3] ?? '0', 16) & 3]
  return `${lastTime}${pool.slice(at, at + 3)}-${variant}${pool.slice(at + 4, at + 7)}-${pool.slice(at + 7, at + 19)}`
}

/** Milliseconds since 1970; undefined when the id carries no time. */
export function timeOfEventId(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(id) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

const digitsEach = 20
const bytes = Buffer.alloc(digitsEach * 64)
/** Random digits that no id has yet. */
let pool = ''
let position = 0
/** Many ids are made in one millisecond. */
let lastNow = Number.NaN
let lastTime = ''
