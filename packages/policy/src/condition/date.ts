/**
 * The date operators: instants, written as W3C dates (`2024`, `2024-05`, `2024-05-01`, `2024-05-01T10:00:00.5Z`, offsets) or as seconds
 * since 1970. Four digits are a year.
 * @see https://www.w3.org/TR/NOTE-datetime
 */
import { type Comparison, OrderMatcher, parseNumber } from './numeric.ts'
import type { ValueMatcher } from './condition-test.ts'

export function dateMatcher(comparison: Comparison): (values: readonly string[]) => ValueMatcher {
  return (values) => new OrderMatcher(comparison, values.map(parseInstant), parseInstant)
}

/** Seconds since 1970-01-01T00:00:00Z; NaN for what is no date. Allocates nothing: each request has another time. */
export function parseInstant(text: string): number {
  if (!isDate.test(text)) return isSeconds.test(text) ? parseNumber(text) : NaN
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = text.length > 4 ? twoDigits(text, 5) : 1
  const day = text.length > 7 ? twoDigits(text, 8) : 1
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return NaN
  return daysSince1970(year, month, day) * 86_400 + (text.length > 10 ? secondsOfTime(text) : 0)
}

/** The seconds of the day that a date with time says, less its offset from UTC; NaN where there is no such time. */
function secondsOfTime(text: string): number {
  const isUtc = /[Zz]$/.test(text)
  const zone = isUtc ? text.length - 1 : Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'))
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = zone === 16 ? 0 : zone === 19 ? twoDigits(text, 17) : Number(text.slice(17, zone))
  if (hour > 23 || minute > 59 || second >= 60) return NaN
  const time = hour * 3600 + minute * 60 + second
  if (isUtc) return time
  const hours = twoDigits(text, zone + 1)
  const minutes = twoDigits(text, text.length - 2)
  if (hours > 23 || minutes > 59) return NaN
  return time - (text.charCodeAt(zone) === MINUS ? -1 : 1) * (hours * 3600 + minutes * 60)
}

const twoDigits = (text: string, at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO

/** Days of the proleptic Gregorian calendar, by counting from 0000-03-01 so that the leap day ends its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  return y * 365 + leapDays + dayOfYear - 719_468
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const isDate = /^\d{4}(?:-\d{2}(?:-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2}))?)?)?$/
const isSeconds = /^\d+(?:\.\d+)?$/
const ZERO = 0x30
const MINUS = 0x2d
