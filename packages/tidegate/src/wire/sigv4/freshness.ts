/** When a signature counts: within 15 minutes of its time, or as long as a presigned URL says. */
import { isoSeconds } from '../../kernel/iso-seconds.ts'
import type { SigV2, SigV4 } from './authentication.ts'
import { type Dialect, signatureError, signatureMismatch } from './errors.ts'
import { formatTimestamp } from './timestamp.ts'

/** `now` is milliseconds since 1970. */
export function requireFresh(authentication: SigV4 | SigV2, dialect: Dialect, now: number): void {
  if (authentication.kind === 'sigv2-query') return requireUnexpired(Number(authentication.expires) * 1000, now)
  if (authentication.kind === 'sigv2-header') return requireS3Skew(authentication.signedAt, now)
  const { signedAt, timestamp } = authentication
  const expiresSeconds = authentication.kind === 'sigv4-query' ? authentication.expiresSeconds : undefined
  if (dialect !== 's3') {
    // STS and the like take presigned URLs for 15 minutes; one that says less is good for less.
    const lifetime = Math.min(maxSkew, (expiresSeconds ?? Infinity) * 1000)
    return requireSkew(timestamp, signedAt, lifetime, dialect, now)
  }
  if (expiresSeconds === undefined) return requireS3Skew(signedAt, now)
  if (signedAt > now + maxSkew) throw signatureError('AccessDenied', 'Request is not yet valid')
  requireUnexpired(signedAt + expiresSeconds * 1000, now, expiresSeconds)
}

function requireSkew(timestamp: string, signedAt: number, lifetime: number, dialect: Dialect, now: number): void {
  const at = formatTimestamp
  if (signedAt + lifetime < now) {
    const limit = lifetime === maxSkew ? '15 min.' : `${lifetime / 1000} s`
    throw signatureMismatch(dialect, `Signature expired: ${timestamp} is now earlier than ${at(now - lifetime)} (${at(now)} - ${limit})`)
  }
  if (signedAt - maxSkew > now) {
    throw signatureMismatch(
      dialect,
      `Signature not yet current: ${timestamp} is still later than ${at(now + maxSkew)} (${at(now)} + 15 min.)`,
    )
  }
}

function requireS3Skew(signedAt: number, now: number): void {
  if (Math.abs(now - signedAt) <= maxSkew) return
  throw signatureError('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    members: { RequestTime: isoSeconds(signedAt), ServerTime: isoSeconds(now), MaxAllowedSkewMilliseconds: String(maxSkew) },
  })
}

function requireUnexpired(expiresAt: number, now: number, expiresSeconds?: number): void {
  if (now < expiresAt) return
  throw signatureError('AccessDenied', 'Request has expired', {
    members: {
      ...(expiresSeconds === undefined ? {} : { 'X-Amz-Expires': String(expiresSeconds) }),
      Expires: isoSeconds(expiresAt),
      ServerTime: isoSeconds(now),
    },
  })
}

const maxSkew = 15 * 60 * 1000
