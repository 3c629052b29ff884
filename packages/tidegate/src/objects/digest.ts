/** Hashes of bytes that are in the store. */
import type { ChecksumAlgorithm, Digests, OpenBytes } from '../services/s3/object-store.ts'
import type { HashPool } from './hash-pool.ts'
import { digestsOf } from './hasher.ts'

export async function digestOf(bytes: OpenBytes, algorithms: readonly ChecksumAlgorithm[], hashes: HashPool): Promise<Digests> {
  if (bytes.whole !== undefined) {
    bytes.close()
    return digestsOf(bytes.whole, algorithms)
  }
  const hasher = hashes.start(algorithms)
  try {
    let shared = new Uint8Array(new SharedArrayBuffer(Math.min(bytes.size, 512 * 1024)))
    await bytes.sendTo(async (chunk) => {
      if (chunk.length > shared.length) shared = new Uint8Array(new SharedArrayBuffer(chunk.length))
      shared.set(chunk)
      await hasher.update(shared.subarray(0, chunk.length))
    })
  } catch (error) {
    hasher.end().catch(() => {})
    throw error
  }
  return hasher.end()
}
