/** Times as signatures carry them: `20150830T123600Z`, UTC, to the second. */
import { isoSeconds } from '../../kernel/iso-seconds.ts'

/** Milliseconds since 1970, or undefined when it is not such a time or no day of the calendar. */
export function parseTimestamp(text: string): number | undefined {
  if (!pattern.test(text)) return undefined
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8))]
  const [hour, minute, second] = [Number(text.slice(9, 11)), Number(text.slice(11, 13)), Number(text.slice(13, 15))]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(time)
  // Date.UTC carries 31 February over into March, and counts years below 100 from 1900.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year ? time : undefined
}

export function formatTimestamp(milliseconds: number): string {
  return isoSeconds(milliseconds).replaceAll(/[-:]/g, '')
}

/** The `Date` header of HTTP, as SigV2 signs it: `Tue, 27 Mar 2007 19:36:42 GMT`, `+0000` for `GMT` also. */
export function parseHttpDate(text: string): number | undefined {
  if (!httpPattern.test(text)) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time)) return undefined
  // Date.parse carries 31 February over into March.
  return new Date(time).getUTCDate() === Number(text.slice(5, 7)) ? time : undefined
}

const pattern = /^\d{8}T\d{6}Z$/
const httpPattern =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|\+0000)$/
