/** Random bytes for what must be unique: nonces and ids. They are drawn many at a time, so they lie in memory before they are used: no secrets. */
import { randomFillSync } from 'node:crypto'

/** @param count at most 4096 */
export function uniqueBytes(count: number): Buffer {
  if (position + count > pool.length) {
    randomFillSync(pool)
    position = 0
  }
  const bytes = Buffer.from(pool.subarray(position, position + count))
  position += count
  return bytes
}

const pool = Buffer.alloc(4096)
let position = pool.length
