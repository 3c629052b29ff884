import { test } from 'vitest'
import { type Keyed, scan } from './scan.ts'

/** A bucket of a million keys that is never made: a thousand in each of a thousand groups. */
function million() {
  let visited = 0
  let walks = 0
  const keyAt = (at: number): Buffer => Buffer.from(`group-${pad(Math.floor(at / 1000))}/key-${pad(at % 1000)}`)
  function* rowsBetween(lower: Uint8Array, upper: Uint8Array): Generator<Keyed> {
    walks++
    for (let at = firstFrom(lower, keyAt); at < 1_000_000; at++) {
      const key = keyAt(at)
      if (Buffer.compare(key, upper) >= 0) return
      visited++
      yield { key }
    }
  }
  return { rowsBetween, cost: () => ({ visited, walks }) }
}

test('common prefixes of a million keys cost one look each, whatever lies under them', ({ expect }) => {
  const bucket = million()
  const page = scan({ prefix: '', delimiter: '/', after: undefined, limit: 1000 }, bucket.rowsBetween)
  expect([page.prefixes.length, page.prefixes.at(-1), page.isTruncated]).toEqual([1000, 'group-999/', false])
  expect(bucket.cost()).toEqual({ visited: 1000, walks: 1001 })
})

test('a page in the middle costs the page', ({ expect }) => {
  const bucket = million()
  const page = scan({ prefix: 'group-5', delimiter: '', after: 'group-500/key-499', limit: 100 }, bucket.rowsBetween)
  expect([page.rows.length, page.isTruncated]).toEqual([100, true])
  expect(bucket.cost()).toEqual({ visited: 101, walks: 1 })
})

test('what ends within a group goes on behind it', ({ expect }) => {
  const bucket = million()
  const page = scan({ prefix: '', delimiter: '/', after: 'group-997/key-3', limit: 10 }, bucket.rowsBetween)
  expect(page.prefixes).toEqual(['group-998/', 'group-999/'])
})

function firstFrom(lower: Uint8Array, keyAt: (at: number) => Buffer): number {
  let [low, high] = [0, 1_000_000]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (Buffer.compare(keyAt(middle), lower) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function pad(number: number): string {
  return String(number).padStart(3, '0')
}
