/**
 * How much of each field a record keeps. What is longer is cut with a mark, or left out with its size, as CloudTrail does it.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { Json } from './redact.ts'

export const limits = {
  /** Bytes of UTF-8. */
  userAgent: 1024,
  errorMessage: 1024,
  name: 2048,
  requestParameters: 100 * 1024,
  responseElements: 100 * 1024,
  additionalEventData: 28 * 1024,
  /** Counts. */
  resources: 100,
  actorChain: 16,
} as const

export type Omitted = { readonly omitted: true; readonly originalSize: number; readonly reason: string }

/** At most `maxBytes` of UTF-8, the mark included; no character is cut in two. */
export function boundedText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text
  let [end, bytes] = [0, truncationMark.length]
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    end += character.length
  }
  return text.slice(0, end) + truncationMark
}

/** The value, or what is written in place of one that is too large. */
export function boundedJson(name: keyof typeof limits, value: Json): Json | Omitted {
  const size = sizeOf(value, limits[name])
  return size <= limits[name] ? value : { omitted: true, originalSize: size, reason: `${name} too large` }
}

/** Bytes as JSON: an upper estimate when that is below `limit`, which is cheap, and exact otherwise. */
function sizeOf(value: Json, limit: number): number {
  const upper = upperSize(value)
  return upper <= limit ? upper : Buffer.byteLength(JSON.stringify(value))
}

function upperSize(value: Json): number {
  if (typeof value === 'string') return value.length * 6 + 3
  if (typeof value !== 'object' || value === null) return 25
  let size = 2
  if (isList(value)) for (const each of value) size += upperSize(each)
  else for (const name of Object.keys(value)) size += name.length * 6 + 4 + upperSize(value[name] ?? null)
  return size
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

const truncationMark = '...(truncated)'
