import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { HmacKey, isSameSignature } from './hmac-key.ts'

test('the HMAC is that of node:crypto, for keys and messages of all lengths', ({ expect }) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 3000 }), (key, text) => {
      const want = createHmac('sha256', key).update(text, 'utf8').digest('hex')
      const hmac = new HmacKey(key)
      expect(hmac.hex(text)).toBe(want)
      expect(hmac.digest(text).toString('hex')).toBe(want)
    }),
  )
})

describe('T-01 comparing signatures', () => {
  const ours = '0123456789abcdef'.repeat(4)

  test('only the same 64 digits are the same', ({ expect }) => {
    expect(isSameSignature(ours, ours)).toBe(true)
    for (let at = 0; at < 64; at++) {
      const other = ours[at] === '0' ? '1' : '0'
      expect(isSameSignature(ours, ours.slice(0, at) + other + ours.slice(at + 1))).toBe(false)
    }
    const wide = String.fromCharCode(0x100 + ours.charCodeAt(0)) + ours.slice(1)
    for (const theirs of ['', ours.slice(1), `${ours}0`, ours.toUpperCase(), wide, '-'.repeat(64), `${ours}\n`]) {
      expect(isSameSignature(ours, theirs)).toBe(false)
    }
  })

  test('nothing but timingSafeEqual compares one', ({ expect }) => {
    const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const comparisons = sources.flatMap((name) =>
      readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
        .split('\n')
        .filter((line) => /\bsignature\b\s*[!=]==|[!=]==\s*(?:\w+\.)*signature\b/i.test(line) && !/=== (?:undefined|'')/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    )
    expect(sources.length).toBeGreaterThan(15)
    expect(comparisons).toEqual([])
  })
})
