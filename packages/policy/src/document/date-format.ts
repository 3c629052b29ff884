/** Values of date conditions: ISO 8601 as the W3C profiles it, or seconds of the epoch. IAM is lax about digits, strict about ranges. */
import type { Findings } from './faults.ts'
import type { Outline } from './outline.ts'

export function checkDates({ statements }: Outline, findings: Findings): void {
  for (const { conditions } of statements) {
    for (const { operator, values } of conditions) {
      if (!operator.base.startsWith('Date')) continue
      for (const { value, start } of values)
        if (!isDate(value)) findings.add('date', start, 'write a date such as `2026-11-22T07:00:00Z`, or seconds since 1970')
    }
  }
}

export function isDate(text: string): boolean {
  if (text.length > longestDate) return false
  if (/^\d+$/.test(text)) return BigInt(text) <= latestEpoch
  const parts = isoDate.exec(text)?.groups
  if (parts === undefined) return false
  return (
    isIn(parts['year'], -292275054, 292278993) &&
    isIn(parts['month'], 1, 12) &&
    isIn(parts['day'], 1, 31) &&
    isIn(parts['hour'], 0, 23) &&
    isIn(parts['minute'], 0, 59) &&
    isIn(parts['second'], 0, 59) &&
    isIn(parts['zoneHour'], 0, 23) &&
    isIn(parts['zoneMinute'], 0, 59)
  )
}

const isIn = (digits: string | undefined, least: number, most: number): boolean =>
  digits === undefined || (Number(digits) >= least && Number(digits) <= most)

const isoDate =
  /^(?<year>-?\d+)(-(?<month>\d+)(-(?<day>\d+))?)?(T((?<hour>\d+)(:(?<minute>\d+)(:(?<second>\d+)(\.\d{1,9})?)?(Z|[+-](?<zoneHour>\d\d)(:?(?<zoneMinute>\d\d))?)?)?)?)?$/i
const longestDate = 64
/** AWS keeps seconds in 64 bits. */
const latestEpoch = 9223372036854775807n
