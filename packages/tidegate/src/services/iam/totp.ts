/** Time-based one-time passwords (RFC 6238) as virtual MFA devices make them: HMAC-SHA-1, six digits, steps of 30 seconds. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { bytesOfBase32 } from './ids.ts'

/** The code of a step. @param seed in base32 */
export function totpCode(seed: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', bytesOfBase32(seed)).update(counter).digest()
  const offset = digest.readUInt8(digest.length - 1) & 0x0f // RFC 4226, section 5.3
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Number of the step that `now` (milliseconds) lies in. */
export function stepAt(now: number): number {
  return Math.floor(now / 30_000)
}

/** The step within `tolerance` of `around` and later than `after` that has the code. */
export function stepOfCode(
  seed: string,
  code: string,
  { around, tolerance, after = -1 }: { around: number; tolerance: number; after?: number | undefined },
): number | undefined {
  let found: number | undefined
  for (let step = Math.max(0, around - tolerance); step <= around + tolerance; step++) {
    if (step > after && isSame(totpCode(seed, step), code)) found ??= step
  }
  return found
}

/** The step of the first of two codes that follow each other. */
export function stepOfConsecutiveCodes(
  seed: string,
  codes: readonly [string, string],
  around: number,
  tolerance: number,
): number | undefined {
  for (let step = Math.max(0, around - tolerance); step <= around + tolerance; step++) {
    if (isSame(totpCode(seed, step), codes[0]) && isSame(totpCode(seed, step + 1), codes[1])) return step
  }
  return undefined
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
