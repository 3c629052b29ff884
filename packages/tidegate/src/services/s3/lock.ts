/** Object lock: retention and legal holds, as headers and elements say them. */
import { invalidArgument, malformedXml, s3Error } from './errors.ts'
import type { ObjectLock } from './object-store.ts'
import type { Context } from './s3-operation.ts'
import { type Bucket, isLockable } from './state.ts'

export interface LockInput {
  readonly ObjectLockMode?: string | undefined
  readonly ObjectLockRetainUntilDate?: Date | undefined
  readonly ObjectLockLegalHoldStatus?: string | undefined
}

/** What a new object is locked with: what the request says, or else what the bucket says for all. */
export function lockOf(input: LockInput, bucket: Bucket, now: number): ObjectLock {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input
  if ((mode ?? until ?? hold) !== undefined && !isLockable(bucket)) throw noLock()
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF')
    throw invalidArgument('x-amz-object-lock-legal-hold', hold, "Legal Hold must be either of 'ON' or 'OFF'")
  if ((mode === undefined) !== (until === undefined)) {
    throw s3Error('InvalidArgument', 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied')
  }
  const retention =
    mode === undefined || until === undefined ? defaultRetention(bucket, now) : { mode: modeOf(mode), until: until.getTime() }
  if (until !== undefined) assertFuture(until, now)
  return { ...(retention && { retention }), ...(hold !== undefined && { isHeld: hold === 'ON' }) }
}

export function noLock(): Error {
  return s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration')
}

export function assertFuture(until: Date, now: number): void {
  if (until.getTime() > now) return
  throw s3Error('InvalidArgument', 'The retain until date must be in the future!', {
    members: { ArgumentName: 'x-amz-object-lock-retain-until-date' },
  })
}

export function modeOf(mode: string): 'GOVERNANCE' | 'COMPLIANCE' {
  if (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') return mode
  throw s3Error('InvalidArgument', 'Unknown wormMode directive.', {
    members: { ArgumentName: 'x-amz-object-lock-mode', ArgumentValue: mode.slice(0, 100) },
  })
}

export function lockContext(input: LockInput, now: number): Context {
  const until = input.ObjectLockRetainUntilDate
  return {
    's3:object-lock-mode': input.ObjectLockMode,
    's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus,
    's3:object-lock-retain-until-date': until?.toISOString().replace('.000Z', 'Z'),
    's3:object-lock-remaining-retention-days': until && String(Math.max(0, Math.ceil((until.getTime() - now) / DAY))),
  }
}

interface Rule {
  readonly DefaultRetention?: { readonly Mode?: string; readonly Days?: number; readonly Years?: number }
}

export function assertLockRule(rule: {
  readonly DefaultRetention?: { Mode?: string | undefined; Days?: number | undefined; Years?: number | undefined } | undefined
}): void {
  const { Mode, Days, Years } = rule.DefaultRetention ?? {}
  if (Mode !== 'GOVERNANCE' && Mode !== 'COMPLIANCE') throw malformedXml('the mode is not GOVERNANCE or COMPLIANCE')
  if ((Days === undefined) === (Years === undefined)) throw malformedXml('one of days and years is given')
  if ((Days ?? Years ?? 0) <= 0) {
    throw s3Error('InvalidRetentionPeriod', 'Default retention period must be a positive integer value.', {
      members: { ArgumentName: Days === undefined ? 'Years' : 'Days' },
    })
  }
  if ((Days ?? 0) > 36_500 || (Years ?? 0) > 100) throw s3Error('InvalidRetentionPeriod', 'Default retention period too large.')
}

function defaultRetention({ configurations }: Bucket, now: number): ObjectLock['retention'] {
  const text = configurations['object-lock']
  if (text === undefined) return undefined
  const { Rule: rule } = JSON.parse(text) as { readonly Rule?: Rule }
  const { Mode, Days, Years } = rule?.DefaultRetention ?? {}
  if (Mode === undefined) return undefined
  return { mode: modeOf(Mode), until: now + ((Days ?? 0) + 365 * (Years ?? 0)) * DAY }
}

const DAY = 86_400_000
