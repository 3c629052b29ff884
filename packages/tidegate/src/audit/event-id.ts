/**
 * Ids of events: UUIDs of version 7 (RFC 9562), which begin with the millisecond they were made in. An event is found by its id without an
 * index, because its id says where to look; and the 74 random bits keep a record's hash from being guessed.
 */
import { randomFillSync } from 'node:crypto'

/** @param now milliseconds since 1970 */
export function eventIdAt(now: number): string {
  if (position === pool.length) {
    randomFillSync(pool)
    position = 0
  }
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0').slice(-12)
  const random = pool.toString('hex', position, position + 10)
  position += 10
  const variant = '89ab'[Number.parseInt(random[3] ?? '0', 16) & 3]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
}

/** Milliseconds since 1970; undefined when the id carries no time. */
export function timeOfEventId(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(id) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

const pool = Buffer.alloc(1280)
let position = pool.length
