/** What the `audit` commands share: the folder, the key, times, and how a record looks on a terminal. */
import { textInRecord } from '../audit/record-text.ts'
import type { AuditRecord } from '../audit/record.ts'
import { isAuditFolder, withSegments } from '../audit/reading.ts'
import type { Segment } from '../audit/segment.ts'
import { DamagedSegment } from '../audit/segment-reader.ts'
import { dataFolder, defaultDataFolder } from '../data-folder.ts'
import type { ExitCode, Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** The folder of the log, which is there. */
export function auditFolder(data: string | undefined): string {
  const path = data ?? defaultDataFolder
  const { audit } = dataFolder(path)
  if (!isAuditFolder(audit)) throw new UsageError(`there is no audit log in \`${path}\``)
  return audit
}

/** Reads the log; what can't be read is told with the next command to type. */
export async function readLog(folder: string, io: Io, read: (segments: readonly Segment[]) => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await withSegments(folder, read)
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error
    io.note(`error: ${error.message}`)
    io.note('next: tidegate audit verify')
    return 1
  }
}

export async function textOf(file: string, io: Io): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of io.read(file)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** One line: time, who, what, outcome, on what, event id. */
export function recordLine(record: AuditRecord): string {
  const { eventTime, eventSource, eventName, errorCode, resources = [], eventID, additionalEventData, userIdentity } = record
  const [nearest] = additionalEventData.actorChain ?? []
  const who = nearest?.label ?? nearest?.subject ?? userIdentity.arn ?? userIdentity.type ?? '-'
  const what = `${eventSource.replace(/\.amazonaws\.com$/, '')}:${eventName}`
  return `${[eventTime, who, what, errorCode ?? 'ok', resources[0]?.ARN ?? '-', eventID].map(textInRecord).join('  ')}\n`
}

/** `2026-11-22`, `2026-11-22T07:00:00Z`, or a span before now: `30m`, `24h`, `7d`. Milliseconds since 1970. */
export function timeFlag(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount !== undefined && unit !== undefined) return now - Number(amount) * (unitMs[unit] ?? 0)
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new UsageError(`\`--${name}\` cannot be \`${text}\`; it is a time like 2026-11-22T07:00:00Z, or 24h`)
  return time
}

export function countFlag(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`\`--${name}\` cannot be \`${text}\`; it is a number from 1`)
  return Number(text)
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
