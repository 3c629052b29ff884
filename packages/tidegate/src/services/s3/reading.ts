/** Conditions and ranges of a read, in the order of RFC 9110. */
import { plainTag, quotedTag } from './attributes.ts'
import { s3Error } from './errors.ts'
import type { ByteRange, StoredObject } from './object-store.ts'
import { preconditionFailed } from './refusals.ts'

export interface ReadConditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfModifiedSince?: Date | undefined
  readonly IfUnmodifiedSince?: Date | undefined
}

/** Throws `PreconditionFailed`, or `NotModified` with what a cache needs. */
export function assertConditions(object: StoredObject, conditions: ReadConditions, names = readNames): void {
  const failed = failedCondition(object, conditions)
  if (failed === undefined) return
  if (names === readNames && (failed === 'IfNoneMatch' || failed === 'IfModifiedSince')) {
    const headers = { etag: quotedTag(object.etag), 'last-modified': new Date(object.modifiedAt).toUTCString() }
    throw s3Error('NotModified', 'Not Modified', { headers })
  }
  throw preconditionFailed(names[failed])
}

/** A copy fails where a read would say that nothing has changed. */
export function assertCopyConditions(object: StoredObject, conditions: ReadConditions): void {
  assertConditions(object, conditions, copyNames)
}

function failedCondition({ etag, modifiedAt }: StoredObject, conditions: ReadConditions): keyof ReadConditions | undefined {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  const modified = Math.floor(modifiedAt / 1000) * 1000
  if (IfMatch !== undefined) {
    if (!isListed(IfMatch, etag)) return 'IfMatch'
  } else if (IfUnmodifiedSince !== undefined && modified > IfUnmodifiedSince.getTime()) return 'IfUnmodifiedSince'
  if (IfNoneMatch !== undefined) {
    if (isListed(IfNoneMatch, etag)) return 'IfNoneMatch'
  } else if (IfModifiedSince !== undefined && modified <= IfModifiedSince.getTime()) return 'IfModifiedSince'
  return undefined
}

function isListed(list: string, etag: string): boolean {
  return list.split(',').some((each) => each.trim() === '*' || plainTag(each) === etag)
}

/**
 * Whether a part of the object may be sent: it is still the one that the reader has begun. Otherwise all of it is sent.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
 */
export function isStillTheSame({ etag, modifiedAt }: StoredObject, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true
  const text = ifRange.trim()
  if (/^[A-Z][a-z]{2}, /.test(text)) return new Date(text).getTime() === Math.floor(modifiedAt / 1000) * 1000
  return !text.startsWith('W/') && plainTag(text) === etag
}

/**
 * One range of bytes. What is not one well-formed range is ignored, as AWS does: the whole object is the answer.
 * @throws InvalidRange where it begins behind the end
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (header === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    if (Number(last) === 0 || size === 0) throw invalidRange(header, size)
    return { start: Math.max(0, size - Number(last)), end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) throw invalidRange(header, size)
  return { start, end: last === '' ? size : Math.min(size, Number(last) + 1) }
}

function invalidRange(header: string, size: number): Error {
  return s3Error('InvalidRange', 'The requested range is not satisfiable', {
    members: { RangeRequested: header.slice(0, 100), ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  })
}

type Names = Readonly<Record<keyof ReadConditions, string>>
const readNames: Names = {
  IfMatch: 'If-Match',
  IfNoneMatch: 'If-None-Match',
  IfModifiedSince: 'If-Modified-Since',
  IfUnmodifiedSince: 'If-Unmodified-Since',
}
const copyNames: Names = {
  IfMatch: 'x-amz-copy-source-If-Match',
  IfNoneMatch: 'x-amz-copy-source-If-None-Match',
  IfModifiedSince: 'x-amz-copy-source-If-Modified-Since',
  IfUnmodifiedSince: 'x-amz-copy-source-If-Unmodified-Since',
}
