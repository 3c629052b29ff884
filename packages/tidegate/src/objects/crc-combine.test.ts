import fc from 'fast-check'
import { test } from 'vitest'
import type { ChecksumAlgorithm } from '../services/s3/object-store.ts'
import { combinedChecksum } from './crc-combine.ts'
import { digestsOf, Hasher } from './hasher.ts'

const all = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
const nine = Buffer.from('123456789')

// Check values of the catalogue of CRC algorithms (https://reveng.sourceforge.io/crc-catalogue/all.htm) and of FIPS 180's authors.
test.for<[ChecksumAlgorithm, string]>([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
])('%s has its known value', ([algorithm, hex], { expect }) => {
  expect(digestsOf(nine, [algorithm]).checksums[algorithm]).toBe(Buffer.from(hex, 'hex').toString('base64'))
})

test('no hash is of the whole when it is made of hashes of parts, but CRCs are', ({ expect }) => {
  for (const algorithm of all) {
    expect([algorithm, combinedChecksum(algorithm, []) !== undefined]).toEqual([algorithm, algorithm.startsWith('CRC')])
  }
})

test('law: the checksum of parts is that of the whole, however it was cut', ({ expect }) => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
  fc.assert(
    fc.property(pieces, fc.constantFrom('CRC32', 'CRC32C', 'CRC64NVME'), (parts, algorithm) => {
      const summed = parts.map((part) => ({ size: part.length, checksum: digestsOf(part, [algorithm]).checksums[algorithm] ?? '' }))
      expect(combinedChecksum(algorithm, summed)).toBe(digestsOf(Buffer.concat(parts), [algorithm]).checksums[algorithm])
    }),
  )
})

test('law: hashers that are fed in turns do not mix', ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 50 })), { maxLength: 20 }), (feeds) => {
      const [a, b] = [new Hasher(all), new Hasher(all)]
      for (const [isFirst, bytes] of feeds) (isFirst ? a : b).update(bytes)
      const fed = (first: boolean): Buffer => Buffer.concat(feeds.filter(([isFirst]) => isFirst === first).map(([, bytes]) => bytes))
      expect([a.digest(), b.digest()]).toEqual([digestsOf(fed(true), all), digestsOf(fed(false), all)])
    }),
    { numRuns: 50 },
  )
})
